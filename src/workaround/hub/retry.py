"""Retries: which failures are transient, and how long one call waits for them in all."""

from __future__ import annotations

import logging
import random
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from json import JSONDecodeError
from threading import Event
from time import sleep
from typing import Any, ParamSpec, TypeVar

from huggingface_hub import constants
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

from workaround.errors import RefusedError, UnreachableError, UploadError
from workaround.hub.backoff import own_delay, server_delay
from workaround.hub.client import single_attempts
from workaround.hub.redact import scrub

TRIES = 8
"""Attempts of one operation, not counting those after a delay that the Hub asked for."""
PATIENCE = 2 * 3600.0
"""Seconds to wait in all for one operation: the longest window of the Hub, that of commits, is an
hour."""
TRANSIENT = {408, 409, 412, 425, 429, *range(500, 600)}
_LINK_REFUSED = {400, 401, 403, 404, 410, 422}
"""Statuses of the storage for an upload link that has expired, or for bytes that arrived damaged.

The Hub allowed the upload when it made the link, so that another attempt, with another link, may
succeed."""
_XET_DAMAGED = 400
"""Status of the storage for a block that does not have the announced hash."""
_HINTS = {
    400: "The Hub does not accept the request.",
    401: "Log in with `hf auth login`, or pass a valid token.",
    403: "The token must have write access to the repository: see https://huggingface.co/settings/tokens.",
    404: "The repository or branch is not there, or the token may not see it.",
    413: "The Hub finds the request too large.",
}
_XET_STATUS = re.compile(r"HTTP status \w+ error \((\d{3})|\(status = (\d{3})")
_XET_TYPES = {"XetAuthenticationError": 401, "XetObjectNotFoundError": 404}
_CLIENTS = {
    "aiohttp": {"ClientConnectionError", "ClientPayloadError"},
    "httpx": {"TransportError", "DecodingError"},
    "httpx2": {"TransportError", "DecodingError"},
    "requests": {"ConnectionError", "Timeout", "ChunkedEncodingError", "ContentDecodingError"},
    "urllib3": {"ProtocolError", "TimeoutError"},
}
"""Connection errors by package: the HTTP client depends on the release of huggingface_hub."""
_UNSENT = {
    **dict.fromkeys(["LocalProtocolError", "InvalidHeader"], "Check the token."),
    **dict.fromkeys(
        ["UnsupportedProtocol", "MissingSchema", "InvalidSchema", "InvalidURL", "InvalidProxyURL"],
        "Check HF_ENDPOINT and the proxy.",
    ),
}
"""Advice for requests that the HTTP client itself rejects, by the name of its error."""

_REFUSALS = ("LFS batch API returned errors", "Invalid metadata in README.md")
"""Beginnings of the client's messages for refusals that it reads from an answer of status 200."""

log = logging.getLogger("workaround")
P = ParamSpec("P")
T = TypeVar("T")


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes: the client wraps what its upload threads raise."""
    while error is not None:
        yield error
        error = error.__cause__


def _text(error: BaseException) -> str:
    """Return the messages of an error and its causes; the client's own names a file alone."""
    lines = (" ".join(str(cause).split()) for cause in causes(error))
    return " ".join(dict.fromkeys(lines))


def response_of(error: BaseException | None) -> Any:
    """Return the HTTP response behind an error; None if there is none."""
    for cause in causes(error):
        if isinstance(cause, HfHubHTTPError) and cause.response is not None:
            return cause.response
    return None


def status_of(error: BaseException | None) -> int | None:
    """Return the HTTP status behind an error; None if there is none.

    Errors of hf_xet carry no response: up to 1.4 they are a `RuntimeError`, later a
    `ConnectionError` or a type of their own, with the status in the text (1.1.5 to 1.8.0).
    """
    if (response := response_of(error)) is not None:
        return int(response.status_code)
    for cause in causes(error):
        if match := _XET_STATUS.search(str(cause)):
            return int(match[1] or match[2])
        if (status := _XET_TYPES.get(type(cause).__name__)) is not None:
            return status
    return None


def advice(error: BaseException) -> str | None:
    """Return what to do about a permanent failure; None if it is transient or unknown."""
    if (status := status_of(error)) is not None:
        transient = status in TRANSIENT or _is_refused_transfer(error, status)
        return None if transient else _HINTS.get(status, "")
    hints = map(_advice, causes(error))
    return next((hint for hint in hints if hint is not None), None)


def _advice(cause: BaseException) -> str | None:
    if isinstance(cause, OfflineModeIsEnabled):
        return "Unset HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE and HF_DATASETS_OFFLINE."
    if isinstance(cause, JSONDecodeError) and cause.doc.lstrip().startswith("<"):
        return "A web page answers instead of the Hub: check network, proxy and HF_ENDPOINT."
    if isinstance(cause, ValueError) and str(cause).startswith(_REFUSALS):
        return ""
    if "can't start new thread" in str(cause):
        return "The system allows no more threads: raise `ulimit -u`, or use fewer processes."
    if "CERTIFICATE_VERIFY_FAILED" in str(cause):
        files = "SSL_CERT_FILE and REQUESTS_CA_BUNDLE"
        return f"If a proxy of your network answers, name its certificates in {files}."
    return _UNSENT.get(type(cause).__name__) if _module(type(cause)) in _CLIENTS else None


def _is_refused_transfer(error: BaseException, status: int) -> bool:
    """Return whether the storage refused the bytes of a file, not the Hub the request."""
    if response_of(error) is None:  # of hf_xet
        return status == _XET_DAMAGED
    return type(error) is RuntimeError and status in _LINK_REFUSED  # the client wraps these alone


def is_transient(error: BaseException) -> bool:
    """Return whether a failure may be gone at the next attempt."""
    return advice(error) is None and (
        status_of(error) is not None or any(map(_is_transport, causes(error)))
    )


def _is_malformed(error: BaseException) -> bool:
    """Return whether the client stumbled over an answer: a proxy or the network has damaged it."""
    kinds = (ValueError, LookupError, TypeError, AttributeError, NameError)
    if not isinstance(error, kinds) or isinstance(error, HFValidationError):
        return False
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(
        str(frame.f_globals.get("__name__")).startswith("huggingface_hub") for frame in frames
    )


def _is_transport(error: BaseException) -> bool:
    if _is_malformed(error):
        return True
    if isinstance(error, RuntimeError):  # of hf_xet: up to 1.4, and 1.8 where a shard was damaged
        return any(text in str(error) for text in ("error sending request", "Internal error: "))
    return isinstance(error, (ConnectionError, TimeoutError, JSONDecodeError)) or any(
        kind.__name__ in _CLIENTS.get(_module(kind), ()) for kind in type(error).__mro__
    )


def _module(kind: type) -> str:
    return kind.__module__.partition(".")[0]


@dataclass
class _Clock:
    """The attempts and the seconds that one operation has spent."""

    failures: int = 0
    tries: int = 0
    waited: float = 0.0

    def wait(self, what: str, error: Exception, stop: Event | None) -> None:
        """Wait for the next attempt.

        Raises:
            UnreachableError: There is none left, or the wait would be too long in all.
            Exception: The failure itself, once ``stop`` is set.
        """
        delay, asked = own_delay(self.failures), _server_delay(error)
        self.failures += 1
        if asked is None or asked < delay:
            self.tries += 1
        if self.tries == TRIES:
            text = f"{what} failed {self.failures} times, at last with: {_text(error)}."
            raise UnreachableError(
                f"{text} Run the same call again later. The Hub is {constants.ENDPOINT}."
            ) from error
        if asked is not None:
            delay = asked * random.uniform(1, 1.1)  # noqa: S311 - workers, not all at once
            if self.waited + delay > PATIENCE:
                text = f"the Hub asks to wait for {_hours(asked)}, after {_hours(self.waited)}"
                text = f"{what}: {text}: {_text(error)}. Run the same call again then."
                raise UnreachableError(text) from error
        log.warning("%s failed (%s); trying again in %.0f s", what, _text(error), delay)
        self.waited += delay
        if stop is None:
            sleep(delay)
        elif stop.wait(delay):
            raise error


_running: ContextVar[_Clock | None] = ContextVar("clock", default=None)


@contextmanager
def _clock() -> Iterator[_Clock]:
    """Give the clock of the operation that runs in this context, or start one."""
    if (clock := _running.get()) is not None:
        yield clock
        return
    token = _running.set(clock := _Clock())
    try:
        yield clock
    finally:
        _running.reset(token)


def retry(what: str, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run an action until it succeeds; see `retry_until`."""
    return retry_until(None, what, action, *args, **kwargs)


def retry_until(
    stop: Event | None, what: str, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run an action until it succeeds.

    A delay that the Hub asks for does not count as an attempt, unless it is shorter than ours would
    be. An action that retries parts of itself spends the same attempts: one clock rules them all.
    Logs and errors are free of secrets.

    Args:
        stop: Once another thread sets it, the failure is raised instead of waited for.
        what: Name of the action, for messages: "Reading user/name".
        action: Safe to run again after a failure.
        args: Of the action.
        kwargs: Of the action.

    Raises:
        RefusedError: The failure is permanent.
        UnreachableError: It failed `TRIES` times, or the Hub asks to wait for longer than
            `PATIENCE` in all.
    """
    with _clock() as clock:
        while True:
            try:
                with single_attempts():
                    return action(*args, **kwargs)
            except Exception as error:
                scrub(error)
                if isinstance(error, UploadError):  # of a part that has spent its attempts
                    raise
                if (hint := advice(error)) is not None:
                    raise RefusedError(f"{what}: {_text(error)} {hint}".strip()) from error
                if not is_transient(error):
                    raise
                clock.wait(what, error, stop)


def _server_delay(error: Exception) -> float | None:
    response = response_of(error)
    return server_delay(status_of(error), {} if response is None else response.headers)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h"
