"""Random histories of a repository with several writers: nothing is lost, and all of it loads.

`pytest tests/properties/test_repository_history.py --hypothesis-profile=search --timeout=0` tries
many, and new ones each time.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from mockhub.server.process import Hub
from tests.support.properties.budget import budget
from tests.support.workaround.history_machine import HistoryMachine


def test_histories_of_several_writers_lose_nothing(hub: Hub) -> None:
    run_state_machine_as_test(
        HistoryMachine,
        settings=settings(budget(6, shrink=False), stateful_step_count=8),
    )
