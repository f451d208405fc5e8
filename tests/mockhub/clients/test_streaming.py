"""Bodies go to disk as they come, whatever their size."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

import pytest

from mockhub.server.process import Hub
from tests.support.mockhub.wire import NewRepo, send

CONTENT = bytes(64 << 20)
ALLOWED = 24 << 20

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="reads the peak of the memory from /proc"
)


def peak(hub: Hub) -> int:
    """The most memory a server held so far, in bytes."""
    status = Path(f"/proc/{hub.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def test_lfs_object(repo: NewRepo) -> None:
    oid = hashlib.sha256(CONTENT).hexdigest()
    body = {"operation": "upload", "objects": [{"oid": oid, "size": len(CONTENT)}]}
    path = f"/datasets/{repo.id}.git/info/lfs/objects/batch"
    answer = send(repo.hub, "POST", path, body).json
    before = peak(repo.hub)
    url = answer["objects"][0]["actions"]["upload"]["href"]
    assert send(repo.hub, "PUT", url, CONTENT, token=None).status == 200
    line = {"key": "lfsFile", "value": {"path": "a", "oid": oid}}
    assert repo.commit(line).status == 200
    assert len(repo.read("a").body) == len(CONTENT)
    assert peak(repo.hub) - before < ALLOWED


def test_regular_file() -> None:
    with Hub.start(upload_mode="regular") as hub:
        repo = NewRepo(hub, "user/data")
        repo.api.create_repo(repo.id, repo_type="dataset")
        header = json.dumps({"key": "header", "value": {"summary": "add"}})
        file = {"content": base64.b64encode(CONTENT).decode(), "path": "a", "encoding": "base64"}
        line = json.dumps({"key": "file", "value": file})
        before = peak(hub)
        assert repo.send("POST", "/commit/main", f"{header}\n{line}".encode()).status == 200
        assert len(repo.read("a").body) == len(CONTENT)
        assert peak(hub) - before < ALLOWED
