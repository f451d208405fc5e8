"""Clones of datasets that the user has: their tags, and the files of a commit."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from packaging.version import Version

from repro.errors import RequestError


class CloneError(RequestError):
    """A clone that lacks what is needed; the message is one line."""


def check(clone: Path) -> None:
    """Make sure that a folder is a git repository with tags.

    Raises:
        CloneError: It is not.
    """
    if not clone.is_dir():
        raise CloneError(f"{clone} is not there")
    git("rev-parse", "--git-dir", cwd=clone)
    if not git("tag", "--list", cwd=clone):
        raise CloneError(f"{clone} has no tags: `git fetch --tags` brings those of releases")


def tag(clone: Path, version: Version) -> str:
    """Return the commit of a release, by its tag.

    Raises:
        CloneError: There is no such clone or tag.
    """
    check(clone)
    for name in (str(version), f"v{version}"):
        with contextlib.suppress(CloneError):
            return git("rev-parse", "--verify", f"refs/tags/{name}^{{commit}}", cwd=clone).strip()
    raise CloneError(f"{clone} has no tag {version}; in a clone of datasets, fetch the tags")


def extract(clone: Path, commit: str, folder: str, target: Path) -> None:
    """Write the files of a folder at a commit; those that a partial clone lacks are left out.

    Args:
        clone: The repository.
        commit: The commit.
        folder: The folder in it.
        target: The folder to write to; the paths below it are those of the repository.

    Raises:
        CloneError: There is no such commit or folder.
        OSError: The files cannot be written.
    """
    listing = git("ls-tree", "-r", "-z", commit, f"{folder}/", cwd=clone)
    entries = [entry.split("\t", 1) for entry in listing.split("\0") if entry]
    blobs = {path: about.split()[2] for about, path in entries if about.startswith("100")}
    if not blobs:
        raise CloneError(f"{clone} has no folder {folder} at {commit}")
    done = subprocess.run(  # noqa: S603 - the user's git
        [program(), "cat-file", "--batch"],
        cwd=clone,
        env=environ(),
        input="".join(f"{blob}\n" for blob in blobs.values()).encode(),
        capture_output=True,
    )
    output, start = done.stdout, 0
    for path in blobs:
        end = output.find(b"\n", start)
        words = output[start:end].split()
        start = end + 1
        if len(words) == 3:
            size = int(words[2])
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(output[start : start + size])
            start += size + 1


def git(*arguments: str, cwd: Path | None = None) -> str:
    """Run git and return its output.

    Raises:
        CloneError: It failed, or is not installed.
    """
    done = subprocess.run(  # noqa: S603 - our own arguments
        [program(), *arguments], cwd=cwd, env=environ(), capture_output=True, text=True
    )
    if done.returncode:
        message = done.stderr.strip().replace("\n", " ")
        raise CloneError(message or f"git {arguments[0]} ended with {done.returncode}")
    return done.stdout


def environ() -> dict[str, str]:
    """Return our environment without GIT_DIR and the like, which name another repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def program() -> str:
    """Return the path of git.

    Raises:
        CloneError: It is not installed.
    """
    if (path := shutil.which("git")) is None:
        raise CloneError("git is not installed")
    return path
