"""The server as a process: how it starts, how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from huggingface_hub import HfApi

from mockhub.server.process import Hub, HubProcessError
from tests.support.constants import SOURCE
from tests.support.mockhub.wire import send

SECONDS_TO_END = 20


def test_nothing_outlives_a_killed_parent(tmp_path: Path) -> None:
    script = """
from mockhub.server.process import Hub
with Hub.start() as hub:
    (hub.home / "hub").mkdir()
    print(hub.pid, flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": SOURCE, "TMPDIR": str(tmp_path)},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        server = psutil.Process(pid)
        parent.kill()
        deadline = time.monotonic() + SECONDS_TO_END
        while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, "the server outlived its parent"
            time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []


def test_block_ends_with_the_server_gone() -> None:
    with Hub.start() as hub:
        assert psutil.pid_exists(hub.pid)
        home = hub.home
    assert not psutil.pid_exists(hub.pid)
    assert not home.exists()


def test_server_that_does_not_start_raises(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(HubProcessError, match=r"mockhub: .*file"),
        Hub.start(tmp_path / "file"),
    ):
        pass


def test_root_in_use_is_refused_and_free_again_afterwards(tmp_path: Path) -> None:
    root = tmp_path / "root"
    with Hub.start(root) as hub:
        complaint = f"{root} is in use by another server, process {hub.pid}"
        with pytest.raises(HubProcessError, match=complaint), Hub.start(root):
            pass
        os.kill(hub.pid, signal.SIGKILL)
        psutil.Process(hub.pid).wait(SECONDS_TO_END)
        with Hub.start(root):
            pass


def test_server_that_ends_in_the_middle_of_an_upload_leaves_no_part_of_it(tmp_path: Path) -> None:
    def files() -> set[Path]:
        return {path for path in tmp_path.rglob("*") if path.is_file()}

    with Hub.start(tmp_path, xet=False) as hub:
        api = HfApi(endpoint=hub.url, token=hub.token)
        api.create_repo("user/data", repo_type="dataset")
        body = {"operation": "upload", "objects": [{"oid": "0" * 64, "size": 9_000_000}]}
        answer = send(hub, "POST", "/datasets/user/data.git/info/lfs/objects/batch", body)
        link = urlsplit(answer.json["objects"][0]["actions"]["upload"]["href"])
        before = files()
        with socket.create_connection((link.hostname, link.port)) as client:
            target = f"{link.path}?{link.query}" if link.query else link.path
            head = f"PUT {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n"
            client.sendall(head.encode() + bytes(4_000_000))
            while files() == before:
                time.sleep(0.01)
            os.kill(hub.pid, signal.SIGTERM)
            psutil.Process(hub.pid).wait(SECONDS_TO_END)
        assert files() == before


def test_root_keeps_repositories_for_the_next_server(tmp_path: Path) -> None:
    for turn in range(2):
        with Hub.start(tmp_path) as hub:
            api = HfApi(endpoint=hub.url, token=hub.token)
            api.create_repo("user/data", repo_type="dataset", exist_ok=bool(turn))
            api.upload_file(
                path_or_fileobj=b"\0" * 1000,
                path_in_repo=f"{turn}.parquet",
                repo_id="user/data",
                repo_type="dataset",
            )
            names = api.list_repo_files("user/data", repo_type="dataset")
    assert names == [".gitattributes", "0.parquet", "1.parquet"]


def test_assertions_over_the_log_show_it(hub: Hub) -> None:
    hub.assert_not_requested()
    hub.add_repo("data")
    assert len(hub.assert_requested("POST", "/repos/create", statuses=[200])) == 1
    with pytest.raises(AssertionError, match=r"(?s)\[200\], expected statuses \[503\].*POST /api/"):
        hub.assert_requested("POST", "/repos/create", statuses=[503])
    with pytest.raises(AssertionError, match="expected at least one"):
        hub.assert_requested("DELETE", "/repos/create")
    with pytest.raises(AssertionError, match="expected no request"):
        hub.assert_not_requested("POST")
