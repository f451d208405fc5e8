"""Delays between two attempts: our own, and those that the Hub asks for."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_DELAY = 60.0
"""Upper bound of our own delays, in seconds."""

_NO_REQUESTS_LEFT = re.compile(r"\br\s*=\s*0\s*;\s*t\s*=\s*(\d+)")


def own_delay(failures: int) -> float:
    """Return the seconds to wait where the Hub names none: longer after each failure, with jitter.

    Args:
        failures: Number of failures before.
    """
    return min(LONGEST_DELAY, 2.0**failures) * random.uniform(0.5, 1)  # noqa: S311 - no secret


def server_delay(status: int | None, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer asks to wait; None if it asks for nothing.

    Every answer of the Hub carries ``RateLimit``: it counts only where no requests remain. The
    answers to Xet requests are not visible here: there a 429 means `LONGEST_DELAY`.

    Sources: https://huggingface.co/docs/hub/rate-limits for ``RateLimit``, RFC 9110 for
    ``Retry-After``, which may be a date.

    Args:
        status: Of the answer.
        headers: Of the answer, whatever the case of their names.
    """
    if status == 429 and (resets := _NO_REQUESTS_LEFT.findall(headers.get("RateLimit", ""))):
        return max(map(float, resets))
    seconds = _seconds(headers.get("Retry-After", "").strip())
    return LONGEST_DELAY if seconds is None and status == 429 else seconds


def _seconds(retry_after: str) -> float | None:
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
        left = date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0.0, left.total_seconds())
