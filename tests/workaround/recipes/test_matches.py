"""The files of each column and row."""

from __future__ import annotations

from pathlib import Path

import pytest

from workaround.errors import RecipeError
from workaround.recipes.document import parse
from workaround.recipes.matches import Matches, in_order, match_files, without_extension

HEAD = 'key = ["s"]\nignore = ["*.log"]\n[columns]\ns = { take = "s" }\n'
ROOT = Path("/data")


def matches(columns: str, *paths: str) -> Matches:
    return match_files(parse(HEAD + columns, "a.toml"), ROOT, paths)


def test_files_are_in_the_order_of_their_numbers() -> None:
    result = matches(
        'ct = { pattern = "{s}/*.nii", many = true }',
        *("p10/run-1.nii", "p2/run-23.nii", "p2/run-9.nii", "x.edf", "a.log"),
    )
    assert result.rows == [("p2",), ("p10",)]
    assert [file.path for file in result.cells["ct"]["p2",]] == ["p2/run-9.nii", "p2/run-23.nii"]
    assert (result.unmatched, result.ignored) == (["x.edf"], ["a.log"])


def test_two_patterns_that_claim_one_file_are_an_error() -> None:
    with pytest.raises(RecipeError) as caught:
        matches(
            'a = { pattern = "{s}.nii" }\nb = { pattern = "{s}.<nii|gz>" , kind = "text" }', "1.nii"
        )
    assert caught.value.line == 6
    assert "a and b both match 1.nii" in caught.value.reason


def test_a_second_file_of_a_cell_is_an_omission() -> None:
    result = matches('ct = { pattern = "{s}/*.nii" }', "1/a.nii", "1/b.nii")
    (problem,) = result.problems
    assert (problem.severity, problem.path) == ("omission", "/data/1/b.nii")
    assert "1/a.nii already: write many = true" in problem.reason
    assert result.surplus == ["1/b.nii"]
    assert [file.path for file in result.cells["ct"]["1",]] == ["1/a.nii"]


def test_the_first_pattern_that_matches_in_a_row_counts() -> None:
    result = matches(
        'ct = { pattern = ["raw/{s}.nii", "old/{s}.nii"] }', "old/1.nii", "raw/1.nii", "old/2.nii"
    )
    paths = [file.path for files in result.cells["ct"].values() for file in files]
    assert sorted(paths) == ["old/2.nii", "raw/1.nii"]
    assert result.later == ["old/1.nii"]
    assert result.problems == []


def test_files_beside_others_are_matched_by_name() -> None:
    columns = """
    d = { pattern = "{s}/*.nii.gz", many = true }
    b = { of = "d", extension = ".bval", kind = "text" }
    """
    result = matches(columns, "1/x.nii.gz", "1/x.bval", "1/y.nii.gz", "1/z.bval")
    assert result.beside == {"b": {"1/x.nii.gz": "1/x.bval"}}
    assert result.unmatched == ["1/z.bval"]
    (problem,) = result.problems
    assert (problem.path, problem.severity) == ("/data/1/y.nii.gz", "omission")


def test_files_beside_others_are_taken_though_they_are_ignored() -> None:
    columns = """
    d = { pattern = "{s}.nii" }
    b = { of = "d", extension = ".log", kind = "text" }
    """
    result = matches(columns, "1.nii", "1.log", "2.log")
    assert result.beside == {"b": {"1.nii": "1.log"}}
    assert result.ignored == ["2.log"]


def test_numbers_in_texts_sort_as_numbers() -> None:
    assert sorted(["b2", "b10", "b", "a", "1", "²"], key=in_order) == [
        "1",
        "a",
        "b",
        "b2",
        "b10",
        "²",
    ]


@pytest.mark.parametrize(
    ("path", "stem"),
    [("a.b/c.nii.gz", "a.b/c"), ("a.b/c.x.nii", "a.b/c.x"), ("a.b/c", "a.b/c"), ("c.NII.GZ", "c")],
)
def test_the_extension_of_compressed_images_is_one(path: str, stem: str) -> None:
    assert without_extension(path) == stem
