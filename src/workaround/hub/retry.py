"""Trying again: which failures pass, and until when."""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Callable, Iterator
from json import JSONDecodeError
from threading import Event
from time import sleep
from typing import Any, TypeVar

from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

from workaround.errors import RefusedError, UnreachableError
from workaround.hub.backoff import asked_wait, own_wait
from workaround.hub.redact import scrub

TRIES = 8
PATIENCE = 2 * 3600.0
"""Seconds to wait in all where the Hub asks to: its longest window, that of commits, is an hour."""
PASSING = {408, 409, 412, 425, 429, 500, 502, 503, 504}
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
"""Errors of connections, by the package they are of: it depends on the client which is there."""
_UNSENT = {
    **dict.fromkeys(["LocalProtocolError", "InvalidHeader"], "Check the token."),
    **dict.fromkeys(
        ["UnsupportedProtocol", "MissingSchema", "InvalidSchema", "InvalidURL", "InvalidProxyURL"],
        "Check HF_ENDPOINT and the proxy.",
    ),
}
"""What to do about requests that the client finds fault with itself, by the name of its error."""

log = logging.getLogger("workaround")
T = TypeVar("T")


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it was raised from: the client wraps what its upload threads raise."""
    while error is not None:
        yield error
        error = error.__cause__


def response_of(error: BaseException | None) -> Any:
    """The HTTP response behind an error; None if there is none."""
    for cause in causes(error):
        if isinstance(cause, HfHubHTTPError) and cause.response is not None:
            return cause.response
    return None


def status_of(error: BaseException | None) -> int | None:
    """HTTP status behind an error; None if there is none.

    What hf_xet raises has no response: up to 1.4 it is a `RuntimeError`, later a `ConnectionError`
    or a type of its own, and the text tells the status (1.1.5 to 1.8.0).
    """
    if (response := response_of(error)) is not None:
        return int(response.status_code)
    for cause in causes(error):
        if found := _XET_STATUS.search(str(cause)):
            return int(found[1] or found[2])
        if (status := _XET_TYPES.get(type(cause).__name__)) is not None:
            return status
    return None


def advice(error: BaseException) -> str | None:
    """What to do about a failure that would come again; None if it may pass, or is not known."""
    if (status := status_of(error)) is not None:
        return None if status in PASSING else _HINTS.get(status, "")
    hints = map(_advice, causes(error))
    return next((hint for hint in hints if hint is not None), None)


def _advice(cause: BaseException) -> str | None:
    if isinstance(cause, OfflineModeIsEnabled):
        return "Unset HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE and HF_DATASETS_OFFLINE."
    if isinstance(cause, JSONDecodeError) and cause.doc.lstrip().startswith("<"):
        return "A web page answers instead of the Hub: check network, proxy and HF_ENDPOINT."
    if "CERTIFICATE_VERIFY_FAILED" in str(cause):
        files = "SSL_CERT_FILE and REQUESTS_CA_BUNDLE"
        return f"If a proxy of your network answers, name its certificates in {files}."
    return _UNSENT.get(type(cause).__name__) if _module(type(cause)) in _CLIENTS else None


def passes(error: BaseException) -> bool:
    """Whether a failure may be gone at the next try."""
    return advice(error) is None and (
        status_of(error) is not None or any(map(_is_transport, causes(error)))
    )


def _is_transport(error: BaseException) -> bool:
    if isinstance(error, RuntimeError):  # of hf_xet up to 1.4
        return "error sending request" in str(error)
    return isinstance(error, (ConnectionError, TimeoutError)) or any(
        kind.__name__ in _CLIENTS.get(_module(kind), ()) for kind in type(error).__mro__
    )


def _module(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def persist(what: str, action: Callable[[], T], stop: Event | None = None) -> T:
    """Run an action until it works.

    A wait that the Hub asks for does not count as a try, unless it is shorter than ours would be.
    What is logged and raised is free of secrets.

    Args:
        what: Of the action, for messages.
        action: Safe to run again after it failed.
        stop: Set by somebody else, it ends the waiting; the failure is raised then as it is.

    Raises:
        RefusedError: It fails for good.
        UnreachableError: It failed `TRIES` times, or the Hub asks to wait for longer than
            `PATIENCE` in all.
    """
    failures, tries, waited = 0, 0, 0.0
    while True:
        try:
            return action()
        except Exception as error:
            scrub(error)
            if (hint := advice(error)) is not None:
                raise RefusedError(f"{what}: {error} {hint}".strip()) from error
            if not passes(error):
                raise
            pause, asked = own_wait(failures), _asked(error)
            failures += 1
            if asked is None or asked < pause:
                tries += 1
            if tries == TRIES:
                text = f"{what} failed {failures} times, at last with: {error}."
                raise UnreachableError(f"{text} Run the same call again later.") from error
            if asked is not None:
                pause = asked * random.uniform(1, 1.1)  # noqa: S311 - workers, not all at once
                if waited + pause > PATIENCE:
                    text = f"the Hub asks to wait for {_hours(asked)}, after {_hours(waited)}"
                    text = f"{what}: {text}: {error}. Run the same call again then."
                    raise UnreachableError(text) from error
            log.warning("%s failed (%s); trying again in %.0f s", what, error, pause)
            waited += pause
            if stop is None:
                sleep(pause)
            elif stop.wait(pause):
                raise


def _asked(error: Exception) -> float | None:
    response = response_of(error)
    return asked_wait(status_of(error), {} if response is None else response.headers)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h"
