"""The server as a process: how it starts, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from huggingface_hub import HfApi

from mockhub.server import Hub, HubProcessError

SOURCE = str(Path(__file__).parents[2] / "src")
SECONDS_TO_END = 20


@contextmanager
def run(*options: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A server as a shell would start it."""
    with subprocess.Popen(
        [sys.executable, "-m", "mockhub", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": SOURCE, "TMPDIR": str(tmp_path)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_first_line_is_the_url_and_sigterm_ends_cleanly(tmp_path: Path) -> None:
    with run(tmp_path=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS_TO_END) == 0
        assert list(tmp_path.iterdir()) == []


def test_closed_stdin_ends_it(tmp_path: Path) -> None:
    with run("--exit-with-stdin", tmp_path=tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdin.close()
        assert process.wait(SECONDS_TO_END) == 0
        assert list(tmp_path.iterdir()) == []


def test_nothing_outlives_a_killed_parent(tmp_path: Path) -> None:
    script = """
from mockhub.server import Hub
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


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--port", "99999"], "cannot listen on 127.0.0.1:99999"),
        (["--user", "nobody"], "--user"),
        (["--upload-mode", "git"], "--upload-mode"),
    ],
)
def test_failed_start_says_why(options: list[str], complaint: str) -> None:
    with pytest.raises(HubProcessError, match=complaint), Hub.start(options=options):
        pass


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
