"""Errors that end a command with one line instead of a traceback."""

import argparse

import pytest

from repro.__main__ import main
from repro.cli import list as listing
from repro.errors import MachineError, RequestError


@pytest.mark.parametrize("kind", [RequestError, MachineError, OSError])
def test_error_is_one_line_and_status_2(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def action(_: argparse.Namespace) -> int:
        raise kind("no such thing")

    monkeypatch.setattr(listing, "action", action)
    assert main(["list"]) == 2
    assert capsys.readouterr().err.strip() == "repro: no such thing"


def test_any_other_error_is_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def action(_: argparse.Namespace) -> int:
        raise ValueError

    monkeypatch.setattr(listing, "action", action)
    with pytest.raises(ValueError, match=r"^$"):
        main(["list"])
