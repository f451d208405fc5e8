"""A BIDS dataset that was pushed is restored as it was."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, Features, Nifti
from huggingface_hub import CommitOperationDelete

from mockhub.server.process import Hub
from repro.synthetic.bids import BidsTree
from tests.support.constants import REPO
from tests.support.terminal import NotebookCell
from tests.support.workaround.bids import TEXT, exact_files
from tests.support.workaround.command import call
from tests.support.workaround.pushing import parquet_files
from tests.support.workaround.stored import commit
from workaround.bids.table import bids_table
from workaround.errors import ArgumentError, RefusedError, RestoreError, UnreadableCardError
from workaround.push import push_to_hub
from workaround.restoration.restore import restore

MakeTree = Callable[..., BidsTree]
RUNS = {"T1w": 1, "bold": 2, "dwi": 1}


@pytest.fixture
def pushed(hub: Hub, make_bids_tree: MakeTree) -> Path:
    """The root of a tree that was pushed."""
    tree = make_bids_tree(2, runs={"bold": 1, "dwi": 1, "T1w": 1}, size=5_000)
    push_to_hub(bids_table(tree.root), REPO, num_shards=2)
    return tree.root


@pytest.mark.parametrize(
    ("layout", "suffix"), [("session", ".nii"), ("subject", ".nii.gz"), ("image", ".nii.gz")]
)
def test_files_come_back_byte_for_byte(
    hub: Hub, make_bids_tree: MakeTree, tmp_path: Path, layout: Any, suffix: str
) -> None:
    tree = make_bids_tree(2, sessions=2, runs=RUNS, missing_every=3, size=5_000, suffix=suffix)
    push_to_hub(bids_table(tree.root, layout=layout), REPO, num_shards=2)
    report = restore(REPO, tmp_path / "copy")
    expected = exact_files(tree.root)
    assert exact_files(tmp_path / "copy") == expected
    assert (report.written, report.existing) == (len(expected), 0)
    assert report.images == len(tree.images)
    assert report.nbytes == sum(map(len, expected.values()))


def test_the_same_call_goes_on(pushed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    first = restore(REPO, copy)
    kept, lost = sorted(copy.rglob("*.nii.gz"))[:2]
    before = kept.stat().st_mtime_ns
    lost.unlink()
    report = restore(REPO, copy)
    assert (report.written, report.existing) == (1, first.written - 1)
    assert kept.stat().st_mtime_ns == before
    assert exact_files(copy) == exact_files(pushed)


def test_a_file_that_differs_is_replaced_only_if_asked_for(pushed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(pushed, copy)
    damaged = next(copy.rglob("*_T1w.nii.gz"))
    damaged.write_bytes(b"mine")
    with pytest.raises(RestoreError) as raised:
        restore(REPO, copy)
    (problem,) = raised.value.problems
    assert (problem.row, problem.column) in [(0, "T1w"), (1, "T1w")]
    assert copy / str(problem.path) == damaged
    assert damaged.read_bytes() == b"mine"
    sidecars = {path: path.read_bytes() for path in copy.rglob("*.json")}
    report = restore(REPO, copy, overwrite=True)
    assert (report.written, report.made) == (1, 0)
    assert sorted(report.kept) == [
        f"sub-00{n}/ses-1/func/sub-00{n}_ses-1_task-rest_bold.json" for n in (1, 2)
    ]
    assert {path: path.read_bytes() for path in copy.rglob("*.json")} == sidecars
    assert exact_files(copy) == exact_files(pushed)


def test_tables_and_sidecars_are_made_of_columns(pushed: Path, tmp_path: Path) -> None:
    restore(REPO, tmp_path / "exact", exact=True)
    assert not [*(tmp_path / "exact").rglob("*.json")]
    report = restore(REPO, tmp_path / "copy")
    made = sorted((tmp_path / "copy").rglob("*.json"))
    assert (report.made, report.kept) == (len(made), [])
    for path in made:
        original = json.loads((pushed / path.relative_to(tmp_path / "copy")).read_text())
        assert json.loads(path.read_text()) == original


def test_nothing_is_written_where_a_path_leads_out(hub: Hub, tmp_path: Path) -> None:
    features = Features({"T1w": Nifti(), "T1w_path": TEXT})
    cells = [{"bytes": b"x", "path": "a.nii"}] * 2
    rows = Dataset.from_dict({"T1w": cells, "T1w_path": ["a.nii", "../a.nii"]}, features=features)
    rows.push_to_hub(REPO, embed_external_files=False)
    copy = tmp_path / "copy"
    with pytest.raises(RestoreError, match=r"nothing was written:\n.*row 1, column 'T1w_path'"):
        restore(REPO, copy)
    assert not copy.exists()
    assert not (tmp_path / "a.nii").exists()


def test_tables_that_are_no_bids_dataset_are_refused(hub: Hub, tmp_path: Path) -> None:
    cells = [{"bytes": b"x", "path": "a.nii"}]
    rows = Dataset.from_dict({"scan": cells}, features=Features({"scan": Nifti()}))
    rows.push_to_hub(REPO, embed_external_files=False)
    with pytest.raises(RestoreError, match=r"no images with their BIDS paths \(scan\)"):
        restore(REPO, tmp_path / "copy")


def test_splits_are_restored_together_or_alone(
    hub: Hub, make_bids_tree: MakeTree, tmp_path: Path
) -> None:
    tree = make_bids_tree(2, size=10_000)
    rows = bids_table(tree.root)
    splits = {"train": rows.select([0]), "test": rows.select([1])}
    push_to_hub(DatasetDict(splits), REPO)
    assert restore(REPO, tmp_path / "test", split="test").images == 3
    assert restore(REPO, tmp_path / "all", dry_run=True).images == 6
    restore(REPO, tmp_path / "test")
    assert exact_files(tmp_path / "test") == exact_files(tree.root)
    with pytest.raises(ArgumentError, match="the splits are train, test"):
        restore(REPO, tmp_path, split="validation")


def test_what_is_not_on_the_hub_is_an_error(pushed: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableCardError, match="has no config 'raw'"):
        restore(REPO, tmp_path / "copy", config_name="raw")
    commit(REPO, CommitOperationDelete(parquet_files(REPO)[1]))
    with pytest.raises(RestoreError, match="shard 1 of 2 is not on the Hub"):
        restore(REPO, tmp_path / "copy")


def test_the_command_reports_what_was_written(
    pushed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    status, output, _ = call(capsys, "restore", REPO, copy, "--dry-run")
    assert (status, copy.exists()) == (0, False)
    assert f"dry run: nothing was written to {copy}; 0 exist there" in output
    status, output, _ = call(capsys, "restore", REPO, copy, "--json")
    result = json.loads(output)
    assert (status, result["folder"], result["unknown"]) == (0, str(copy), [])
    assert result["written"] == result["images"] + result["texts"] == len(exact_files(pushed))
    next(copy.rglob("*.json")).write_text("mine")
    status, output, _ = call(capsys, "restore", REPO, copy)
    assert (status, "0 written to" in output) == (0, True)
    assert "1 others are there and remain: sub-" in output
    next(copy.rglob("*.bval")).write_text("mine")
    status, output, error = call(capsys, "restore", REPO, copy, "--json")
    (problem,) = json.loads(output)["problems"]
    assert (status, problem["column"]) == (1, "dwi_bval")
    assert "another file is there" in error


def test_arguments_are_checked(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArgumentError, match="is not a folder"):
        restore(REPO, tmp_path / "file")
    with pytest.raises(ArgumentError, match="overwrite has to be True or False"):
        restore(REPO, tmp_path, overwrite="no")  # type: ignore[arg-type]
    with pytest.raises(RefusedError):
        restore(REPO, tmp_path)


def test_progress_is_shown(pushed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", shown := NotebookCell())
    report = restore(REPO, tmp_path / "copy")
    assert f"{report.images}/{report.images}" in shown.getvalue()
