"""The installed distribution, and the command that installs a missing extra."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ALONE = "mockhub"
"""The distribution of this package alone, which needs no extra for a server."""
TOGETHER = "nifti-hub-workaround"
"""The distribution that it is a part of."""
SOURCES = Path(__file__).parents[2]


def distribution() -> str:
    """Return the name of the distribution that brought this package."""
    try:
        version(ALONE)
    except PackageNotFoundError:
        return TOGETHER
    return ALONE


def advice(extra: str) -> str:
    """Return the command that installs an extra."""
    if (name := distribution()) == ALONE:
        return f"pip install {ALONE}" if extra == "hub" else f"pip install '{ALONE}[{extra}]'"
    if (SOURCES / "pyproject.toml").exists():
        return f"pip install -e '{SOURCES}[{extra}]'"
    return f"pip install '{name}[{extra}]'"
