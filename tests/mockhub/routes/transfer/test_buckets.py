"""Storage buckets, used through the real clients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, load_dataset
from huggingface_hub import HfApi, HfFileSystem, errors

from mockhub.git.commits import now
from mockhub.server.process import Hub
from mockhub.storage.buckets import BucketFile, Buckets, Change
from tests.support.mockhub.wire import Answer, send

BUCKET = "user/things"
FILES = {
    "file.txt": b"content",
    "sub/big.bin": b"x" * 300_000,
    "sub/deep/file": b"deep",
    "sub/empty": b"",
    "sub_marine.txt": b"not in sub",
}
USERS = ["user:hf_mockhub", "ann:hf_ann", "reader:hf_reader:read"]

pytestmark = pytest.mark.hub(users=USERS, orgs=["lab:user,ann=read"], page_size=3)


@pytest.fixture
def api(hub: Hub) -> HfApi:
    """The client, with a bucket of some files."""
    api = HfApi(endpoint=hub.url, token=hub.token)
    api.create_bucket(BUCKET)
    add(api, FILES)
    return api


def add(api: HfApi, files: dict[str, bytes], bucket: str = BUCKET) -> None:
    api.batch_bucket_files(bucket, add=[(content, path) for path, content in files.items()])


def paths(api: HfApi, prefix: str | None = None, bucket: str = BUCKET) -> list[str]:
    return [each.path for each in api.list_bucket_tree(bucket, prefix)]


def read(api: HfApi, path: str, folder: Path, bucket: str = BUCKET) -> bytes:
    api.download_bucket_files(bucket, [(path, folder / "local")], raise_on_missing_files=True)
    return (folder / "local").read_bytes()


def batch(hub: Hub, *lines: dict[str, Any] | bytes) -> Answer:
    """Send operations that no client would."""
    body = b"\n".join(x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines)
    return send(hub, "POST", f"/api/buckets/{BUCKET}/batch", body)


def test_bucket_is_made_once(hub: Hub) -> None:
    api = HfApi(endpoint=hub.url, token=hub.token)
    url = api.create_bucket("things")
    assert (url.bucket_id, url.url) == (BUCKET, f"{hub.url}/buckets/{BUCKET}")
    with pytest.raises(errors.HfHubHTTPError, match="409"):
        api.create_bucket(BUCKET.upper().replace("USER", "user"))
    assert api.create_bucket(BUCKET, exist_ok=True) == url


def test_info_tells_size_and_number_of_files(api: HfApi) -> None:
    info = api.bucket_info(BUCKET)
    assert (info.id, info.private, info.total_files) == (BUCKET, False, len(FILES))
    assert info.size == sum(map(len, FILES.values()))
    assert api.bucket_info(BUCKET.title().replace("User", "USER")).id == BUCKET


def test_private_bucket_is_hidden_from_others(hub: Hub, api: HfApi) -> None:
    ann, stranger = (HfApi(endpoint=hub.url, token=token) for token in ("hf_ann", False))
    assert ann.bucket_info(BUCKET) == stranger.bucket_info(BUCKET) == api.bucket_info(BUCKET)
    api.update_bucket_settings(BUCKET, private=True)
    api.create_bucket("user/open")
    assert api.bucket_info(BUCKET).private
    for client in (ann, stranger):
        with pytest.raises(errors.BucketNotFoundError):
            client.bucket_info(BUCKET)
        with pytest.raises(errors.BucketNotFoundError):
            paths(client)
        assert [each.id for each in client.list_buckets("user")] == ["user/open"]
    for path in (f"/buckets/{BUCKET}/resolve/file.txt", f"/api/buckets/{BUCKET}/xet-read-token"):
        assert send(hub, "GET", path, token=None).status == 401
        assert send(hub, "GET", path, token="hf_ann").status == 404
    assert [each.id for each in api.list_buckets()] == ["user/open", BUCKET]
    assert [each.id for each in api.list_buckets(search="thing")] == [BUCKET]


def test_only_owners_change_a_bucket(hub: Hub, api: HfApi) -> None:
    with pytest.raises(errors.HfHubHTTPError, match="403"):
        HfApi(endpoint=hub.url, token="hf_ann").delete_bucket(BUCKET)
    with pytest.raises(errors.HfHubHTTPError, match="403"):
        HfApi(endpoint=hub.url, token="hf_ann").create_bucket("lab/new")
    with pytest.raises(errors.HfHubHTTPError, match="403"):
        HfApi(endpoint=hub.url, token="hf_reader").create_bucket("reader/new")
    assert send(hub, "POST", f"/api/buckets/{BUCKET}/batch", b"", token="hf_ann").status == 403
    assert send(hub, "GET", f"/api/buckets/{BUCKET}/xet-write-token", token="hf_ann").status == 403
    assert paths(api) == sorted(FILES)
    api.create_bucket("lab/new", private=True)
    assert [each.id for each in HfApi(endpoint=hub.url, token="hf_ann").list_buckets("lab")] == [
        "lab/new"
    ]


@pytest.mark.parametrize("name", ["user/a--b", "user/..", "user/a%2Fb", "user/.git", "user/x.git"])
def test_name_that_cannot_be_is_refused(hub: Hub, name: str) -> None:
    assert send(hub, "POST", f"/api/buckets/{name}", {}).status == 400


def test_bucket_that_is_not_there_is_not_found(hub: Hub) -> None:
    api = HfApi(endpoint=hub.url, token=hub.token)
    with pytest.raises(errors.BucketNotFoundError):
        api.bucket_info("user/none")
    with pytest.raises(errors.HfHubHTTPError, match="404"):
        api.bucket_info("none")
    with pytest.raises(errors.BucketNotFoundError):
        api.delete_bucket("user/none")
    api.delete_bucket("user/none", missing_ok=True)
    with pytest.raises(errors.BucketNotFoundError):
        list(api.list_buckets("nobody"))


def test_deleted_bucket_takes_its_files_along(api: HfApi) -> None:
    api.delete_bucket(BUCKET)
    assert list(api.list_buckets()) == []
    api.create_bucket(BUCKET)
    assert paths(api) == []


def test_moved_bucket_keeps_its_files(api: HfApi, tmp_path: Path) -> None:
    api.create_bucket("user/other")
    with pytest.raises(errors.HfHubHTTPError, match="already exists"):
        api.move_bucket(BUCKET, "user/other")
    api.move_bucket(BUCKET, "lab/moved")
    with pytest.raises(errors.BucketNotFoundError):
        api.bucket_info(BUCKET)
    assert read(api, "file.txt", tmp_path, "lab/moved") == b"content"


def test_tree_is_listed_page_by_page(api: HfApi) -> None:
    assert paths(api) == sorted(FILES)
    top = [(each.type, each.path) for each in api.list_bucket_tree(BUCKET, recursive=False)]
    assert top == [("file", "file.txt"), ("directory", "sub"), ("file", "sub_marine.txt")]


def test_prefix_is_one_of_characters(api: HfApi) -> None:
    assert paths(api, "sub") == [path for path in sorted(FILES) if path.startswith("sub")]
    assert paths(api, "sub/") == [path for path in sorted(FILES) if path.startswith("sub/")]
    assert paths(api, "su/") == []
    add(api, {"sub_old/file": b"old"})
    top = [each.path for each in api.list_bucket_tree(BUCKET, "sub", recursive=False)]
    assert top == ["sub/big.bin", "sub/deep", "sub/empty", "sub_marine.txt", "sub_old"]
    assert [each.path for each in api.list_bucket_tree(BUCKET, "sub/d", recursive=False)] == [
        "sub/deep"
    ]


def test_paths_info_leaves_out_what_is_no_file(hub: Hub, api: HfApi) -> None:
    (found,) = api.get_bucket_paths_info(BUCKET, ["none", "sub", "sub/big.bin"])
    assert (found.path, found.size) == ("sub/big.bin", 300_000)
    for body, status in (({"paths": ["a"] * 1001}, 413), ({"paths": "a"}, 400), ({}, 400)):
        path = f"/api/buckets/{BUCKET}/paths-info"
        assert send(hub, "POST", path, body).status == status


def test_files_come_back_as_they_were(hub: Hub, api: HfApi, tmp_path: Path) -> None:
    for path, content in FILES.items():
        assert read(api, path, tmp_path) == content
        answer = send(hub, "GET", f"/buckets/{BUCKET}/resolve/{path}")
        assert answer.body == content
        metadata = api.get_bucket_file_metadata(BUCKET, path)
        assert metadata.size == len(content)
    answer = send(hub, "GET", f"/buckets/{BUCKET}/resolve/file.txt", headers={"Range": "bytes=2-4"})
    assert (answer.status, answer.body) == (206, b"nte")
    assert answer.headers["Content-Type"] == "text/plain"
    missing = send(hub, "GET", f"/buckets/{BUCKET}/resolve/none")
    assert (missing.status, missing.headers["X-Error-Code"]) == (404, "EntryNotFound")


def test_file_system_reads_writes_and_removes(hub: Hub, api: HfApi) -> None:
    fs = HfFileSystem(endpoint=hub.url, token=hub.token)
    root = f"buckets/{BUCKET}"
    assert fs.ls(f"{root}/sub", detail=False) == [
        f"{root}/sub/big.bin",
        f"{root}/sub/deep",
        f"{root}/sub/empty",
    ]
    assert fs.read_text(f"{root}/file.txt") == "content"
    with fs.open(f"{root}/new/file", "w") as file:
        file.write("new")
    assert fs.cat_file(f"{root}/new/file") == b"new"
    fs.rm(f"{root}/sub", recursive=True)
    assert paths(api) == ["file.txt", "new/file", "sub_marine.txt"]
    with pytest.raises(FileNotFoundError):
        fs.ls(f"{root}/sub")


def test_folder_is_synchronised_both_ways(api: HfApi, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "dir").mkdir(parents=True)
    (here / "dir" / "a").write_text("a")
    (here / "b").write_text("b")
    address = f"hf://buckets/{BUCKET}/copy"
    assert api.sync_bucket(str(here), address).summary()["uploads"] == 2
    assert api.sync_bucket(str(here), address).summary()["skips"] == 2
    (here / "b").unlink()
    api.sync_bucket(str(here), address, delete=True)
    api.sync_bucket(address, str(there))
    assert [str(each.relative_to(there)) for each in there.rglob("*")] == ["dir", "dir/a"]


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
    errors = [each["error"].split(" ")[0] for each in answer.json["failed"]]
    assert errors == ["There", "There", "Cannot", "Cannot", "Cannot"]
    assert "taken" not in paths(api)


def test_failed_operations_are_told_and_the_others_done(hub: Hub, api: HfApi) -> None:
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
    assert [each["path"] for each in report["failed"]] == [
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


def test_dataset_is_pushed_and_loaded(api: HfApi) -> None:
    data = Dataset.from_dict({"n": range(10)})
    data.push_to_hub("buckets/user/new/dir", num_shards=3)
    assert load_dataset("buckets/user/new/dir", split="train")["n"] == list(range(10))
    streamed = load_dataset("buckets/user/new/dir", split="train", streaming=True)
    assert [row["n"] for row in streamed] == list(range(10))
    assert len(paths(api, "dir/data/train-", "user/new")) == 3


def test_dataset_is_replaced(api: HfApi) -> None:
    Dataset.from_dict({"n": range(10)}).push_to_hub(f"buckets/{BUCKET}", num_shards=3)
    Dataset.from_dict({"n": range(5)}).push_to_hub(f"buckets/{BUCKET}", num_shards=1)
    assert paths(api, "data/") == ["data/train-00000-of-00001.parquet"]


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
