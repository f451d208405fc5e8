"""Virtual environments with chosen versions, made by uv and kept for the next time."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path
from uv import find_uv_bin

from repro.catalog.bugs import GIT, UPSTREAM
from repro.errors import RequestError
from repro.installs.installation import Installation

SCRIPTS_NEED = ("nibabel", "numpy", "pillow")
"""What bug scripts import beside datasets; datasets itself asks for none of them."""
MOST_CHARACTERS = 500  # characters; a failed build is a page


class InstallError(RequestError):
    """A combination of versions that cannot be installed; the message is uv's, on one line."""


@dataclass(frozen=True)
class Pins:
    """The versions to install; what is None is the newest that fits the others.

    Attributes:
        datasets: A version, or "git" for git main: of the clone or URL that DATASETS_GIT names,
            else of GitHub. Or what follows `datasets @ `, such as `git+file:///clone@commit`.
        huggingface_hub: A version.
        pyarrow: A version.
        pandas: A version.
        hf_xet: A version.
        python: A version of the interpreter, as in 3.12; None is the one that runs this.
        before: Packages newer than that time do not count.
    """

    datasets: str
    huggingface_hub: str | None = None
    pyarrow: str | None = None
    pandas: str | None = None
    hf_xet: str | None = None
    python: str | None = None
    before: datetime | None = None

    def __str__(self) -> str:
        """As in `datasets 4.4.2, pyarrow 21.0.0`."""
        named = {name: value for name, value in asdict(self).items() if value is not None}
        if self.before is not None:
            named["before"] = f"{self.before:%Y-%m-%d}"
        return ", ".join(f"{name} {value}" for name, value in named.items())

    def requirements(self) -> list[str]:
        """Return the requirements for uv (PEP 508); git main by its current commit.

        Raises:
            InstallError: Git main is to be installed, and there is no such repository.
        """
        source = _git_main() if self.datasets == GIT else self.datasets
        asked = [f"datasets @ {source}" if "://" in source else f"datasets=={source}"]
        for name in ("huggingface_hub", "pyarrow", "pandas", "hf_xet"):
            if (version := getattr(self, name)) is not None:
                asked.append(f"{name}=={version}")
        return [*asked, *SCRIPTS_NEED]


def install(pins: Pins, cache: Path | None = None) -> Installation:
    """An environment with these versions: the one that is kept, or a new one.

    Safe to call from several threads and processes: each environment is made once. What was not
    finished is made anew.

    Args:
        pins: The versions.
        cache: Folder to keep environments in; None is the user's cache.

    Raises:
        InstallError: uv cannot find or build it.
        OSError: uv or git cannot be started, or the folder cannot be written.
    """
    kept = (cache or user_cache_path("nifti-hub-workaround")) / "environments"
    asked = pins.requirements()
    meant = json.dumps([pins.python or sys.version, str(pins.before), asked])
    name = hashlib.sha256(meant.encode()).hexdigest()[:16]
    folder, finished = kept / name, kept / name / "finished.json"
    kept.mkdir(parents=True, exist_ok=True)
    with FileLock(kept / f"{name}.lock"):
        python = folder / "bin" / "python"
        if not (finished.exists() and python.exists()):  # its interpreter may have been removed
            _make(pins, asked, folder, python)
            finished.write_text(meant)
    return Installation.of(python)


def tools(packages: Sequence[str], installation: Installation, cache: Path | None = None) -> Path:
    """Return a folder with the newest packages for an installation, which itself stays as it is.

    Args:
        packages: Their names.
        installation: The Python that is to import them, by way of `PYTHONPATH`.
        cache: Folder to keep environments in; None is the user's cache.

    Raises:
        InstallError: uv cannot find or build them.
        OSError: uv cannot be started, or the folder cannot be written.
    """
    kept = (cache or user_cache_path("nifti-hub-workaround")) / "tools"
    meant = json.dumps([installation.environment["python"], *packages])
    folder = kept / hashlib.sha256(meant.encode()).hexdigest()[:16]
    finished = folder.with_suffix(".finished")
    kept.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            python = os.fspath(installation.python)
            uv("pip", "install", "--quiet", "--python", python, f"--target={folder}", *packages)
            finished.touch()
    return folder


def _make(pins: Pins, asked: Sequence[str], folder: Path, python: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    uv("venv", "--quiet", "--python", pins.python or sys.executable, os.fspath(folder))
    # Compiled once: scripts that import datasets would each take twice as long where Python may not
    # write bytecode.
    arguments = ["pip", "install", "--quiet", "--compile-bytecode", "--python", os.fspath(python)]
    if pins.before is not None:
        arguments += ["--exclude-newer", pins.before.isoformat()]
    uv(*arguments, *asked)


def uv(*arguments: str, given: str | None = None) -> str:
    """Run uv and return its output.

    Args:
        arguments: The command and its options.
        given: Its standard input.

    Raises:
        InstallError: It failed.
        OSError: It cannot be started.
    """
    done = subprocess.run(  # noqa: S603 - our own arguments
        [find_uv_bin(), *arguments], input=given, capture_output=True, text=True
    )
    if done.returncode:
        raise InstallError(_one_line(done.stderr) or f"uv ended with {done.returncode}")
    return done.stdout


def _git_main() -> str:
    """Git main by its commit, so that an environment of it can be kept."""
    source = os.environ.get("DATASETS_GIT", "").removeprefix("git+") or UPSTREAM
    url = Path(source).resolve().as_uri() if Path(source).exists() else source
    listing = subprocess.run(  # noqa: S603 - the repository that the user names
        ["git", "ls-remote", "--exit-code", url, "HEAD"],  # noqa: S607 - the user's git
        capture_output=True,
        text=True,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )
    if listing.returncode:
        raise InstallError(_one_line(listing.stderr) or f"{url} has no commit")
    return f"git+{url}@{listing.stdout.split()[0]}"


def _one_line(output: str) -> str:
    """Return the complaint of a program on one line, without folders of this machine."""
    words = (line.strip(" \N{MULTIPLICATION SIGN}╰├│─▶") for line in output.splitlines())
    text = " ".join(filter(None, words)).removeprefix("error: ").replace("file://", "")
    return textwrap.shorten(
        re.sub(r"(?<![\w:/])/\S*/", "", text), MOST_CHARACTERS, placeholder=" ..."
    )
