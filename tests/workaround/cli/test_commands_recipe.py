"""Commands on a folder with a recipe, against the local Hub."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import load_dataset

from repro.synthetic.nifti import write_nifti
from tests.support.workaround.command import call

REPO = "user/recipe"


def write(folder: Path, *cases: str) -> None:
    """Write an image of each case."""
    for case in cases:
        write_nifti(folder / f"{case}_ct.nii", 2_000, ndim=3)


@pytest.mark.usefixtures("hub")
def test_the_key_of_a_recipe_is_that_of_appended_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, recipe = tmp_path / "data", tmp_path / "recipe.toml"
    folder.mkdir()
    recipe.write_text(
        'key = ["case"]\n[columns]\ncase_id = { take = "case" }\n'
        'ct = { pattern = "{case}_ct.nii" }\n'
    )
    write(folder, "a", "b")
    assert call(capsys, "push", folder, REPO, "--recipe", recipe)[0] == 0
    status, _, error = call(capsys, "push", folder, REPO, "--recipe", recipe, "--append")
    assert status == 1
    assert "case_id" in error
    for path in folder.iterdir():
        path.unlink()
    write(folder, "c")
    assert call(capsys, "push", folder, REPO, "--recipe", recipe, "--append")[0] == 0
    rows = load_dataset(REPO, split="train")
    assert rows["case_id"][:] == ["a", "b", "c"]
