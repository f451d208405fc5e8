"""A copy of edited packages, kept in the user's cache, that shadows those of an installation."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from repro.fixes import patch
from repro.fixes.edits import Edit, Fix
from repro.installs.installation import Installation

_LOCATE = """
import importlib.util, json, sys
specs = {name: importlib.util.find_spec(name) for name in sys.argv[1:]}
print(json.dumps({n: spec and spec.submodule_search_locations[0] for n, spec in specs.items()}))
"""


@dataclass(frozen=True)
class Fixed:
    """An installation with fixes.

    Attributes:
        installation: The one to run scripts with.
        diff: The change, against what is installed.
    """

    installation: Installation
    diff: str


def fixed(installation: Installation, fixes: Iterable[Fix], cache: Path | None = None) -> Fixed:
    """Apply fixes to an installation, which itself stays as it is.

    Args:
        installation: The releases to edit.
        fixes: Applied in this order.
        cache: The folder to keep overlays in; None is the user's cache.

    Raises:
        EditError: An edit cannot be made on these releases; the message names the bug.
        OSError: The cache cannot be written, or the packages cannot be read.
    """
    ordered = list(fixes)
    edits = [edit for fix in ordered for edit in fix.edits]
    folders = folders_of(installation, {_package(edit) for edit in edits})
    old = {edit.module: _source(folders, edit) for edit in edits}
    new = old
    for fix in ordered:
        try:
            new = patch.apply(new, fix.edits)
        except patch.EditError as error:
            raise patch.EditError(f"the fix of {fix.bug}: {error}") from error
    kept = (cache or user_cache_path("nifti-hub-workaround")) / "fixed"
    overlay = _overlay(kept, folders, new)
    return Fixed(replace(installation, overlay=overlay), patch.diff(old, new))


def _package(edit: Edit) -> str:
    return edit.module.partition(".")[0]


def folders_of(installation: Installation, packages: Iterable[str]) -> dict[str, Path]:
    """Return the folder of each package in an installation, without importing it.

    Raises:
        EditError: One of them is not installed.
    """
    names = sorted(packages)
    output = subprocess.run(  # noqa: S603 - an interpreter that the caller chose
        [installation.python, "-P", "-c", _LOCATE, *names],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    folders: Mapping[str, str | None] = json.loads(output)
    if missing := [name for name, folder in folders.items() if folder is None]:
        raise patch.EditError(f"{', '.join(missing)} is not installed")
    return {name: Path(folder) for name, folder in folders.items() if folder is not None}


def _source(folders: Mapping[str, Path], edit: Edit) -> str:
    package = _package(edit)
    file = folders[package].parent / patch.path(edit.module)
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise patch.EditError(f"there is no module {edit.module} in this release") from error


def _overlay(kept: Path, folders: Mapping[str, Path], sources: Mapping[str, str]) -> Path:
    """Return a folder with copies of packages and these sources: the one kept, or a new one."""
    content: Sequence[object] = sorted((name, str(folder)) for name, folder in folders.items())
    key = json.dumps([content, sorted(sources.items())])
    folder = kept / hashlib.sha256(key.encode()).hexdigest()[:16]
    finished = folder.with_suffix(".finished")
    kept.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            for name, package in folders.items():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(package, folder / name, ignore=ignored)
            for module, source in sources.items():
                (folder / patch.path(module)).write_text(source, encoding="utf-8")
            finished.touch()
    return folder
