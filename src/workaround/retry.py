"""Trying again: which failures pass, and how long to wait."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from huggingface_hub.errors import HfHubHTTPError

from workaround.errors import UploadError

TRIES = 8
LONGEST_WAIT = 60.0
PASSING = {408, 409, 412, 425, 429, 500, 502, 503, 504}
_CLIENTS = {"requests", "urllib3", "httpx", "httpcore", "httpx2", "httpcore2"}
_HINTS = {
    400: "The Hub does not accept the request.",
    401: "Log in with `hf auth login`, or pass a valid token.",
    403: "The token must have write access to the repository: see https://huggingface.co/settings/tokens.",
    404: "The repository or branch is not there, or the token may not see it.",
    413: "The Hub finds the request too large.",
}

log = logging.getLogger("workaround")
T = TypeVar("T")


class RefusedError(UploadError):
    """The Hub refuses, and would again. What is uploaded stays in the journal."""


class UnreachableError(UploadError):
    """The Hub did not answer well, however often it was asked. Run the same call again later."""


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
    """HTTP status behind an error; None if there is none."""
    response = response_of(error)
    return None if response is None else int(response.status_code)


def passes(error: Exception) -> bool:
    """Whether a failure may be gone at the next try."""
    status = status_of(error)
    if status is not None:
        return status in PASSING
    return any(
        isinstance(cause, (ConnectionError, TimeoutError))
        or type(cause).__module__.partition(".")[0] in _CLIENTS
        for cause in causes(error)
    )


def wait(error: Exception, attempt: int) -> float:
    """Seconds to wait before a try: what the Hub asks for, or longer each time, at random."""
    response = response_of(error)
    asked = response.headers.get("Retry-After") if response is not None else None
    if asked is not None and asked.isdigit():
        return float(asked)
    return min(LONGEST_WAIT, 2.0**attempt) * random.uniform(0.5, 1)  # noqa: S311 - no secret


def persist(what: str, action: Callable[[], T]) -> T:
    """Run an action until it works.

    Args:
        what: Of the action, for messages.
        action: Safe to run again after it failed.

    Raises:
        RefusedError: It fails for good.
        UnreachableError: It failed `TRIES` times.
    """
    for attempt in range(TRIES):
        try:
            return action()
        except Exception as error:
            if not passes(error):
                if (status := status_of(error)) is not None:
                    raise RefusedError(
                        f"{what}: {error} {_HINTS.get(status, '')}".strip()
                    ) from error
                raise
            last, pause = error, wait(error, attempt)
            log.warning("%s failed (%s); trying again in %.0f s", what, error, pause)
            if attempt < TRIES - 1:
                time.sleep(pause)
    raise UnreachableError(
        f"{what} failed {TRIES} times, at last with: {last}. {UnreachableError.__doc__}"
    ) from last
