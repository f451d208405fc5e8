"""A shard from rows to a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from datasets import Dataset

from tests.support.workaround.pushing import MakeNifti, sessions
from workaround.arrow.file_cells import file_leaves
from workaround.arrow.files import Files
from workaround.arrow.skeleton import CheckedFiles
from workaround.errors import SourceChangedError
from workaround.planning.plan import plan
from workaround.upload.files import write
from workaround.upload.journal import git_oid
from workaround.upload.shard import ShardJob, fingerprint


def job(rows: Dataset) -> ShardJob:
    (split,) = plan(rows).splits
    (shard,) = split.shards
    return ShardJob("train", shard, rows, Files(), fill=True, embed=True)


def test_fingerprint_changes_with_a_source_file(make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti, rows=3)
    first = fingerprint(job(rows))
    assert fingerprint(job(rows)) == first
    make_nifti("sub-1_T1w.nii.gz", 30_000)
    assert fingerprint(job(rows)) != first


def test_changed_file_is_named_with_split_row_and_column(
    make_nifti: MakeNifti, tmp_path: Path
) -> None:
    rows = sessions(make_nifti, rows=3)
    made = job(rows)
    path = Path(rows[1]["t1w"]["path"])
    checked = {
        leaf: CheckedFiles(np.arange(3), np.full(3, path.stat().st_size), np.zeros(3, np.int64))
        for leaf in file_leaves(rows.features)
    }
    with pytest.raises(SourceChangedError) as raised:
        write(replace(made, checked=checked), tmp_path)
    assert str(raised.value).startswith("split 'train', row 0, column 't1w', ")
    assert not list(tmp_path.glob("*.parquet"))


def test_git_oid_is_that_of_git() -> None:
    assert git_oid(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
