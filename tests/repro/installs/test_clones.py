"""Clones of datasets: real git, on small repositories made here."""

from pathlib import Path

import pytest
from packaging.version import Version

from repro.installs.clones import CloneError, check, extract, tag
from tests.support.repro.clones import git

FILES = {"tests/test_a.py": b"a = 1\n", "tests/data/b.bin": bytes(range(256)) * 3, "tests/c": b""}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with some files, and a tag."""
    path = tmp_path / "clone"
    for name, content in FILES.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    git(path, "init", "--quiet")
    git(path, "add", ".")
    git(path, "commit", "--quiet", "--message", "Test")
    git(path, "tag", "v5.0.0")
    return path


def written(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their paths."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_files_of_a_commit_are_extracted_as_they_are(clone: Path, tmp_path: Path) -> None:
    extract(clone, tag(clone, Version("5.0.0")), "tests", tmp_path / "target")
    assert written(tmp_path / "target") == FILES


def test_files_that_a_partial_clone_lacks_are_left_out(clone: Path, tmp_path: Path) -> None:
    blob = git(clone, "rev-parse", "HEAD:tests/data/b.bin").strip()
    (clone / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    extract(clone, "HEAD", "tests", tmp_path / "target")
    assert written(tmp_path / "target").keys() == FILES.keys() - {"tests/data/b.bin"}


def test_folder_that_the_commit_lacks_is_an_error(clone: Path, tmp_path: Path) -> None:
    with pytest.raises(CloneError, match="has no folder docs at HEAD"):
        extract(clone, "HEAD", "docs", tmp_path)


def test_clone_without_tags_is_an_error(clone: Path) -> None:
    check(clone)
    git(clone, "tag", "--delete", "v5.0.0")
    with pytest.raises(CloneError, match="has no tags: `git fetch --tags`"):
        check(clone)
