"""Trees of small texts, here and in git."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from hypothesis import strategies as st

from mockhub.git.tree import Entry, Tree, TreeBuilder, git_id

Texts = Mapping[str, str]
"""Contents of files by path."""


def entry(text: str) -> Entry:
    content = text.encode()
    return Entry(
        len(content), hashlib.sha256(content).hexdigest(), git_id("blob", content), lfs=False
    )


def tree(texts: Texts, commit: str = "") -> Tree:
    builder = TreeBuilder()
    builder.apply({path: entry(text) for path, text in texts.items()}, commit)
    return builder.tree()


def no_path_is_a_folder_too(texts: Texts) -> bool:
    return not any(path.startswith(f"{other}/") for path in texts for other in texts)


names = st.sampled_from(["a", "b", "a.b", "a-b", "ab", "ä"])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
texts = st.dictionaries(paths, st.sampled_from(["1\n", "2\n", "1\n2", ""]), max_size=8).filter(
    no_path_is_a_folder_too
)


def git(folder: Path, *arguments: str, text: str | None = None) -> str:
    """Run git; returns what it prints."""
    command = ["git", "-c", "core.quotePath=false", "-c", "core.autocrlf=false", *arguments]
    result = subprocess.run(
        command, cwd=folder, input=text, capture_output=True, text=True, check=True
    )
    return result.stdout


def write(folder: Path, texts: Texts) -> None:
    """Make a git work tree of exactly these files."""
    git(folder, "init", "-q")
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "--all", ".")
