"""Storage buckets, used through the real clients."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import Dataset, load_dataset
from huggingface_hub import HfApi, HfFileSystem, errors

from mockhub.server.process import Hub
from tests.support.mockhub.buckets import BUCKET, FILES, USERS, add, paths, read
from tests.support.mockhub.wire import send

pytestmark = pytest.mark.hub(users=USERS, orgs=["lab:user,ann=read"], page_size=3)


@pytest.fixture
def api(hub: Hub) -> HfApi:
    """The client, with a bucket of some files."""
    api = HfApi(endpoint=hub.url, token=hub.token)
    api.create_bucket(BUCKET)
    add(api, FILES)
    return api


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
        assert [bucket.id for bucket in client.list_buckets("user")] == ["user/open"]
    for path in (f"/buckets/{BUCKET}/resolve/file.txt", f"/api/buckets/{BUCKET}/xet-read-token"):
        assert send(hub, "GET", path, token=None).status == 401
        assert send(hub, "GET", path, token="hf_ann").status == 404
    assert [bucket.id for bucket in api.list_buckets()] == ["user/open", BUCKET]
    assert [bucket.id for bucket in api.list_buckets(search="thing")] == [BUCKET]


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
    assert [
        bucket.id for bucket in HfApi(endpoint=hub.url, token="hf_ann").list_buckets("lab")
    ] == ["lab/new"]


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
    top = [(entry.type, entry.path) for entry in api.list_bucket_tree(BUCKET, recursive=False)]
    assert top == [("file", "file.txt"), ("directory", "sub"), ("file", "sub_marine.txt")]


def test_prefix_is_one_of_characters(api: HfApi) -> None:
    assert paths(api, "sub") == [path for path in sorted(FILES) if path.startswith("sub")]
    assert paths(api, "sub/") == [path for path in sorted(FILES) if path.startswith("sub/")]
    assert paths(api, "su/") == []
    add(api, {"sub_old/file": b"old"})
    top = [entry.path for entry in api.list_bucket_tree(BUCKET, "sub", recursive=False)]
    assert top == ["sub/big.bin", "sub/deep", "sub/empty", "sub_marine.txt", "sub_old"]
    assert [entry.path for entry in api.list_bucket_tree(BUCKET, "sub/d", recursive=False)] == [
        "sub/deep"
    ]


def test_paths_info_leaves_out_what_is_no_file(hub: Hub, api: HfApi) -> None:
    (result,) = api.get_bucket_paths_info(BUCKET, ["none", "sub", "sub/big.bin"])
    assert (result.path, result.size) == ("sub/big.bin", 300_000)
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
    here, copy = tmp_path / "here", tmp_path / "there"
    (here / "dir").mkdir(parents=True)
    (here / "dir" / "a").write_text("a")
    (here / "b").write_text("b")
    address = f"hf://buckets/{BUCKET}/copy"
    assert api.sync_bucket(str(here), address).summary()["uploads"] == 2
    assert api.sync_bucket(str(here), address).summary()["skips"] == 2
    (here / "b").unlink()
    api.sync_bucket(str(here), address, delete=True)
    api.sync_bucket(address, str(copy))
    assert [str(item.relative_to(copy)) for item in copy.rglob("*")] == ["dir", "dir/a"]


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
