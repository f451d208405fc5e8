"""A mock Hub in a process of its own, for tests and harnesses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.request import Request, urlopen

import mockhub
from mockhub.auth import DEFAULT_TOKEN, DEFAULT_USER, Account

LOOPBACK = "127.0.0.1"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 15
SECONDS_TO_ANSWER = 30


class HubProcessError(RuntimeError):
    """The server did not start, or did not stop."""


@dataclass(frozen=True)
class Hub:
    """A running server.

    Attributes:
        url: Its address, without a trailing slash.
        user: Name of its first account: repositories are ``user/name``.
        token: The token of that account.
        home: Folder for the caches of clients; a server and its clients' caches belong together.
        xet: Whether it offers Xet.
        pid: Its process.
    """

    url: str
    user: str
    token: str
    home: Path
    xet: bool
    pid: int

    def env(self) -> dict[str, str]:
        """Environment variables that point a client process here, and nowhere else."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_TOKEN": self.token,
            "HF_HOME": str(self.home),
            "HF_HUB_CACHE": str(self.home / "hub"),
            "HF_DATASETS_CACHE": str(self.home / "datasets"),
            "HF_XET_CACHE": str(self.home / "xet"),
            "HF_HUB_DISABLE_XET": "0" if self.xet else "1",
            "HF_HUB_OFFLINE": "0",
            "HUGGINGFACE_CO_STAGING": "0",
            "NO_PROXY": LOOPBACK,
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_XET_TELEMETRY_ENABLED": "0",
        }

    def fail(
        self,
        method: str,
        path: str,
        status: int,
        *,
        count: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer requests with an error instead of serving them.

        Args:
            method: Of the requests; "*" for all.
            path: Regular expression, searched in the path as sent.
            status: HTTP status of the answer.
            count: How many requests to answer so.
            headers: Of the answer.
        """
        body = {"method": method, "path": path, "status": status, "count": count}
        self._admin("POST", "faults", {**body, "headers": dict(headers or {})})

    def clear_faults(self) -> None:
        """Serve all requests again."""
        self._admin("DELETE", "faults")

    def requests(self) -> list[dict[str, Any]]:
        """All requests so far: ``method``, ``path`` as sent, ``status`` of the answer."""
        return cast("list[dict[str, Any]]", self._admin("GET", "requests"))

    def _admin(self, method: str, route: str, body: object = None) -> object:
        request = Request(  # noqa: S310 - our own address
            f"{self.url}/mockhub/{route}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urlopen(request, timeout=SECONDS_TO_ANSWER) as response:  # noqa: S310 - our own address
            return json.load(response)

    @classmethod
    @contextmanager
    def start(
        cls,
        root: Path | None = None,
        *,
        upload_mode: str = "auto",
        xet: bool = True,
        discard: bool = False,
        accounts: Sequence[Account] = (Account(DEFAULT_USER, DEFAULT_TOKEN),),
        options: Sequence[str] = (),
    ) -> Iterator[Hub]:
        """Run a server for the time of a ``with`` block.

        Args:
            root: Folder to keep its data in; temporary if None.
            upload_mode: "auto", "lfs" or "regular".
            xet: Offer Xet.
            discard: Keep hash and size of LFS and Xet uploads, not the bytes.
            accounts: Who may use it.
            options: Further options of the command line.

        Raises:
            HubProcessError: It does not start, or does not stop.
        """
        command = [sys.executable, "-m", "mockhub", "--exit-with-stdin"]
        command += ["--upload-mode", upload_mode, "--xet" if xet else "--no-xet", *options]
        command += ["--root", str(root)] if root else []
        command += ["--discard"] if discard else []
        for account in accounts:
            command += ["--user", str(account)]
        # We remove the folder, though a client in this process may still write logs to it;
        # the server does if we are killed.
        with (
            tempfile.TemporaryDirectory(prefix="mockhub-home-", ignore_cleanup_errors=True) as home,
            _run([*command, "--home", home]) as (process, url),
        ):
            first = accounts[0]
            yield cls(url, first.name, first.token, Path(home), xet, process.pid)


@contextmanager
def _run(command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a server; yields its process and URL, and passes on what it complained of."""
    source = str(Path(mockhub.__file__).parents[1])
    search = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    with (
        tempfile.TemporaryFile() as stderr,
        subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdin=subprocess.PIPE,  # its end tells the server that its parent is gone
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(search)},
            start_new_session=True,  # Ctrl-C is for the parent, which may still need it
        ) as process,
    ):
        url = _first_line(process)
        try:
            if url:
                yield process, url
        finally:
            _stop(process)
            stderr.seek(0)
            complaints = stderr.read().decode(errors="replace")
            sys.stderr.write(complaints)
        if not url:
            raise HubProcessError(f"The Hub did not start: {complaints}")


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """The line a server begins with; empty if it dies, or takes too long and is killed."""
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    alarm = threading.Timer(SECONDS_TO_START, process.kill)
    alarm.start()
    try:
        return process.stdout.readline().decode().strip()
    finally:
        alarm.cancel()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        raise HubProcessError(f"The Hub still ran {SECONDS_TO_STOP} s after SIGTERM") from None
