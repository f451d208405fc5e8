"""Git's patterns, against git itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mockhub.git.attributes import attribute_mode, is_ignored, lfs_line

PATHS = ["a", "a.bin", "d/a.bin", "d/e/a.bin", "dx/a", "d/f", "saved_model/x", "saved_model/d/x"]
PATTERNS = [
    "*",
    "*.bin",
    "/*.bin",
    "d/*.bin",
    "d/**",
    "**/e/*",
    "d/**/a.bin",
    "saved_model/**/*",
    "?.bin",
    "[a-c].bin",
    "[!a].bin",
    "d[!x]a.bin",
    "[[:lower:]]",
    "[]a]",
    "[z-a]*",
    "d[[:space:]]",
    "a*",
    "\\a",
    "**",
    "d**/a",
    "**/a",
    "d/**/e/**",
    "d[a/]a.bin",
    "[^a].bin",
    "[[:alpha:]]",
    "[a",
]
IGNORES = ["a/", "d/", "e", "*\n!a.bin", "d/\n!d/f", "# a", ""]


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.excludesFile=", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return result.stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@pytest.mark.parametrize("pattern", [*PATTERNS, *IGNORES])
def test_ignores_what_git_ignores(tmp_path: Path, pattern: str) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text(pattern)
    ignored = git(tmp_path, "check-ignore", "--no-index", *PATHS).splitlines()
    assert [path for path in PATHS if is_ignored(pattern, path)] == ignored


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@pytest.mark.parametrize("pattern", PATTERNS)
def test_attributes_reach_the_paths_that_git_says(tmp_path: Path, pattern: str) -> None:
    git(tmp_path, "init", "-q")
    line = f"{pattern} filter=lfs diff=lfs merge=lfs -text\n"
    (tmp_path / ".gitattributes").write_text(line)
    checked = git(tmp_path, "check-attr", "filter", *PATHS).splitlines()
    by_git = [item.split(":")[0] for item in checked if item.endswith(": lfs")]
    assert [path for path in PATHS if attribute_mode(line, path) == "lfs"] == by_git


@pytest.mark.parametrize(
    ("lines", "mode"),
    [
        ("", None),
        ("# *.bin filter=lfs", None),
        ("*.bin filter=lfs\n*.bin -filter", "regular"),
        ("*.bin filter=lfs\n*.bin !filter", "regular"),
        ("*.bin filter=lfs\n*.bin text", "regular"),
        ("*.bin -filter\n*.bin filter=lfs -text", "lfs"),
        ("*.bin filter=lfs\n*.bin diff=astextplain", "lfs"),
        ("*.bin filter=lfs\n*.txt -filter", "lfs"),
    ],
)
def test_last_line_that_decides_counts(lines: str, mode: str | None) -> None:
    assert attribute_mode(lines, "a.bin") == mode


AWKWARD = ["a b", "d/[x]*?.nii", "#a", "!a", '"a"', "a\\b", "ü", "{a}"]


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
def test_line_for_an_lfs_file_means_that_file(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    text = "".join(lfs_line(path) for path in AWKWARD)
    (tmp_path / ".gitattributes").write_text(text)
    paths = [*AWKWARD, "axb", "d/xyz.nii"]
    checked = git(tmp_path, "check-attr", "-z", "filter", *paths).split("\0")
    by_git = [
        path for path, value in zip(checked[::3], checked[2::3], strict=False) if value == "lfs"
    ]
    assert by_git == [path for path in paths if attribute_mode(text, path) == "lfs"] == AWKWARD


def test_last_line_counts_among_names_and_patterns() -> None:
    lines = ["a.bin filter=lfs", "*.bin -filter", "/d/a.bin filter=lfs", "d/* -filter"]
    modes = [attribute_mode("\n".join(lines[:count]), "d/a.bin") for count in range(5)]
    assert modes == [None, "lfs", "regular", "lfs", "regular"]
