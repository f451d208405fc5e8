"""Faults: failures that tests plan for requests to come."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from starlette.responses import JSONResponse

from mockhub.control.patterns import compile_pattern
from mockhub.errors import HubError
from mockhub.http.refusals import response_of

Corrupt = Literal["request", "answer", "hash"]

_WORDS = {
    401: "Invalid credentials in Authorization header",
    403: "You have read access but not the required permissions for this operation",
    409: "Another commit operation is in progress for this repository. Please try again later.",
    412: "A commit has happened since. Please refresh and try again.",
    429: "We had to rate limit you, you hit the quota of 1000 api requests per 5 minutes period.",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
}
"""Messages of the Hub, from public issues of huggingface_hub, datasets and their users."""

_RATE_LIMIT = {
    "RateLimit": '"api";r=0;t=1',
    "RateLimit-Policy": '"fixed window";"api";q=1000;w=300',
}
"""The headers of the Hub's rate limit: no requests remain, for one second.
https://huggingface.co/docs/hub/rate-limits"""

MAX_METHOD = 50

_LEAST = {"count": 1, "after": 0, "reset_after": 0, "truncate": 0, "reset_answer": 0, "pace": 1}
_HEADER = re.compile(r"[!#-'*+.^-z|~-]+: [ -~]*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A planned failure: the requests it applies to, and its effect.

    A fault has exactly one effect; `delay` can be combined with any, `status` with `lose_answer`.

    Attributes:
        method: HTTP method of the requests; "*" for all.
        path: Regular expression (RE2), searched in the path as sent, still percent-encoded.
        count: Number of requests that fail.
        after: Number of matching requests that pass before.
        delay: Seconds to wait before anything else.
        status: Answer with this status (400 to 599) and the Hub's message; the route does not run.
        headers: Headers of that answer, instead of the Hub's.
        reset_after: Reset the connection after this many bytes of the request's body, or at its
            end; the route does not run.
        reset_answer: Reset the connection after this many bytes of the answer's body.
        truncate: Close the connection after this many bytes of the answer's body.
        pace: Bytes per second at which the answer's body is sent.
        corrupt: "request" or "answer": flip one bit in the middle of that body. "hash": send wrong
            hashes in the headers of the answer.
        lose_answer: Run the route, then reset the connection or answer with `status`.

    Raises:
        TypeError: An attribute has the wrong type.
        ValueError: An attribute has an invalid value, or two contradict each other.
    """

    method: str
    path: str
    count: int = 1
    after: int = 0
    delay: float = 0
    status: int | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    reset_after: int | None = None
    reset_answer: int | None = None
    truncate: int | None = None
    pace: int | None = None
    corrupt: Corrupt | None = None
    lose_answer: bool = False

    def __post_init__(self) -> None:  # noqa: D105 - the class says what it raises
        if not isinstance(self.method, str) or not isinstance(self.lose_answer, bool):
            raise TypeError("method must be a string and lose_answer a boolean")
        if len(self.method) > MAX_METHOD:
            raise ValueError(f"method must not have more than {MAX_METHOD} characters")
        compile_pattern(self.path)
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < least):
                raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")
        if not isinstance(self.delay, int | float) or self.delay < 0:
            raise ValueError(f"delay must be a number of seconds, got {self.delay!r}")
        if self.status is not None and self.status not in range(400, 600):
            raise ValueError(f"status must be from 400 to 599, got {self.status!r}")
        if self.corrupt not in {None, "request", "answer", "hash"}:
            raise ValueError(f"corrupt must be request, answer or hash, got {self.corrupt!r}")
        for name, text in self.headers.items():
            if not isinstance(text, str) or not _HEADER.fullmatch(f"{name}: {text}"):
                raise ValueError(f"invalid header {name!r}: {text!r}")
        if self.headers and self.status is None:
            raise ValueError("headers need a status")
        effects = [self.reset_after, self.reset_answer, self.truncate, self.pace, self.corrupt]
        chosen = sum(effect is not None for effect in effects)
        chosen += self.status is not None or self.lose_answer
        if chosen > 1 or not (chosen or self.delay):
            raise ValueError("a fault needs exactly one effect, and may have a delay")

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Fault:
        """Create a fault from a mapping of its attributes; `method` is "*" if it is missing.

        Raises:
            ValueError: An attribute is unknown, or has an invalid value.
        """
        try:
            return cls(**{"method": "*", **body})
        except (TypeError, AttributeError) as error:
            raise ValueError(str(error)) from None

    def matches(self, method: str, path: str) -> bool:
        """Return True if the fault applies to a request."""
        if self.method.upper() not in {"*", method}:
            return False
        return compile_pattern(self.path).search(path) is not None

    def answer(self) -> JSONResponse:
        """Return the answer with `status`."""
        assert self.status is not None  # noqa: S101 - called for faults with a status only
        response = response_of(HubError(self.status, _WORDS.get(self.status, "Injected fault")))
        response.headers.update(self.headers or (_RATE_LIMIT if self.status == 429 else {}))
        return response


class Faults:
    """The planned faults of a server."""

    def __init__(self) -> None:
        self._plans: list[_Plan] = []

    def plan(self, fault: Fault) -> None:
        """Add a fault, behind those that were planned before."""
        self._plans.append(_Plan(fault, fault.after, fault.count))

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault of a request, and count it; None if the request does not fail."""
        for plan in self._plans:
            if plan.count and plan.fault.matches(method, path):
                if plan.after:
                    plan.after -= 1
                    continue
                plan.count -= 1
                return plan.fault
        return None

    def remaining(self) -> list[Fault]:
        """Return the faults to come, with the numbers of requests still to pass and to fail."""
        return [
            dataclasses.replace(plan.fault, after=plan.after, count=plan.count)
            for plan in self._plans
            if plan.count
        ]

    def clear(self) -> None:
        """Remove all faults."""
        self._plans.clear()


@dataclass
class _Plan:
    """A fault, and the numbers of requests that are still to pass and to fail."""

    fault: Fault
    after: int
    count: int
