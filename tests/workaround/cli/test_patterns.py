"""The matches of the patterns of a recipe, as commands show them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from repro.synthetic.nifti import write_nifti
from tests.support.workaround.command import call
from workaround.cli.patterns import PatternReport
from workaround.recipes.table import PatternMatches

TEXT = """\
key = ["case"]
[columns]
case = { take = "case" }
ct = { pattern = "{case}/{case}_ct.nii" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two cases, with one image too many, and its recipe beside it."""
    for path in ("p1/p1_ct.nii", "p2/p2_ct.nii", "p2/p2_mr.nii"):
        (tmp_path / "data" / path).parent.mkdir(parents=True, exist_ok=True)
        write_nifti(tmp_path / "data" / path, 2_000, ndim=3)
    (tmp_path / "recipe.toml").write_text(TEXT)
    return tmp_path / "data"


def test_plan_shows_what_patterns_match_and_what_they_do_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, output, _ = call(capsys, "plan", folder, "--recipe", folder.parent / "recipe.toml")
    assert status == 0
    assert output.splitlines()[-6:] == [
        "column or table      files    rows  pattern",
        "-----------------  -------  ------  --------------------",
        "ct                       2       2  {case}/{case}_ct.nii",
        "1 file that no pattern matches:",
        "  p2/p2_mr.nii",
        "left out: 1 .nii",
    ]


def test_json_has_patterns_and_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = folder.parent / "recipe.toml"
    _, output, _ = call(capsys, "plan", folder, "--recipe", recipe, "--json")
    values = json.loads(output)
    assert values["unmatched"] == ["p2/p2_mr.nii"]
    assert [pattern["files"] for pattern in values["patterns"]] == [2]
    assert values["left_out"] == {".nii": {"count": 1, "names": ["p2/p2_mr.nii"]}}


def test_images_of_no_pattern_refuse_a_push(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = folder.parent / "recipe.toml"
    status, _, error = call(capsys, "push", folder, "user/name", "--recipe", recipe)
    assert status == 1
    assert ".nii that no pattern matches" in error
    status, output, _ = call(capsys, "check", folder, "--recipe", recipe, "--no-strict")
    assert (status, output.splitlines()[-1]) == (0, "left out: 1 .nii")


def test_a_mistake_in_the_recipe_has_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = folder.parent / "recipe.toml"
    recipe.write_text(TEXT.replace("take", "tke"))
    status, _, error = call(capsys, "check", folder, "--recipe", recipe)
    assert status == 1
    assert f"{recipe}:3:10: unknown key 'tke'; did you mean 'take'?" in error


@pytest.mark.parametrize("option", [["--layout", "image"], ["--column", "ct=nifti"]])
def test_a_recipe_leaves_no_room_for_other_options(
    folder: Path, capsys: pytest.CaptureFixture[str], option: list[str]
) -> None:
    status, _, error = call(capsys, "check", folder, "--recipe", "arc", *option)
    assert status == 2
    assert f"{option[0]} and --recipe do not go together" in error


def test_a_long_list_of_files_is_cut() -> None:
    paths = [f"{number}.nii" for number in range(12)]
    report = PatternReport([PatternMatches("t", "t.csv", 1, None, "t.csv")], paths)
    assert report.lines()[-3:] == ["  8.nii", "  9.nii", "  ... and 2 more (--json)"]
    assert PatternReport([], []).lines()[-1] == "every file is matched, or ignored by the recipe"
