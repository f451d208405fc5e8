"""The content store of Xet, met by the real client."""

from __future__ import annotations

import array
import hashlib
import json
import multiprocessing
import os
import random
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import hf_xet
import pytest
from huggingface_hub import CommitOperationAdd, HfApi, HfFileSystem
from huggingface_hub.hf_api import RepoFile

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.mockhub.wire import send

LONG = 3 << 20


def contents() -> dict[str, bytes]:
    """Files whose chunks the client compresses in different ways, or not."""
    source = random.Random(1)
    return {
        "random.bin": source.randbytes(LONG),
        "text.bin": b"".join(b"line %d\n" % number for number in range(LONG // 12)),
        "float.bin": array.array("f", (n / 3 for n in range(LONG // 4))).tobytes(),
        "one.bin": b"x",
    }


@pytest.fixture
def api(hub: Hub) -> HfApi:
    """The client, with a repository to upload to."""
    api = HfApi(endpoint=hub.url, token=hub.token)
    api.create_repo(REPO, repo_type="dataset")
    return api


def upload(api: HfApi, files: dict[str, bytes], repo_id: str = REPO) -> None:
    added = [CommitOperationAdd(path, content) for path, content in files.items()]
    api.create_commit(repo_id, added, commit_message="add", repo_type="dataset")


def info(api: HfApi, path: str) -> RepoFile:
    """Return the description of a file."""
    (result,) = api.get_paths_info(REPO, path, repo_type="dataset")
    assert isinstance(result, RepoFile)
    return result


def plain(hub: Hub, path: str, span: str | None = None) -> bytes:
    """Read without Xet."""
    url = f"{hub.url}/datasets/{REPO}/resolve/main/{path}"
    headers = {"Authorization": f"Bearer {hub.token}"} | ({"Range": span} if span else {})
    with urlopen(Request(url, headers=headers), timeout=30) as response:
        body: bytes = response.read()
    return body


def paths(hub: Hub) -> set[str]:
    """The requests to the content store, without what is random in them."""
    result = (request.path.split("/")[3:] for request in hub.requests(path="/cas/"))
    return {"/".join(part for part in path if len(part) < 64) for path in result}


def test_files_come_back_as_they_were_over_xet_and_without(hub: Hub, api: HfApi) -> None:
    files = contents()
    upload(api, files)
    for path, content in files.items():
        local = api.hf_hub_download(REPO, path, repo_type="dataset")
        assert Path(local).read_bytes() == content
        assert plain(hub, path) == content
    assert {"v2/shards", "v2/reconstructions", "v1/xorbs/default"} <= paths(hub)


def test_any_range_is_read_without_xet(hub: Hub, api: HfApi) -> None:
    files = contents()
    upload(api, files)
    source = random.Random(2)
    fs = HfFileSystem(endpoint=hub.url, token=hub.token)
    for path, content in files.items():
        for _ in range(5):
            start = source.randrange(len(content))
            stop = source.randint(start + 1, len(content))
            assert plain(hub, path, f"bytes={start}-{stop - 1}") == content[start:stop]
        assert fs.cat_file(f"datasets/{REPO}/{path}", start=-1) == content[-1:]


def test_tree_and_file_headers_name_the_hash_that_the_client_computed(
    hub: Hub, api: HfApi, tmp_path: Path
) -> None:
    upload(api, {"a.bin": b"content"})
    (tmp_path / "a.bin").write_bytes(b"content")
    (known,) = hf_xet.hash_files([str(tmp_path / "a.bin")])
    assert info(api, "a.bin").xet_hash == known.hash
    answer = send(hub, "HEAD", f"/datasets/{REPO}/resolve/main/a.bin", follow=False)
    assert answer.headers["X-Xet-Hash"] == known.hash


def test_upload_survives_tokens_that_expire(tmp_path: Path) -> None:
    with Hub.start(expire_after=1) as hub:
        hub.fail("GET", "/v1/chunks/", delay=1.5)
        in_child(upload_two_xorbs, hub.env(), tmp_path / "a.bin")
        assert len(hub.requests(path="xet-write-token")) > 1
        assert not [request for request in hub.requests(path="/cas/") if request.status == 401]


def in_child(function: Callable[..., None], *arguments: object) -> None:
    """Call a function in a process that imports its clients anew."""
    child = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    child.start()
    child.join()
    assert child.exitcode == 0


def upload_two_xorbs(environment: dict[str, str], file: Path) -> None:
    """Upload in several requests, the first of which is answered late."""
    os.environ |= environment
    api = HfApi(endpoint=environment["HF_ENDPOINT"], token=environment["HF_TOKEN"])
    api.create_repo(REPO, repo_type="dataset")
    file.write_bytes(os.urandom(70 << 20))
    api.upload_file(path_or_fileobj=file, path_in_repo="a.bin", repo_id=REPO, repo_type="dataset")


def test_wrong_sha256_is_refused(hub: Hub, api: HfApi) -> None:
    added = CommitOperationAdd("a.bin", b"content")
    added.upload_info.sha256 = bytes(32)
    with pytest.raises(RuntimeError, match="does not have the SHA-256"):
        api.create_commit(REPO, [added], commit_message="add", repo_type="dataset")
    assert not hub.requests(path="/commit/")
    upload(api, {"a.bin": b"content"})
    assert plain(hub, "a.bin") == b"content"


def test_content_is_sent_once_for_two_repositories(hub: Hub, api: HfApi) -> None:
    content = {"a.bin": contents()["random.bin"]}
    upload(api, content)
    sent = len(hub.requests("POST", "/v1/xorbs/"))
    api.create_repo("user/more", repo_type="dataset")
    upload(api, content, "user/more")
    assert len(hub.requests("POST", "/v1/xorbs/")) == sent
    local = api.hf_hub_download("user/more", "a.bin", repo_type="dataset")
    assert Path(local).read_bytes() == content["a.bin"]


def test_copy_to_another_repository_needs_no_bytes(hub: Hub, api: HfApi) -> None:
    content = contents()["text.bin"]
    upload(api, {"dir/a.bin": content})
    api.create_repo("user/more", repo_type="dataset")
    api.copy_files(f"hf://datasets/{REPO}/dir/a.bin", "hf://datasets/user/more/b.bin")
    local = api.hf_hub_download("user/more", "b.bin", repo_type="dataset")
    assert Path(local).read_bytes() == content
    assert [request.status for request in hub.requests("POST", "/lfs-files/duplicate")] == [200]


def test_copy_of_a_missing_file_is_reported(hub: Hub, api: HfApi) -> None:
    upload(api, {"a.bin": b"content"})
    api.create_repo("user/more", repo_type="dataset")
    right = {
        "sha256": hashlib.sha256(b"content").hexdigest(),
        "xetHash": info(api, "a.bin").xet_hash,
    }
    wrong = [{**right, "sha256": "0" * 64}, {**right, "xetHash": "0" * 64}]
    url = f"/api/datasets/{REPO}/lfs-files/duplicate"
    for target, status in (
        ({"type": "dataset", "name": "user/more"}, 200),
        ({"type": "dataset", "name": "user/none"}, 404),
        ({"type": "thing", "name": "user/more"}, 400),
        (None, 400),
    ):
        answer = send(hub, "POST", url, {"target": target, "files": [right, *wrong]})
        assert answer.status == status
        if status == 200:
            failed = [item["sha256"] for item in answer.json["failed"]]
            assert failed == ["0" * 64, right["sha256"]]


def test_copy_into_a_repository_of_somebody_else_is_refused(hub: Hub) -> None:
    hub = hub.reset(users=["user:hf_mockhub", "ann:hf_ann"])
    api = HfApi(endpoint=hub.url, token=hub.token)
    api.create_repo(REPO, repo_type="dataset")
    url = f"/api/datasets/{REPO}/lfs-files/duplicate"
    body = {"target": {"type": "dataset", "name": REPO}, "files": []}
    assert send(hub, "POST", url, body, token="hf_ann").status == 403
    assert send(hub, "POST", url, body, token=None).status == 401


def test_content_that_came_in_every_way_is_read_over_xet(hub: Hub, api: HfApi) -> None:
    content = b"content"
    api.create_bucket("user/things")  # where files have no SHA-256
    api.batch_bucket_files("user/things", add=[(content, "a.bin")])
    upload(api, {"a.bin": content})
    api.create_repo("user/more", repo_type="dataset")
    oid = hashlib.sha256(content).hexdigest()
    body = {"operation": "upload", "objects": [{"oid": oid, "size": len(content)}]}
    answer = send(hub, "POST", "/datasets/user/more.git/info/lfs/objects/batch", body)
    link = answer.json["objects"][0]["actions"]["upload"]["href"]
    assert send(hub, "PUT", link, content, token=None).status == 200
    lines = [
        {"key": "header", "value": {"summary": "add"}},
        {"key": "lfsFile", "value": {"path": "a.bin", "oid": oid}},
    ]
    commit = b"\n".join(json.dumps(line).encode() for line in lines)
    assert send(hub, "POST", "/api/datasets/user/more/commit/main", commit).status == 200
    local = api.hf_hub_download("user/more", "a.bin", repo_type="dataset")
    assert Path(local).read_bytes() == content
    assert hub.requests("GET", "/v2/reconstructions/")


def push_one(environment: dict[str, str], number: int) -> None:
    """Upload what all processes have, and what only this one has."""
    os.environ |= environment
    api = HfApi(endpoint=environment["HF_ENDPOINT"], token=environment["HF_TOKEN"])
    for path, content in (("same.bin", contents()["text.bin"]), ("own.bin", b"%d" % number)):
        api.upload_file(
            path_or_fileobj=content,
            path_in_repo=f"{number}/{path}",
            repo_id=REPO,
            repo_type="dataset",
        )


def test_processes_upload_the_same_content_at_once(hub: Hub, api: HfApi) -> None:
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=push_one, args=(hub.env(), n)) for n in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 4
    for number in range(4):
        assert plain(hub, f"{number}/own.bin") == b"%d" % number
        assert plain(hub, f"{number}/same.bin") == contents()["text.bin"]
    assert len(api.list_repo_files(REPO, repo_type="dataset")) == 9


def test_restarted_server_has_its_files_and_takes_new_ones(tmp_path: Path) -> None:
    files = contents()
    with Hub.start(tmp_path) as hub:
        in_child(push, hub.env(), {"a.bin": files["text.bin"]})
        run = hub.requests("POST", "/cas/")[0].path.split("/")[2]
    with Hub.start(tmp_path) as hub:
        assert plain(hub, "a.bin") == files["text.bin"]
        in_child(push, hub.env(), {"b.bin": files["text.bin"] + b"more"})
        assert plain(hub, "b.bin") == files["text.bin"] + b"more"
        assert hub.requests("POST", "/cas/")[0].path.split("/")[2] == run


def push(environment: dict[str, str], files: dict[str, bytes]) -> None:
    os.environ |= environment
    api = HfApi(endpoint=environment["HF_ENDPOINT"], token=environment["HF_TOKEN"])
    api.create_repo(REPO, repo_type="dataset", exist_ok=True)
    upload(api, files)


@pytest.mark.hub(discard=True)
def test_discarded_content_can_be_pushed_and_not_read(hub: Hub, api: HfApi) -> None:
    content = {"a.bin": contents()["random.bin"]}
    upload(api, content)
    sent = len(hub.requests("POST", "/v1/xorbs/"))
    upload(api, {"b.bin": content["a.bin"]})
    assert len(hub.requests("POST", "/v1/xorbs/")) == sent
    answer = send(hub, "GET", f"/datasets/{REPO}/resolve/main/a.bin")
    assert answer.status == 410
    assert "--discard" in answer.json["error"]
    assert info(api, "b.bin").size == LONG
    with pytest.raises(RuntimeError, match="410 Gone"):
        api.hf_hub_download(REPO, "a.bin", repo_type="dataset")


@pytest.mark.hub(xet=False)
@pytest.mark.usefixtures("api")
def test_server_without_xet_gives_no_tokens(hub: Hub) -> None:
    assert send(hub, "GET", f"/api/datasets/{REPO}/xet-read-token/main").status == 404
