"""Repositories that are created without a client."""

from __future__ import annotations

import uuid
from typing import Literal
from urllib.error import HTTPError

import pytest

from mockhub.server.process import Hub
from tests.support.mockhub.wire import ORG, client, send

FILES: dict[str, bytes | str] = {
    "a.txt": "ü",
    "b/c.bin": bytes(1000),
    "d.parquet": b"no zero byte",
    "empty": b"",
}


@pytest.mark.parametrize("repo_type", ["dataset", "model", "space"])
def test_files_are_stored_as_if_uploaded(
    shared_hub: Hub, repo_type: Literal["dataset", "model", "space"]
) -> None:
    repo_id = shared_hub.add_repo(uuid.uuid4().hex, FILES, repo_type=repo_type)
    assert repo_id.startswith("user/")
    prefix = {"dataset": "datasets/", "model": "", "space": "spaces/"}[repo_type]
    for path, content in FILES.items():
        answer = send(shared_hub, "GET", f"/{prefix}{repo_id}/resolve/main/{path}")
        assert answer.body == (content.encode() if isinstance(content, str) else content)
    info = send(shared_hub, "GET", f"/api/{repo_type}s/{repo_id}?blobs=1").json
    lfs = {file["rfilename"] for file in info["siblings"] if "lfs" in file}
    assert lfs == {"b/c.bin", "d.parquet"}


def test_repository_may_be_empty_private_and_of_an_organization(shared_hub: Hub) -> None:
    repo_id = shared_hub.add_repo(f"{ORG}/{uuid.uuid4().hex}", private=True)
    info = client(shared_hub).dataset_info(repo_id)
    assert info.private
    assert [file.rfilename for file in info.siblings or ()] == [".gitattributes"]


def test_existing_repository_is_not_changed(shared_hub: Hub) -> None:
    repo_id = shared_hub.add_repo(uuid.uuid4().hex, {"a": "1"})
    with pytest.raises(HTTPError, match="409"):
        shared_hub.add_repo(repo_id, {"a": "2"})
    assert send(shared_hub, "GET", f"/datasets/{repo_id}/resolve/main/a").body == b"1"
