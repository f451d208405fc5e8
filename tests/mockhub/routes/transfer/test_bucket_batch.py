"""Batches of operations on the files of a bucket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi

from mockhub.server.process import Hub
from tests.support.mockhub.buckets import BUCKET, FILES, USERS, add, paths, read
from tests.support.mockhub.wire import Answer, send

pytestmark = pytest.mark.hub(users=USERS, orgs=["lab:user,ann=read"], page_size=3)


@pytest.fixture
def api(hub: Hub) -> HfApi:
    """The client, with a bucket of some files."""
    api = HfApi(endpoint=hub.url, token=hub.token)
    api.create_bucket(BUCKET)
    add(api, FILES)
    return api


def batch(hub: Hub, *lines: dict[str, Any] | bytes) -> Answer:
    """Send operations that no client would."""
    body = b"\n".join(x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines)
    return send(hub, "POST", f"/api/buckets/{BUCKET}/batch", body)


def test_copies_need_no_bytes(hub: Hub, api: HfApi, tmp_path: Path) -> None:
    api.create_repo("user/data", repo_type="dataset")
    api.upload_file(
        path_or_fileobj=b"from repo", path_in_repo="a.bin", repo_id="user/data", repo_type="dataset"
    )
    api.create_bucket("user/copies", private=True)
    hub.clear_requests()
    api.copy_files("hf://datasets/user/data/a.bin", "hf://buckets/user/copies/a.bin")
    api.copy_files(f"hf://buckets/{BUCKET}/sub", "hf://buckets/user/copies/")
    assert not hub.requests(path="/cas/")
    assert read(api, "a.bin", tmp_path, "user/copies") == b"from repo"
    assert read(api, "sub/big.bin", tmp_path, "user/copies") == FILES["sub/big.bin"]


def test_content_of_others_cannot_be_taken_by_its_hash(hub: Hub, api: HfApi) -> None:
    ann = HfApi(endpoint=hub.url, token="hf_ann")
    ann.create_bucket("ann/secret", private=True)
    add(ann, {"secret": b"of ann"}, "ann/secret")
    ann.create_repo("ann/gated", repo_type="dataset")
    ann.update_repo_settings("ann/gated", repo_type="dataset", gated="auto")
    (file,) = ann.get_bucket_paths_info("ann/secret", ["secret"])
    taken = {"type": "addFile", "path": "taken", "xetHash": file.xet_hash}
    copy = {**taken, "type": "copyFile", "sourceRepoType": "bucket"}
    answer = batch(
        hub,
        taken,
        {**copy, "sourceRepoId": BUCKET},
        {**copy, "sourceRepoId": "ann/secret"},
        {**copy, "sourceRepoId": "ann/gated", "sourceRepoType": "dataset"},
        {**copy, "sourceRepoId": "ann/gated", "sourceRepoType": "thing"},
    )
    assert answer.status == 422
    errors = [item["error"].split(" ")[0] for item in answer.json["failed"]]
    assert errors == ["Unknown", "Unknown", "Cannot", "Cannot", "Cannot"]
    assert "taken" not in paths(api)


def test_failed_operations_are_reported_and_the_others_run(hub: Hub, api: HfApi) -> None:
    (file,) = api.get_bucket_paths_info(BUCKET, ["file.txt"])
    new = {"type": "addFile", "path": "new", "xetHash": file.xet_hash, "mtime": 1_700_000_000_000}
    answer = batch(
        hub,
        {**new, "path": "../up"},
        {**new, "path": ""},
        {**new, "path": None},
        {**new, "path": "a\0b"},
        {**new, "xetHash": "../../x"},
        {**new, "mtime": "soon"},
        {**new, "mtime": 10**30},
        {**new, "type": "renameFile"},
        new,
        {"type": "deleteFile", "path": "file.txt"},
        {"type": "deleteFile", "path": "none"},
    )
    report = answer.json
    assert answer.status == 200
    assert (report["success"], report["processed"], report["succeeded"]) == (False, 11, 3)
    assert [item["path"] for item in report["failed"]] == [
        "../up",
        "",
        "None",
        "a\0b",
        *["new"] * 4,
    ]
    assert paths(api) == ["new", *sorted(FILES)[1:]]
    (new_file,) = api.get_bucket_paths_info(BUCKET, ["new"])
    assert new_file.mtime is not None
    assert new_file.mtime.timestamp() == 1_700_000_000


@pytest.mark.parametrize("line", [b"{", b"[]", b"1", b"\xff"])
@pytest.mark.usefixtures("api")
def test_malformed_batch_is_refused(hub: Hub, line: bytes) -> None:
    assert batch(hub, line).status == 400


@pytest.mark.usefixtures("api")
def test_batch_of_a_hundred_thousand_lines_is_refused(hub: Hub) -> None:
    line = b'{"type": "deleteFile", "path": "a"}'
    assert batch(hub, *[line] * 100_000).status == 413
