"""Names of files with line breaks and control characters, in everything that the command prints."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import load_dataset

from repro.synthetic.bids import BidsTree
from tests.support.constants import REPO
from tests.support.workaround.command import call

NAME = "sub-1\n\x1b[2J\x07\x9b_T1w.nii.gz"
ESCAPED = r"sub-1\n\x1b[2J\x07\x9b_T1w.nii.gz"


def write_table(folder: Path, *names: str) -> Path:
    """Write a table of images with these names."""
    path = folder / "table.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["t1w"], *([name] for name in names)])
    return path


def is_plain(text: str) -> bool:
    """Return whether a terminal shows all of a text."""
    return all(line.isprintable() for line in text.split("\n"))


@pytest.mark.usefixtures("hub")
def test_image_with_such_a_name_is_pushed_and_verified(
    make_nifti: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(tmp_path, make_nifti(NAME).name, make_nifti("plain.nii.gz").name)
    for command in (
        ("check", table, "--verbose"),
        ("plan", table),
        ("push", table, REPO, "--verbose"),
        ("verify", REPO, "--against", table),
    ):
        status, output, error = call(capsys, *command)
        assert status == 0, error
        assert is_plain(output + error)
    assert load_dataset(REPO, split="train").with_format("arrow")[0]["t1w"][0]["path"].as_py() == (
        NAME
    )


@pytest.mark.parametrize("command", [("check",), ("plan",), ("push", REPO)])
@pytest.mark.usefixtures("hub")
def test_missing_image_is_named_in_a_line(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *rest = command
    table = write_table(tmp_path, NAME)
    _, output, error = call(capsys, name, table, *rest)
    assert is_plain(output + error)
    if name == "plan":  # which reads no files
        return
    (line,) = (line for line in (output + error).splitlines() if "column 't1w'" in line)
    assert ESCAPED in line


def test_json_has_the_name_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, output, error = call(capsys, "check", write_table(tmp_path, NAME), "--json")
    (problem,) = json.loads(output)["problems"]
    assert Path(problem["path"]).name == NAME
    assert is_plain(output + error)


def test_left_out_folders_and_files_are_named_in_a_line(
    make_bids_tree: Callable[..., BidsTree], capsys: pytest.CaptureFixture[str]
) -> None:
    tree = make_bids_tree(1, size=20_000)
    folder = tree.root / "extra\n\x1b[2Jfolder"
    folder.mkdir()
    (folder / "file").touch()
    (tree.root / "sub-001" / f"{NAME}.edf\n\x1b[1A").touch()
    status, output, error = call(capsys, "check", tree.root, "--no-strict")
    assert status == 0, error
    assert is_plain(output + error)
    assert r"extra\n\x1b[2Jfolder" in output.splitlines()[-1]


@pytest.mark.parametrize("arguments", [("check", NAME), ("check", ".", NAME), ("push", NAME, REPO)])
def test_wrong_use_is_a_line(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, error = call(capsys, *arguments)
    assert status == 2
    assert is_plain(error)
    assert ESCAPED in error.splitlines()[-1]
