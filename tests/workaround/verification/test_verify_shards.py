"""Shards beside what was sent, right after a push."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, config
from huggingface_hub import CommitOperationCopy, CommitOperationDelete, HfApi
from huggingface_hub.hf_api import RepoFile

from tests.support.workaround.nested import shard_of
from tests.support.workaround.stored import (
    FIRST,
    ROWS,
    SECOND,
    commit,
    halves,
    rewrite,
    upload,
)
from workaround.arrow.files import Files
from workaround.errors import Problem, VerifyError
from workaround.hub.card import ConfigTarget
from workaround.hub.repository import CommitMessage, Repository
from workaround.planning.plan import Plan, Shard, SplitPlan
from workaround.preflight.source import Source
from workaround.upload.commit import Upload
from workaround.upload.journal import UploadedShard
from workaround.verification import verify as verify_module
from workaround.verification.compare import Origin
from workaround.verification.verify import Level, VerifyReport, verify_upload

pytestmark = pytest.mark.hub(xet=False)


def sent(repo_id: str) -> tuple[list[Shard], list[UploadedShard]]:
    """The shards as a push would know them."""
    tree = HfApi().list_repo_tree(repo_id, "data", repo_type="dataset")
    files = sorted((item for item in tree if isinstance(item, RepoFile)), key=lambda x: x.path)
    shards, uploaded = [], []
    for number, file in enumerate(files):
        start, stop = number * ROWS // 2, (number + 1) * ROWS // 2
        shards.append(Shard(file.path, start, stop, (stop,), 0))
        sha256 = "" if file.lfs is None else file.lfs.sha256
        oid = file.blob_id if file.lfs is None else None
        uploaded.append(UploadedShard(file.path, "", sha256, file.size, oid))
    return shards, uploaded


def check(
    repo_id: str,
    dataset: Dataset,
    known: tuple[list[Shard], list[UploadedShard]],
    commit: str | None = None,
    *,
    embed: bool = True,
    level: Level = "footers",
) -> VerifyReport:
    head = commit or str(HfApi().repo_info(repo_id, repo_type="dataset").sha)
    shards, uploaded = known
    split = SplitPlan("train", len(dataset), 0, 0, 0, tuple(shards))
    upload = Upload(
        Plan((split,)),
        dataset.features,
        {"train": uploaded},
        ConfigTarget("default", "data", None, whole_config=False),
        Repository(config.HF_ENDPOINT, repo_id),
        CommitMessage("Upload dataset", None),
    )
    source = Source({"train": dataset}, whole_config=False, embed=embed, files=Files())
    return verify_upload(upload, head, source, {"train": {}}, level)


@pytest.mark.parametrize(
    "lfs",
    [
        pytest.param(True, marks=pytest.mark.hub(xet=False, upload_mode="lfs")),
        pytest.param(False, marks=pytest.mark.hub(xet=False, upload_mode="regular")),
    ],
)
def test_a_push_is_verified_by_hash(pushed: str, dataset: Dataset, lfs: bool) -> None:
    known = sent(pushed)
    assert (known[1][0].oid is None) == lfs
    assert check(pushed, dataset, known).shards == 2
    content = shard_of(halves(dataset)[1])
    place = content.index(Path(dataset[4]["t1w"]["path"]).read_bytes())
    upload(pushed, {SECOND: content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]})
    with pytest.raises(VerifyError, match="another file") as caught:
        check(pushed, dataset, known)
    assert [problem.path for problem in caught.value.problems] == [SECOND]


def test_a_shard_of_another_size_is_found(pushed: str, dataset: Dataset) -> None:
    known = sent(pushed)
    rewrite(pushed, SECOND, lambda _: None)
    with pytest.raises(VerifyError, match="bytes on the Hub instead of"):
        check(pushed, dataset, known)
    assert check(pushed, dataset, sent(pushed)).shards == 2


def test_a_changed_cell_is_found_by_hash_and_named_when_read(pushed: str, dataset: Dataset) -> None:
    spoiled = str(Path(dataset[4]["t1w"]["path"]))
    content = Path(spoiled).read_bytes()
    known = sent(pushed)
    Path(spoiled).write_bytes(content[:-1] + b"?")
    upload(pushed, {SECOND: shard_of(halves(dataset)[1])})
    Path(spoiled).write_bytes(content)
    with pytest.raises(VerifyError, match="another file"):
        check(pushed, dataset, known)
    with pytest.raises(VerifyError) as caught:
        check(pushed, dataset, known, level="full")
    differences = [(problem.row, problem.column, problem.path) for problem in caught.value.problems]
    assert differences == [(3, None, SECOND), (4, "t1w", spoiled), (4, "bold", spoiled)]


def test_a_shard_that_the_push_lost(pushed: str, dataset: Dataset) -> None:
    known = sent(pushed)
    commit(pushed, CommitOperationDelete(SECOND))
    with pytest.raises(VerifyError, match=f"row 3, {SECOND}: is not on the Hub"):
        check(pushed, dataset, known)


@pytest.mark.parametrize("level", ["footers", "full"])
def test_a_shard_of_fewer_rows_than_were_planned(
    pushed: str, dataset: Dataset, level: Level
) -> None:
    rewrite(pushed, SECOND, lambda rows: rows[:-1])
    with pytest.raises(VerifyError) as caught:
        check(pushed, dataset, sent(pushed), level=level)
    (problem,) = caught.value.problems
    assert (problem.path, problem.reason) == (SECOND, "has 2 rows instead of 3")


def test_a_shard_that_the_push_did_not_replace(pushed: str, dataset: Dataset) -> None:
    known = sent(pushed)
    commit(pushed, CommitOperationCopy(FIRST, "data/train-00000-of-00007.parquet"))
    with pytest.raises(VerifyError, match="side by side"):
        check(pushed, dataset, known)


@pytest.mark.parametrize("name", ["train2-00000-of-00001", "train-old/x-00000-of-00007"])
def test_shards_of_others_with_names_that_begin_alike(
    pushed: str, dataset: Dataset, name: str
) -> None:
    known = sent(pushed)
    commit(pushed, CommitOperationCopy(FIRST, f"data/{name}.parquet"))
    assert check(pushed, dataset, known).shards == 2


def test_files_that_were_not_to_be_embedded(repo_id: str, dataset: Dataset) -> None:
    sink = io.BytesIO()
    table = dataset.with_format("arrow")[:]
    rows = table.to_pylist()
    for row in rows:
        for cell in [row["t1w"], *row["bold"]]:
            if cell is not None:
                cell["path"] = os.path.basename(cell["path"])  # noqa: PTH119
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), sink)
    upload(repo_id, {"data/train-00000-of-00001.parquet": sink.getvalue()})
    _, uploaded = sent(repo_id)
    known = ([Shard("data/train-00000-of-00001.parquet", 0, ROWS, (ROWS,), 0)], uploaded)
    assert check(repo_id, dataset, known, embed=False, level="full").rows == ROWS
    with pytest.raises(VerifyError):
        check(repo_id, dataset, known, embed=True)


def test_a_failure_ends_the_waits_of_the_other_shards(
    pushed: str, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops: list[threading.Event] = []

    class Stop(threading.Event):
        def __init__(self) -> None:
            super().__init__()
            stops.append(self)

    def interrupted(*_: object) -> list[Problem]:
        raise KeyboardInterrupt

    monkeypatch.setattr(verify_module, "Event", Stop)
    monkeypatch.setattr(verify_module, "_compare", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check(pushed, dataset, sent(pushed))
    assert [stop.is_set() for stop in stops] == [True]


def test_footers_are_read_at_the_same_time_and_reported_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together = threading.Barrier(verify_module.READERS, timeout=20)

    def compare(
        _repository: Repository, _commit: str, shard: verify_module._ShardOrigin, _level: str
    ) -> list[Problem]:
        together.wait()
        return [Problem(None, None, shard.path, "differs")]

    monkeypatch.setattr(verify_module, "_compare", compare)
    origin = Origin(Dataset.from_dict({"n": [1]}), Files())
    paths = [f"{number}.parquet" for number in range(verify_module.READERS)]
    shards = [verify_module._ShardOrigin(path, 1, 0, 1, "train", origin) for path in paths]
    repository = Repository("http://localhost", "user/data")
    with pytest.raises(VerifyError) as caught:
        verify_module._report(repository, "0" * 40, shards, [], "footers")
    assert [problem.path for problem in caught.value.problems] == paths
