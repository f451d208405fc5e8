"""How long to wait before the Hub is asked again."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 60.0
"""Seconds, of those that nobody asked for."""

_NO_REQUESTS_LEFT = re.compile(r"\br\s*=\s*0\s*;\s*t\s*=\s*(\d+)")


def own_wait(failures: int) -> float:
    """Seconds to wait if the Hub does not say: longer each time, at random.

    Args:
        failures: How many there were before.
    """
    return min(LONGEST_WAIT, 2.0**failures) * random.uniform(0.5, 1)  # noqa: S311 - no secret


def asked_wait(status: int | None, headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer asks to wait; None if it does not.

    Every answer of the Hub tells how many requests remain, so that counts only where none do. The
    answers to Xet do not come through to us: there a 429 is worth `LONGEST_WAIT`.

    Sources: https://huggingface.co/docs/hub/rate-limits for ``RateLimit``, RFC 9110 for
    ``Retry-After``, which may be a date.

    Args:
        status: Of the answer.
        headers: Of the answer, whatever the case of their names.
    """
    if status == 429 and (resets := _NO_REQUESTS_LEFT.findall(headers.get("RateLimit", ""))):
        return max(map(float, resets))
    seconds = _seconds(headers.get("Retry-After", "").strip())
    return LONGEST_WAIT if seconds is None and status == 429 else seconds


def _seconds(retry_after: str) -> float | None:
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
        left = date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0.0, left.total_seconds())
