"""Fixes applied to packages that are nobody's."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from repro.fixes.edits import Edit, Fix
from repro.fixes.overlay import fixed
from repro.fixes.patch import EditError
from repro.installs.installation import Installation


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with a package `counted` of two modules."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    package = folder / "lib" / version / "site-packages" / "counted"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("from counted.deep import rows\n")
    (package / "deep" / "__init__.py").touch()
    (package / "deep" / "rows.py").write_text("def count():\n    return 2\n")
    return folder / "bin" / "python"


def fix(anchor: str = "2", module: str = "counted.deep.rows", new: str = "3") -> Fix:
    edit = Edit(module=module, function="count", anchor=anchor, substitute=new)
    return Fix(bug="rows-lost", summary="Count them.", edits=(edit,))


def count(installation: Installation) -> str:
    """The number that a script sees."""
    return subprocess.run(
        [installation.python, "-c", "import counted; print(counted.rows.count())"],
        env=installation.variables,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_fix_is_seen_through_its_overlay_alone(python: Path, tmp_path: Path) -> None:
    installed = Installation(python, {})
    result = fixed(installed, [fix()], tmp_path)
    assert (count(installed), count(result.installation)) == ("2", "3")
    assert result.diff.splitlines()[-2:] == ["-    return 2", "+    return 3"]


def test_fixes_are_applied_one_after_the_other(python: Path, tmp_path: Path) -> None:
    result = fixed(Installation(python, {}), [fix(), fix("3", new="4")], tmp_path)
    assert count(result.installation) == "4"


def test_overlay_is_made_once(python: Path, tmp_path: Path) -> None:
    first, second = (fixed(Installation(python, {}), [fix()], tmp_path) for _ in range(2))
    assert first == second
    other = fixed(Installation(python, {}), [fix(new="5")], tmp_path)
    assert other.installation.overlay != first.installation.overlay


def test_unfinished_overlay_is_made_again(python: Path, tmp_path: Path) -> None:
    installation = fixed(Installation(python, {}), [fix()], tmp_path).installation
    assert installation.overlay is not None
    (installation.overlay / "counted" / "deep" / "rows.py").unlink()
    installation.overlay.with_suffix(".finished").unlink()
    assert count(fixed(Installation(python, {}), [fix()], tmp_path).installation) == "3"


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (fix("gone"), r"the fix of rows-lost: the anchor 'gone' is gone: look at counted\.deep"),
        (fix(module="counted.shallow"), r"no module counted\.shallow"),
        (fix(module="uncounted.rows"), "uncounted is not installed"),
    ],
)
def test_fix_that_fits_no_more_is_an_error(
    python: Path, tmp_path: Path, wrong: Fix, complaint: str
) -> None:
    with pytest.raises(EditError, match=complaint):
        fixed(Installation(python, {}), [wrong], tmp_path)
