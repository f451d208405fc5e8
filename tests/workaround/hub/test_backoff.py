"""Delays between two attempts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from workaround.hub.backoff import LONGEST_DELAY, own_delay, server_delay


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"RateLimit": '"api";r=0;t=55'}, 55),
        (429, {"RateLimit": '"api"; r = 0; t = 55', "Retry-After": "5"}, 55),
        (429, {"RateLimit": '"pages";r=7;t=9, "api";r=0;t=280'}, 280),
        (429, {"RateLimit": '"api";r=10;t=55', "Retry-After": "5"}, 5),
        (503, {"RateLimit": '"api";r=0;t=55'}, None),
        (503, {"Retry-After": " 7 "}, 7),
        (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0),
        (429, {"Retry-After": "soon"}, LONGEST_DELAY),
        (503, {"Retry-After": "²"}, None),
        (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 +99999999999999999999"}, None),
        (503, {"Retry-After": "-5"}, None),
        (429, {}, LONGEST_DELAY),
        (None, {}, None),
    ],
)
def test_seconds_that_an_answer_asks_to_wait(
    status: int | None, headers: dict[str, str], seconds: float | None
) -> None:
    assert server_delay(status, headers) == seconds


def test_answer_asks_to_wait_until_a_time() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    asked = server_delay(503, {"Retry-After": date})
    assert asked is not None
    assert 3000 < asked <= 3600


def test_own_delays_double_up_to_the_longest() -> None:
    for failures in range(10):
        longest = min(LONGEST_DELAY, 2.0**failures)
        delays = [own_delay(failures) for _ in range(20)]
        assert all(longest / 2 <= delay <= longest for delay in delays)


def test_workers_that_fail_together_do_not_come_back_together() -> None:
    assert len({own_delay(3) for _ in range(20)}) > 1
