"""A local Hub in a process of its own, for tests and harnesses."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import mockhub
from mockhub.control.faults import Fault
from mockhub.control.request_log import Exchange
from mockhub.http import LOOPBACK
from mockhub.options import Options
from mockhub.server.seeding import add_repo

SECONDS_TO_START = 60
SECONDS_TO_STOP = 15
SECONDS_TO_ANSWER = 30
STDERR = "stderr"


class HubProcessError(RuntimeError):
    """The server does not start, or does not stop."""


@dataclass(frozen=True)
class Hub:
    """A running server.

    Attributes:
        url: URL without a trailing slash.
        user: Name of the first account: repositories are ``user/name``.
        token: Token of that account.
        home: Folder for the caches of clients, which are valid for this server only.
        xet: True if it offers Xet.
        pid: Id of the process.
        admin_token: Token for the control routes, whose accounts may change with a reset.
    """

    url: str
    user: str
    token: str
    home: Path
    xet: bool
    pid: int
    admin_token: str = dataclasses.field(repr=False)

    def env(self) -> dict[str, str]:
        """Return environment variables that make client processes use this server only."""
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
            "NO_PROXY": f"{LOOPBACK},localhost",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_XET_TELEMETRY_ENABLED": "0",
        }

    def add_repo(
        self,
        name: str,
        files: Mapping[str, bytes | str] | None = None,
        *,
        repo_type: Literal["dataset", "model", "space"] = "dataset",
        private: bool = False,
    ) -> str:
        """Create a repository of the first user, with files.

        Args:
            name: Name of the repository, or ``namespace/name`` in an organization.
            files: Contents by path; strings are encoded as UTF-8.
            repo_type: Kind of repository.
            private: Hide it from other accounts.

        Returns:
            The id of the repository, ``namespace/name``.

        Raises:
            urllib.error.HTTPError: The server refuses the repository or a file.
        """
        repo_id = name if "/" in name else f"{self.user}/{name}"
        add_repo(self.url, self.token, repo_id, files or {}, repo_type=repo_type, private=private)
        return repo_id

    def fail(self, method: str, path: str, **effect: Any) -> None:
        """Plan a fault for requests to come: ``hub.fail("POST", "/commit/", status=503)``.

        Args:
            method: HTTP method; "*" for all.
            path: Regular expression (RE2), searched in the path as sent.
            effect: Effect and number of requests: see `mockhub.control.faults.Fault`.

        Raises:
            ValueError: The fault is invalid.
        """
        fault = Fault.from_json({"method": method, "path": path, **effect})
        self._admin("POST", "faults", dataclasses.asdict(fault))

    def clear_faults(self) -> None:
        """Remove all planned faults."""
        self._admin("DELETE", "faults")

    def requests(self, method: str = "*", path: str = "") -> list[Exchange]:
        """Return the logged requests, oldest first: at most the latest 10 000.

        Args:
            method: HTTP method; "*" for all.
            path: Regular expression (RE2), searched in the path as sent.
        """
        query = urlencode({"method": method, "path": path})
        return [Exchange(**fields) for fields in self._admin("GET", f"requests?{query}")]

    def assert_requested(
        self, method: str, path: str, *, statuses: Sequence[int | None] | None = None
    ) -> list[Exchange]:
        """Fail unless requests were made, with a message that shows the log.

        Args:
            method: HTTP method; "*" for all.
            path: Regular expression (RE2), searched in the path as sent.
            statuses: Their statuses, in order; None for at least one request.

        Returns:
            The requests.

        Raises:
            AssertionError: There are none, or they have other statuses.
        """
        made = self.requests(method, path)
        actual = [exchange.status for exchange in made]
        if made if statuses is None else actual == list(statuses):
            return made
        wanted = "at least one" if statuses is None else f"statuses {list(statuses)}"
        log = "\n".join(f"  {exchange}" for exchange in self.requests()) or "  no requests"
        raise AssertionError(f"{method} {path}: {actual}, expected {wanted}. The log:\n{log}")

    def assert_not_requested(self, method: str = "*", path: str = "") -> None:
        """Fail if a request was made, with a message that shows them.

        Raises:
            AssertionError: There are some.
        """
        if made := self.requests(method, path):
            log = "\n".join(f"  {exchange}" for exchange in made)
            raise AssertionError(f"{method} {path}: expected no request, not these:\n{log}")

    def clear_requests(self) -> None:
        """Clear the request log."""
        self._admin("DELETE", "requests")

    def reset(self, **options: Any) -> Hub:
        """Remove all repositories, faults, logged requests and client caches; set the options.

        Args:
            options: See `mockhub.options.Options`; missing ones have their defaults.

        Returns:
            The Hub with the new options, and a new home for its clients.

        Raises:
            ValueError: An option is unknown, or has an invalid value.
        """
        chosen = Options.from_json(options)
        self._admin("POST", "reset", dataclasses.asdict(chosen))
        base = self.home.parent
        for home in base.glob("*/"):
            # A client may still write logs to it; the rest is removed when the server ends.
            shutil.rmtree(home, ignore_errors=True)
        return _describe(self.url, self.pid, base, chosen, self.admin_token)

    def stderr(self) -> str:
        """Return the standard error of the server: tracebacks, usually none."""
        return (self.home.parent / STDERR).read_text(errors="replace")

    def _admin(self, method: str, route: str, body: object = None) -> Any:
        request = Request(  # noqa: S310 - our own server
            f"{self.url}/mockhub/{route}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.admin_token}"},
        )
        with urlopen(request, timeout=SECONDS_TO_ANSWER) as response:  # noqa: S310 - our own server
            return json.load(response)

    @classmethod
    @contextmanager
    def start(cls, root: Path | None = None, **options: Any) -> Iterator[Hub]:
        """Run a server for the time of a ``with`` block.

        Args:
            root: Folder for its data; temporary if None.
            options: See `mockhub.options.Options`; missing ones have their defaults.

        Raises:
            ValueError: An option is unknown, or has an invalid value.
            HubProcessError: The server does not start, or does not stop.
        """
        chosen = Options.from_json(options)
        command = [sys.executable, "-m", "mockhub", "--exit-with-stdin", *chosen.arguments()]
        command += ["--root", str(root)] if root else []
        # Removed here, although a client in this process may still write logs to it; and by the
        # server if this process is killed.
        with tempfile.TemporaryDirectory(
            prefix="mockhub-home-", ignore_cleanup_errors=True
        ) as name:
            base = Path(name)
            with _run([*command, "--home", name], base / STDERR) as (process, url):
                admin_token = chosen.administrator.token
                yield _describe(url, process.pid, base, chosen, admin_token)


def _describe(url: str, pid: int, base: Path, options: Options, admin_token: str) -> Hub:
    """Return a Hub with a new home for its clients below a folder."""
    home = Path(tempfile.mkdtemp(dir=base))
    account = options.administrator
    return Hub(url, account.name, account.token, home, options.xet, pid, admin_token)


@contextmanager
def _run(command: list[str], stderr_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a server; yields its process and URL, and copies its standard error at the end."""
    source = str(Path(mockhub.__file__).parents[1])
    search = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    with (
        stderr_path.open("wb") as stderr,
        subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdin=subprocess.PIPE,  # closed when this process ends, which stops the server
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(search)},
            start_new_session=True,  # Ctrl-C reaches the parent only, which may still need it
        ) as process,
    ):
        url = _first_line(process)
        try:
            if url:
                yield process, url
        finally:
            _stop(process)
            text = stderr_path.read_text(errors="replace")
            sys.stderr.write(text)
        if not url:
            raise HubProcessError(f"The local Hub did not start: {text}")


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """Return the first line of output; empty if the server ends, or is killed after a time-out."""
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
        raise HubProcessError(
            f"The local Hub did not stop within {SECONDS_TO_STOP} s of SIGTERM"
        ) from None
