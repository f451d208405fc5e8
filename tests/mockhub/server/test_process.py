"""The server as a process: how it starts, how it ends."""

from __future__ import annotations

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psutil
import pytest
from huggingface_hub import HfApi

from mockhub.server.process import Hub, HubProcessError
from tests.support.constants import SOURCE
from tests.support.mockhub.wire import send

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


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--port", "99999"], "cannot listen on 127.0.0.1:99999"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:0"),
        (["--host", "example.com"], "--host"),
        (["--user", "nobody"], "NAME:TOKEN"),
        (["--user", "ann:hf_a:read"], "the first of users must be one that may write"),
        (["--upload-mode", "git"], "--upload-mode"),
        (["--page-size", "0"], "page_size is a number above 0"),
        (["--root", "/dev/null/x"], "/dev/null/x"),
    ],
)
def test_failed_start_says_why_in_one_line(
    options: list[str], complaint: str, tmp_path: Path
) -> None:
    with run(*options, tmp_path=tmp_path) as process:
        output, complaints = process.communicate(timeout=SECONDS_TO_END)
    assert process.returncode not in (0, None)
    assert output == ""
    assert complaint in complaints.splitlines()[-1]
    assert "Traceback" not in complaints


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


def test_ctrl_c_ends_without_a_word(tmp_path: Path) -> None:
    with run(tmp_path=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=SECONDS_TO_END)
    assert (process.returncode, complaints) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_people_are_told_how_to_use_it(tmp_path: Path) -> None:
    reader, terminal = pty.openpty()
    command = [sys.executable, "-m", "mockhub", "--no-xet", "--user", "ann:hf_ann"]
    environment = {**os.environ, "PYTHONPATH": SOURCE, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=terminal, env=environment, text=True
    ) as process:
        os.close(terminal)
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with open(reader, closefd=True) as shown:  # noqa: PTH123 - a descriptor
            text = shown.readline() + shown.readline()
            process.terminate()
    assert f"export HF_ENDPOINT={url} HF_TOKEN=hf_ann HF_HOME=$(mktemp -d)" in text
    assert "HF_HUB_DISABLE_XET=1" in text
    assert "You are ann" in text


def test_log_is_written_line_by_line(tmp_path: Path) -> None:
    with run("--log", tmp_path=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        HfApi(endpoint=url, token="hf_mockhub").whoami()
        line = process.stderr.readline()
    assert " GET /api/whoami-v2 200 " in line
    assert "hf_mockhub" not in line


def test_other_machines_are_let_in_with_a_warning_only(tmp_path: Path) -> None:
    with run("--host", "0.0.0.0", tmp_path=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        assert "mockhub: warning: " in process.stderr.readline()
        request = Request(f"{url}/api/whoami-v2", headers={"Host": "any.example"})
        with pytest.raises(HTTPError, match="401"):
            urlopen(request, timeout=SECONDS_TO_END)


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
