"""Paths of a dataset, which may come from anybody."""

from __future__ import annotations

import pytest

from workaround.restoration.paths import LONGEST, parents, path_problem

IMAGES = (".nii", ".nii.gz")


@pytest.mark.parametrize(
    "path",
    [
        "sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz",
        "derivatives/lesion masks/sub-01_mask.NII",
        "raw_data/größe/sub-01.nii",
    ],
)
def test_paths_of_a_tree_are_accepted(path: str) -> None:
    assert path_problem(path, IMAGES) is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "no name"),
        ("/etc/a.nii", "absolute"),
        ("../a.nii", "'..' is no name"),
        ("sub-01/../../a.nii", "'..' is no name"),
        ("sub-01/./a.nii", "'.' is no name"),
        ("sub-01//a.nii", "'' is no name"),
        ("sub-01/a.nii/", "'' is no name"),
        (r"..\a.nii", "backslash"),
        (r"C:\a.nii", "backslash"),
        ("C:/a.nii", "every system"),
        ("a.nii:stream.nii", "every system"),
        ("sub-01/CON.nii", "Windows"),
        ("nul/a.nii", "Windows"),
        ("lpt1.txt/a.nii", "Windows"),
        ("sub-01./a.nii", "Windows"),
        ("sub-01 /a.nii", "Windows"),
        ("a\0.nii", "every system"),
        ("a\n.nii", "every system"),
        ("\u202ea.nii", "every system"),
        (".git/hooks/a.nii", "hidden"),
        ("sub-01/.a.nii", "hidden"),
        (f"{'a' * LONGEST}.nii", "bytes"),
        ("sub-01/a.py", "does not end in .nii or .nii.gz"),
        ("sub-01/a.nii.exe", "does not end in"),
    ],
)
def test_other_paths_are_refused_with_the_reason(path: str, reason: str) -> None:
    assert reason in str(path_problem(path, IMAGES))


def test_parents_begin_with_the_outermost() -> None:
    assert parents("a/b/c.nii") == ["a", "a/b"]
    assert parents("c.nii") == []
