"""The errors of the uploader as one public tree."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator

import pytest

import workaround
from workaround import errors
from workaround.errors import (
    CheckError,
    Problem,
    RestoreError,
    UploadError,
    VerifyError,
    folded,
)


def family(kind: type[UploadError]) -> Iterator[type[UploadError]]:
    for child in kind.__subclasses__():
        yield child
        yield from family(child)


PUBLIC = {kind for kind in family(UploadError) if not kind.__name__.startswith("_")}
MADE_WITH = {
    "RecipeError": ("a.toml", "unknown key", 3, 1),
    "CheckError": ([Problem(0, "t1w", "a.nii", "is empty")],),
    "VerifyError": ([Problem(0, "t1w", "a.nii", "differs")],),
    "RestoreError": ([Problem(0, "T1w_path", "../a.nii", "is absolute")], 3),
    "SourceChangedError": ("a.nii", "is gone"),
    "SourceDamagedError": ("a.nii", "is truncated", 3, "scan", "train"),
    "DiskFullError": ("/tmp", 7),
    "JournalError": ("/tmp", "no space"),
    "ForeignFilesError": (["data/train-notes.tsv"], "would be loaded as rows of the split"),
}


def test_every_error_is_importable_from_the_package() -> None:
    names = {kind.__name__ for kind in PUBLIC} | {"UploadError", "Problem"}
    assert names <= set(workaround.__all__)
    assert all(getattr(workaround, name) is getattr(errors, name) for name in names)


def test_the_drawn_tree_names_every_error() -> None:
    drawn = re.findall(r"── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(kind.__name__ for kind in PUBLIC)


@pytest.mark.parametrize("kind", sorted(PUBLIC, key=str))
def test_error_survives_the_way_between_processes(kind: type[UploadError]) -> None:
    error = kind(*MADE_WITH.get(kind.__name__, ("the reason",)))
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == str(error)
    assert str(error).strip()


@pytest.mark.parametrize("kind", [CheckError, VerifyError, RestoreError])
def test_the_first_problems_are_listed_and_the_others_counted(
    kind: type[CheckError | VerifyError | RestoreError],
) -> None:
    text = str(kind([Problem(row, "t1w", None, "is empty") for row in range(kind.SHOWN + 3)]))
    assert f"row {kind.SHOWN - 1}," in text
    assert f"row {kind.SHOWN}," not in text
    assert "3 more" in text


def test_only_what_strict_refuses_is_offered_to_be_uploaded_anyway() -> None:
    omission = Problem(0, "t1w", "a.nii", "left out", severity="omission")
    assert "--no-strict" in str(CheckError([omission]))
    assert "--no-strict" not in str(CheckError([omission, Problem(1, "t1w", "b.nii", "is gone")]))


def test_equal_problems_of_many_files_are_one_line() -> None:
    paths = [f"/data/sub-{number}/anat/sub-{number}_T1w.nii" for number in range(125)]
    same = [Problem(row, "T1w", path, "is empty") for row, path in enumerate(paths)]
    other = Problem(7, "bold", "/data/sub-7/func/bold.nii", "is empty")
    error = CheckError([*same, other])
    assert len(error.problems) == 126
    assert str(error).splitlines() == [
        "126 problems; nothing was uploaded:",
        f"  row 0, column 'T1w', {paths[0]}: is empty (and 124 more in /data)",
        f"  {other}",
    ]


@pytest.mark.parametrize("paths", [["a.nii", "b.nii", "c.nii"], [None] * 9])
def test_few_problems_and_those_of_no_file_have_a_line_each(paths: list[str | None]) -> None:
    problems = [Problem(row, "T1w", path, "is empty") for row, path in enumerate(paths)]
    assert folded(problems) == list(map(str, problems))


def test_urls_and_files_have_no_folder_in_common() -> None:
    paths = ["https://a/b.nii", "/a/b.nii", "/a/c.nii", "d.nii"]
    (line,) = folded(Problem(row, "T1w", path, "is empty") for row, path in enumerate(paths))
    assert line.endswith("is empty (and 3 more)")


def test_control_characters_in_the_path_of_a_recipe_are_escaped() -> None:
    assert str(errors.RecipeError("a\x1b[2J.toml", "is empty", 1)) == "a\\x1b[2J.toml:1: is empty"
