"""Faults on demand: which requests go wrong, and how."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from starlette.responses import JSONResponse

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
"""What the Hub says; seen in public issues of huggingface_hub, datasets and their users."""

_RATE_LIMIT = {
    "RateLimit": '"api";r=0;t=1',
    "RateLimit-Policy": '"fixed window";"api";q=1000;w=300',
}
"""The Hub's own headers: no requests remain, for one second.
https://huggingface.co/docs/hub/rate-limits"""

_LEAST = {"count": 1, "after": 0, "reset_after": 0, "truncate": 0, "reset_answer": 0, "pace": 1}
_HEADER = re.compile(r"[!#-'*+.^-z|~-]+: [ -~]*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A failure to come: which requests it meets, and what becomes of them.

    Of the effects there is one, but a `delay` goes with any, and a `status` with `lose_answer`.

    Attributes:
        method: Of the requests it meets; "*" for all.
        path: Regular expression, searched in the path as it is sent, still percent-encoded.
        count: How many requests it meets.
        after: How many requests it lets pass before.
        delay: Seconds to wait before anything else.
        status: Answered in the place of the route, in the Hub's words: 400 to 599.
        headers: Of that answer; in the place of the Hub's own.
        reset_after: The connection is reset after that many bytes of the request's body, or at
            its end; the route does not run.
        reset_answer: The connection is reset after that many bytes of the answer's body.
        truncate: The connection is closed after that many bytes of the answer's body.
        pace: Most bytes per second of the answer's body.
        corrupt: "request" or "answer": one bit of that body flips, in its middle. "hash": the
            answer's headers name another hash.
        lose_answer: The route runs, and then the connection is reset, or `status` answered.

    Raises:
        TypeError: An attribute is of the wrong type.
        ValueError: It has a value it cannot have, or they do not fit together.
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
            raise TypeError("method is a text, and lose_answer true or false")
        re.compile(self.path)
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < least):
                raise ValueError(f"{name} is a whole number from {least}, got {value!r}")
        if not isinstance(self.delay, int | float) or self.delay < 0:
            raise ValueError(f"delay is a number of seconds, got {self.delay!r}")
        if self.status is not None and self.status not in range(400, 600):
            raise ValueError(f"status is one from 400 to 599, got {self.status!r}")
        if self.corrupt not in {None, "request", "answer", "hash"}:
            raise ValueError(f"corrupt is request, answer or hash, got {self.corrupt!r}")
        for name, text in self.headers.items():
            if not isinstance(text, str) or not _HEADER.fullmatch(f"{name}: {text}"):
                raise ValueError(f"not a header: {name!r}: {text!r}")
        if self.headers and self.status is None:
            raise ValueError("headers go with a status")
        effects = [self.reset_after, self.reset_answer, self.truncate, self.pace, self.corrupt]
        chosen = sum(each is not None for each in effects)
        chosen += self.status is not None or self.lose_answer
        if chosen > 1 or not (chosen or self.delay):
            raise ValueError("a fault has one effect, and may have a delay")

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Fault:
        """Read a fault by the names of its attributes; `method` may be left out for all.

        Raises:
            ValueError: There is no such attribute, or it cannot have that value.
        """
        try:
            return cls(**{"method": "*", **body})
        except (TypeError, AttributeError, re.error) as error:
            raise ValueError(str(error)) from None

    def meets(self, method: str, path: str) -> bool:
        """Whether a request is of the kind this fault is for."""
        return self.method.upper() in {"*", method} and bool(re.search(self.path, path))

    def answer(self) -> JSONResponse:
        """The answer with `status`."""
        assert self.status is not None  # noqa: S101 - asked for with a status only
        response = response_of(HubError(self.status, _WORDS.get(self.status, "Injected fault")))
        response.headers.update(self.headers or (_RATE_LIMIT if self.status == 429 else {}))
        return response


class Faults:
    """The faults still to come."""

    def __init__(self) -> None:
        self._plans: list[_Plan] = []

    def plan(self, fault: Fault) -> None:
        """Let a fault happen, after those planned before."""
        self._plans.append(_Plan(fault, fault.after, fault.count))

    def take(self, method: str, path: str) -> Fault | None:
        """The fault a request meets, which has then happened once more."""
        for plan in self._plans:
            if plan.count and plan.fault.meets(method, path):
                if plan.after:
                    plan.after -= 1
                    continue
                plan.count -= 1
                return plan.fault
        return None

    def clear(self) -> None:
        """Let nothing more go wrong."""
        self._plans.clear()


@dataclass
class _Plan:
    """A fault, and how many requests it has still to let pass and to meet."""

    fault: Fault
    after: int
    count: int
