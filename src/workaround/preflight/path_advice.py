"""Reasons why nothing is at a path, and what to write instead."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from workaround.arrow.paths import normal

NULLS = {"", "nan", "none", "null", "na", "n/a", "<na>", "nat"}
_VARIABLE = re.compile(r"\$\w+|\$\{\w+\}|%\w+%")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\[^\\]")
_ONE_SLASH = re.compile(r"(https?|hf|s3a?|gs|gcs|ftp|abfss?|zip|tar):/+(?!/)")


def missing_reason(path: str) -> str:
    """Return what is wrong with a local path that leads to no file.

    Args:
        path: As it is in the table.
    """
    if path.strip().lower() in NULLS:
        return f"{path!r} is not a path: make the cell None where there is no file"
    if path.startswith("~"):
        return "no such file: ~ is not expanded, os.path.expanduser does it"
    if variable := _VARIABLE.search(path):
        return f"no such file: {variable[0]} is not expanded, os.path.expandvars does it"
    if os.name != "nt" and _WINDOWS.match(path):
        return "no such file: a path of Windows, which this system does not have"
    if _ONE_SLASH.match(path):
        return "no such file: a URL has two slashes behind its scheme (pathlib removes one)"
    file = Path(normal(path))
    try:
        if advice := next(_near(path, file), None):
            return f"no such file: {advice}"
    except (OSError, ValueError):
        pass  # the folder cannot be read, so there is no advice
    if not file.is_absolute():
        return f"no such file in {Path.cwd()}: make the path absolute"
    return "no such file"


def _near(path: str, file: Path) -> Iterator[str]:
    """Yield advice for paths near which a file exists."""
    stripped = path.strip().strip("\"'")
    if stripped != path:
        yield f"its path begins or ends with white space or quotes; write {stripped!r}"
    for form in ("NFC", "NFD"):
        if Path(unicodedata.normalize(form, str(file))).exists():
            yield (
                f"the file's name has other Unicode characters that look the same ({form}):"
                f" use unicodedata.normalize({form!r}, path), or the name that os.listdir gives"
            )
    for suffix in (".gz", ""):
        other = file.with_name(file.name + ".gz") if suffix else file.with_suffix("")
        if other.is_file() and (suffix or file.suffix == ".gz"):
            yield f"{other.name} exists"
    if file.parent.is_dir():
        if name := _names(str(file.parent), file.parent.stat().st_mtime_ns).get(file.name.lower()):
            yield f"{name} exists"
    elif (parent := next((folder for folder in file.parents if folder.exists()), None)) is not None:
        if not parent.is_dir():
            yield f"{parent} is not a folder"
        elif file.is_absolute() and len(parent.parts) > 1:
            missing = file.relative_to(parent).parts[0]
            yield f"{parent} has no folder {missing!r}"


@lru_cache(maxsize=8)
def _names(folder: str, _changed: int) -> dict[str, str]:
    """Return the names in a folder by themselves in lower case; listed once until it changes."""
    return {name.lower(): name for name in os.listdir(folder)}  # noqa: PTH208 - names alone
