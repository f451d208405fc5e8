"""The shards of a split that an upload appends to, as they are read."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, Value
from huggingface_hub import hf_hub_download

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import IMAGE, MakeNifti, contents
from workaround import push_to_hub
from workaround.hub.repository import Repository
from workaround.preflight.options import PushOptions
from workaround.prepare import prepare
from workaround.upload import base
from workaround.upload.commit import RepoSnapshot

FEATURES = Features({"n": Value("int64"), "t1w": IMAGE})
ROWS = 4


@pytest.fixture
def rows(make_nifti: MakeNifti) -> Dataset:
    files = [str(make_nifti(f"{n}.nii", 300_000)) for n in range(ROWS)]
    return Dataset.from_dict({"n": list(range(ROWS)), "t1w": files}, features=FEATURES)


def snapshot(hub: Hub, rows: Dataset) -> RepoSnapshot:
    prepared = prepare(rows, PushOptions(repo_id=REPO))
    repository = Repository(hub.url, REPO)
    return RepoSnapshot.take(repository, prepared.target, prepared.plan, {})


def test_keys_and_sizes_are_those_of_the_shards(hub: Hub, rows: Dataset) -> None:
    push_to_hub(rows, REPO, num_shards=2)
    read = base.read_base(snapshot(hub, rows), "train", ["n"])
    assert [list(shard.keys) for shard in read.shards] == [[(0,), (1,)], [(2,), (3,)]]
    assert read.features == FEATURES
    assert read.num_bytes == prepare(rows, PushOptions(repo_id=REPO)).plan.splits[0].num_bytes


def test_copied_rows_are_those_of_the_shard(hub: Hub, rows: Dataset, tmp_path: Path) -> None:
    push_to_hub(rows, REPO)
    before = snapshot(hub, rows)
    read = base.read_base(before, "train", [])
    (shard,) = read.shards
    copy = base.copy_rows(before.repository, read.commit, shard, FEATURES, tmp_path)
    assert contents(copy) == contents(rows)
    stored = pq.read_table(hf_hub_download(REPO, shard.file.path, repo_type="dataset"))
    assert copy.data.column("t1w").to_pylist() == stored["t1w"].to_pylist()
