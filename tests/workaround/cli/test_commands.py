"""The commands that send nothing: check and plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from datasets import load_dataset

from mockhub.server.process import Hub
from repro.synthetic.broken import Broken, write_broken
from tests.support.constants import REPO
from tests.support.workaround.command import ROWS, call


def test_check_lists_all_problems(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, output, error = call(capsys, "check", broken)
    assert (status, error) == (1, "")
    first, second, summary = output.splitlines()
    assert first.startswith("row 1, column 't1w', ")
    assert second.startswith("row 2, column 't1w', ")
    assert summary == "2 problems found"


def test_check_lists_problems_as_json(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, output, _ = call(capsys, "check", broken, "--json")
    result = json.loads(output)
    assert (status, result["rows"]) == (1, ROWS)
    assert [problem["row"] for problem in result["problems"]] == [1, 2]


def test_check_reads_every_byte_at_full_level(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = table.parent / "sub-1_T1w.nii.gz"
    damaged.unlink()
    write_broken(damaged, Broken.BAD_CRC)
    assert call(capsys, "check", table)[0] == 0
    status, output, _ = call(capsys, "check", table, "--level", "full")
    assert (status, output.splitlines()[-1]) == (1, "1 problem found")
    assert output.startswith(f"row 1, column 't1w', {damaged}: damaged: CRC check failed")


def test_check_of_sound_data_finds_nothing(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "check", table) == (0, "0 problems found\n", "")


def test_remarks_are_listed_and_never_refused(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write_text(f"{table.read_text()}004,24,sub-0_T1w.nii.gz,[]\n")
    status, output, _ = call(capsys, "check", table)
    remark, summary = output.splitlines()
    assert (status, summary) == (0, "0 problems found")
    assert remark.startswith("remark: row 0, column 't1w', ")


def test_check_lists_columns_that_hold_something_else(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write_text(table.read_text().replace("sub-2_T1w.nii.gz", "lost"))
    status, output, _ = call(capsys, "check", table)
    assert status == 1
    assert output.splitlines()[0].startswith("row 2, column 't1w', lost: ")


def test_table_without_files_is_refused_if_strict(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    table.write_text("subject,age\nsub-1,30\n")
    status, output, _ = call(capsys, "check", table)
    assert status == 1
    assert "no column holds files" in output
    assert call(capsys, "push", table, REPO)[0] == 1
    assert hub.requests("POST") == []
    assert call(capsys, "push", table, REPO, "--no-strict")[0] == 0
    assert load_dataset(REPO, split="train").num_rows == 1


def test_plan_shows_the_shards_and_asks_no_hub(
    hub: Hub, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, output, _ = call(capsys, "plan", table, "--num-shards", 3)
    assert status == 0
    assert {"train", "4", "7", "3"} <= set(output.split())
    _, output, _ = call(capsys, "plan", table, "--num-shards", 3, "--config", "raw", "--json")
    (split,) = json.loads(output)["splits"]
    assert split["shards"][2]["path"] == "raw/train-00002-of-00003.parquet"
    assert hub.requests() == []


def test_a_folder_that_is_no_bids_dataset_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, error = call(capsys, "check", tmp_path)
    assert status == 1
    line = f"{tmp_path} has no folders sub-*: is it the root of a BIDS dataset?"
    assert error == f"workaround: {line}\n"


def test_a_column_can_be_named(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text(table.read_text().replace("sub-2_T1w.nii.gz", "lost"))
    named = ("--column", "t1w=string")
    assert call(capsys, "check", table, *named) == (0, "0 problems found\n", "")
