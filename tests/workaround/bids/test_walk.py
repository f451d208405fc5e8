"""The files of a BIDS folder, and its root."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workaround.bids.walk import files_of
from workaround.errors import BidsError

Touch = Callable[..., Path]


def test_files_of_the_root_and_of_subjects_are_listed(touch: Touch) -> None:
    root = touch("README", "sub-1/anat/sub-1_T1w.nii", "sub-1/anat/.x", "code/a.py", "sub-2.txt")
    files = files_of(root)
    assert files.paths == ("README", "sub-2.txt", "sub-1/anat/sub-1_T1w.nii")
    assert files.folders == ("code",)
    assert files.subjects == {"1"}


def test_recordings_that_are_folders_are_one_file(touch: Touch) -> None:
    root = touch("sub-1/meg/sub-1_task-a_meg.ds/x.meg4", "sub-1/meg/sub-1_task-b_meg/config")
    assert files_of(root).paths == ("sub-1/meg/sub-1_task-a_meg.ds/", "sub-1/meg/sub-1_task-b_meg/")


def test_bidsignore_has_patterns_of_git(touch: Touch) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii", "sub-1/anat/sub-1_T2w.nii", "sub-2/anat/sub-2_T2w.nii")
    touch(".bidsignore", text="# withdrawn\nsub-2/\n**/*_T2w.nii\n!sub-1/anat/sub-1_T2w.nii\n")
    files = files_of(root)
    assert files.paths == ("sub-1/anat/sub-1_T1w.nii", "sub-1/anat/sub-1_T2w.nii")
    assert files.ignored == ("sub-2/anat/sub-2_T2w.nii",)


def test_a_link_to_a_folder_above_is_not_followed(touch: Touch) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    (root / "sub-1/anat/again").symlink_to("..")
    assert files_of(root).paths == ("sub-1/anat/sub-1_T1w.nii",)


@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_names_that_are_not_utf8_are_listed(touch: Touch) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii", ".bidsignore", text="*.tmp\n")
    for name in (b"caf\xe9.txt", b"caf\xe9.tmp"):
        (root / os.fsdecode(b"sub-1/" + name)).touch()
    files = files_of(root)
    assert files.paths == ("sub-1/anat/sub-1_T1w.nii", os.fsdecode(b"sub-1/caf\xe9.txt"))
    assert files.ignored == (os.fsdecode(b"sub-1/caf\xe9.tmp"),)


@pytest.mark.parametrize(
    ("folder", "answer"),
    [
        ("", "the dataset is {root}/data"),
        ("data/sub-1", "the folder of a subject; the dataset is {root}/data$"),
        ("data/sub-1/anat", "the folder of a subject; the dataset is {root}/data$"),
        ("data/derivatives", "derivatives, each a dataset.*: {root}/data/derivatives/a, .*/b$"),
    ],
)
def test_another_folder_is_answered_with_the_root(touch: Touch, folder: str, answer: str) -> None:
    paths = (f"data/{place}sub-1/anat/x" for place in ("", "derivatives/a/", "derivatives/b/"))
    root = touch(*paths)
    with pytest.raises(BidsError, match=answer.format(root=root)):
        files_of(root / folder)
