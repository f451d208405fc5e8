"""Buckets in SQLite."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import HfApi

from mockhub.git.commits import now
from mockhub.server.process import Hub
from mockhub.storage.buckets import BucketFile, Buckets, Change

BUCKET = "user/things"


def test_store_forgets_the_files_of_a_deleted_bucket(tmp_path: Path) -> None:
    store = Buckets(tmp_path / "buckets.db")
    bucket = store.create(BUCKET, private=False)
    file = BucketFile("a", "0" * 64, 0, now(), now(), None)
    store.apply(bucket, [Change("a", file)])
    assert list(store.files(bucket, "")) == [file]
    store.delete(bucket)
    assert list(store.files(bucket, "")) == []


def test_buckets_survive_a_restart(tmp_path: Path) -> None:
    with Hub.start(tmp_path) as hub:
        HfApi(endpoint=hub.url, token=hub.token).create_bucket(BUCKET, private=True)
    with Hub.start(tmp_path) as hub:
        assert HfApi(endpoint=hub.url, token=hub.token).bucket_info(BUCKET).private
