"""A server of the command: what it prints, and how it ends."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from huggingface_hub import HfApi

from tests.support.constants import SOURCE
from tests.support.mockhub.command import SECONDS_TO_END, run


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


def test_ctrl_c_ends_without_a_word(tmp_path: Path) -> None:
    with run(tmp_path=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=SECONDS_TO_END)
    assert (process.returncode, complaints) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_terminal_shows_how_to_use_it(tmp_path: Path) -> None:
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
            text = "".join(shown.readline() for _ in range(3))
            process.terminate()
    assert f"export HF_ENDPOINT={url} HF_TOKEN=hf_ann HF_HOME=$(mktemp -d)" in text
    assert "HF_HUB_DISABLE_XET=1" in text
    assert f"Open {url}/#token=hf_ann in a browser" in text
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


def test_quiet_server_prints_its_url_alone(tmp_path: Path) -> None:
    reader, terminal = pty.openpty()
    command = [sys.executable, "-m", "mockhub", "--quiet"]
    environment = {**os.environ, "PYTHONPATH": SOURCE, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, stdout=terminal, stderr=terminal, env=environment, text=True
    ) as process:
        os.close(terminal)
        with open(reader, closefd=True) as shown:  # noqa: PTH123 - a descriptor
            assert shown.readline().startswith("http://127.0.0.1:")
            process.terminate()
            rest = ""
            with suppress(OSError):  # how Linux ends it
                rest = shown.read()
    assert rest == ""
