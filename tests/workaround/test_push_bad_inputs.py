"""Bad input of every kind: one typed error, and no trace on the Hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhub.server import Hub
from tests.support.workaround.bad_input import BadInput, complaint
from tests.support.workaround.bad_inputs import bad_inputs

INPUTS = bad_inputs()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("bad", INPUTS, ids=range(len(INPUTS)))
def test_bad_input_is_a_typed_error_and_makes_no_repository(
    bad: BadInput, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "input"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert (bad.name, complaint(bad, folder, hub)) == (bad.name, None)


def test_kinds_of_bad_input_are_hundreds() -> None:
    names = [bad.name for bad in INPUTS]
    assert len(set(names)) == len(names) >= 250
