"""The command line, and the document that explains it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.constants import REPO, ROOT
from tests.support.workaround.command import call
from workaround.cli.arguments import parser

DOCUMENT = (ROOT / "docs" / "uploading.md").read_text()


@pytest.fixture
def table(make_nifti: Callable[..., Path], tmp_path: Path) -> Path:
    """A table of one file."""
    path = tmp_path / "table.csv"
    path.write_text(f"t1w\n{make_nifti().name}\n")
    return path


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "COMMAND"),
        (["push", "{table}"], "REPO"),
        (["push", "missing.csv", REPO], "no such file or folder: missing.csv"),
        (["push", "{table}", "a/b/c"], "a/b/c"),
        (["push", "{table}", REPO, "--split", "a b"], "'a b'"),
        (["push", "{table}", REPO, "--config", "data"], "'data'"),
        (["push", "{table}", REPO, "--num-shards", "0"], "'0' is not a number of 1 or more"),
        (["push", "{table}", REPO, "--num-proc", "two"], "'two' is not a number of 1 or more"),
        (["push", "{table}", REPO, "--max-shard-size", "big"], "'big' is not a size"),
        (["push", "{table}", REPO, "--max-shard-size", "1GB", "--num-shards", "2"], "not allowed"),
        (["push", "{table}", REPO, "--verify", "some"], "invalid choice"),
        (["check", "{table}", "--column", "t1w"], "is not NAME=KIND"),
        (["check", "{table}", "--column", "t1w=dicom"], "is not NAME=KIND"),
        (["verify", REPO], "--against"),
        (["restore", REPO, ""], "folder has to be a path, not ''"),
    ],
)
def test_wrong_use_is_status_2_and_says_why(
    table: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    status, output, error = call(capsys, *(argument.format(table=table) for argument in arguments))
    assert (status, output) == (2, "")
    assert message in error


@pytest.mark.parametrize("command", ["check", "plan", "push", "verify", "restore"])
def test_every_option_is_in_the_document(capsys: pytest.CaptureFixture[str], command: str) -> None:
    _, text, _ = call(capsys, command, "--help")
    options = set(re.findall(r"--[a-z-]+", text)) - {"--help", "--verbose"}
    assert {option for option in options if option not in DOCUMENT} == set()


def test_the_table_of_the_document_is_sound(
    make_nifti: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (text,) = re.findall(r"```text\n(.+?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "table.csv").write_text(text)
    for name in re.findall(r"[\w/-]+\.nii\.gz", text):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        make_nifti(name, seed=len(name))
    make_nifti("func/sub-001_run-2_bold.nii.gz", seed=2)
    assert call(capsys, "check", tmp_path / "table.csv") == (0, "0 problems found\n", "")


@pytest.mark.parametrize(("text", "size"), [("1000", 1000), ("2GiB", "2GiB")])
def test_size_may_be_a_plain_number(tmp_path: Path, text: str, size: int | str) -> None:
    arguments = parser().parse_args(["plan", str(tmp_path), "--max-shard-size", text])
    assert arguments.max_shard_size == size


@pytest.mark.parametrize(
    ("option", "private"), [([], None), (["--private"], True), (["--no-private"], False)]
)
def test_privacy_is_left_to_the_account_unless_asked_for(
    tmp_path: Path, option: list[str], private: bool | None
) -> None:
    assert parser().parse_args(["push", str(tmp_path), "user/data", *option]).private is private
