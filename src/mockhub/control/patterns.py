"""Regular expressions for the paths of requests, matched in linear time.

Clients choose them, and the server matches them on its event loop, so that the backtracking of
Python's ``re`` (``(a+)+$``) could block it for everybody. RE2 has the same syntax but for
lookaround and backreferences (https://github.com/google/re2/wiki/Syntax).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

import re2

MAX_LENGTH = 1000
"""Characters of a pattern."""


class Pattern(Protocol):
    """A compiled regular expression."""

    def search(self, text: str, /) -> object | None:
        """Return a match anywhere in a text; None if there is none."""


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Pattern:
    """Compile a regular expression.

    Raises:
        ValueError: It is malformed, too long, or uses what RE2 does not have.
    """
    if len(pattern) > MAX_LENGTH:
        raise ValueError(f"a regular expression has at most {MAX_LENGTH} characters")
    try:
        return cast("Pattern", re2.compile(pattern, _options()))
    except re2.error as error:
        text = error.args[0]
        reason = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        raise ValueError(f"not a regular expression of RE2: {reason}") from None


def _options() -> object:
    options = re2.Options()
    options.log_errors = False  # they are raised
    return options
