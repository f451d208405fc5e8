"""Shards that are sent while they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hf_xet
import pytest
from datasets import Dataset
from huggingface_hub import HfApi

from mockhub.server import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, contents, loaded, pending_shard, sessions
from workaround import push_to_hub
from workaround.errors import RefusedError, SourceChangedError, UploadError
from workaround.hub.repository import Repository
from workaround.hub.xet import PIECE
from workaround.upload import files, streams
from workaround.upload.streams import StreamBatch

pytestmark = [
    pytest.mark.skipif(
        not hasattr(getattr(hf_xet, "XetUploadCommit", None), "start_upload_stream"),
        reason="the client has no streams",
    ),
    pytest.mark.hub(xet=True),
]


@pytest.fixture
def batch(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> StreamBatch:
    monkeypatch.setattr("workaround.hub.retry.own_delay", lambda _: 0.0)
    HfApi().create_repo(REPO, repo_type="dataset")
    return StreamBatch(Repository(hub.url, REPO, token=hub.token), lambda *_: None)


@pytest.fixture
def rows(make_nifti: MakeNifti) -> Dataset:
    return sessions(make_nifti, rows=3)


def test_streamed_shard_is_the_file_without_one(
    batch: StreamBatch, rows: Dataset, tmp_path: Path
) -> None:
    pending = pending_shard(rows)
    batch.write(pending)
    (result,) = batch.send()
    written = files.write(pending.job, tmp_path)
    assert (result.shard.sha256, result.shard.size) == (written.sha256, written.size)


def test_push_makes_no_file(
    hub: Hub, rows: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "write", None)
    monkeypatch.setattr("tempfile.TemporaryFile", None)
    push_to_hub(rows, REPO, num_shards=3)
    assert loaded(REPO) == contents(rows)


def test_shards_of_a_batch_are_registered_together(
    hub: Hub, batch: StreamBatch, rows: Dataset
) -> None:
    for row in range(3):
        batch.write(pending_shard(rows.select([row])))
    assert len(batch.send()) == 3
    assert len(hub.requests("POST", "/shards")) == 1


def test_all_of_a_batch_is_sent_again_after_a_failure(
    hub: Hub, batch: StreamBatch, rows: Dataset
) -> None:
    hub.fail("*", "/xorbs/", corrupt="request")
    for row in range(3):
        batch.write(pending_shard(rows.select([row])))
    assert len({result.shard.sha256 for result in batch.send()}) == 3
    assert len(hub.requests("POST", "/xorbs/")) == 2


def test_token_that_may_not_write_is_refused(hub: Hub, batch: StreamBatch, rows: Dataset) -> None:
    hub.fail("GET", "/xet-write-token", status=403, count=100)
    batch.write(pending_shard(rows))
    with pytest.raises(RefusedError) as failure:
        batch.send()
    assert hub.token not in str(failure.value) + repr(failure.value.__cause__)


def test_changed_source_does_not_spoil_the_others(
    batch: StreamBatch, rows: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(_: Any, sink: Any, **__: Any) -> None:
        sink.write(bytes(2 * PIECE))  # more than is collected before it is sent
        raise SourceChangedError("a.nii", "changed")

    batch.write(pending_shard(rows.select([0])))
    upload = batch._upload
    with monkeypatch.context() as patch:
        patch.setattr(streams, "write_shard", changed)
        with pytest.raises(SourceChangedError):
            batch.write(pending_shard(rows.select([1])))
    batch.write(pending_shard(rows.select([2])))
    assert len(batch.send()) == 2
    assert batch._upload is upload  # or all were sent again


def test_batch_that_was_given_up_writes_no_more(batch: StreamBatch, rows: Dataset) -> None:
    batch.write(pending_shard(rows.select([0])))
    batch.abort()
    with pytest.raises(UploadError, match="interrupted"):
        batch.write(pending_shard(rows.select([1])))


def test_batch_is_bounded_in_bytes_and_seconds(
    batch: StreamBatch, rows: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert batch.has_room(10 * streams.BATCH_BYTES)
    batch.write(pending_shard(rows))
    assert batch.has_room(1000)
    assert not batch.has_room(streams.BATCH_BYTES)
    monkeypatch.setattr(streams, "BATCH_SECONDS", 0.0)
    assert not batch.has_room(1000)
