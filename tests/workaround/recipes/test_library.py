"""Recipes by name or path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workaround.cli.arguments import parser
from workaround.errors import RecipeError
from workaround.recipes.library import load_recipe, shipped


def test_recipes_that_come_along_are_valid_and_in_the_help(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert shipped() == ("arc", "isles24")
    for name in shipped():
        assert load_recipe(name).path == f"recipe {name}"
    with pytest.raises(SystemExit):
        parser().parse_args(["plan", "--help"])
    assert ", ".join(shipped()) in " ".join(capsys.readouterr().out.split())


def test_a_recipe_of_one_s_own_is_read(recipe: Callable[[str], Path]) -> None:
    text = 'key = ["s"]\n[columns]\ns = { take = "s" }\nct = { pattern = "{s}.nii" }\n'
    assert load_recipe(recipe(text)).text == text


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("isles", "there are arc, isles24; did you mean isles24?"),
        ("missing.toml", "cannot be read: No such file"),
    ],
)
def test_a_recipe_that_is_missing_is_an_error(name: str, reason: str) -> None:
    with pytest.raises(RecipeError, match=reason.replace("?", r"\?")):
        load_recipe(name)


def test_a_recipe_has_to_be_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="not UTF-8"):
        load_recipe(path)
