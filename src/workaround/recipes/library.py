"""Recipes by name or path: those that come along with the package, and others."""

from __future__ import annotations

import os
from difflib import get_close_matches
from importlib.resources import files

from workaround.errors import RecipeError
from workaround.recipes.document import parse
from workaround.recipes.recipe import Recipe
from workaround.tables.load import local_path

SUFFIX = ".toml"


def shipped() -> tuple[str, ...]:
    """Return the names of the recipes that come along."""
    names = (entry.name for entry in files("workaround.recipes").joinpath("shipped").iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


def load_recipe(source: str | os.PathLike[str]) -> Recipe:
    """Read a recipe.

    Args:
        source: Name of one that comes along, or path of a ``.toml``.

    Raises:
        ArgumentError: Neither a text nor a path.
        RecipeError: The recipe is not valid, or there is none.
    """
    path = local_path("recipe", source)
    if str(path) in shipped():
        resource = files("workaround.recipes").joinpath("shipped", f"{path}{SUFFIX}")
        return parse(resource.read_text("utf-8"), f"recipe {path}")
    try:
        return parse(path.read_text("utf-8"), str(path))
    except UnicodeDecodeError:
        raise RecipeError(str(path), "not UTF-8: a recipe is a TOML document") from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        if path.suffix != SUFFIX:
            close = get_close_matches(str(path), shipped(), 1)
            advice = f"; did you mean {close[0]}?" if close else ""
            reason = f"no recipe of this name: there are {', '.join(shipped())}{advice}"
        raise RecipeError(str(path), reason) from error
