"""The command that installs a missing extra, for the uploader and for the harness."""

from __future__ import annotations

from pathlib import Path

DISTRIBUTION = "nifti-hub-workaround"
SOURCES = Path(__file__).parents[2]


def advice(extra: str) -> str:
    """Return the command that installs an extra, in a clone or from the index."""
    if (SOURCES / "pyproject.toml").exists():
        return f"pip install -e '{SOURCES}[{extra}]'"
    return f"pip install '{DISTRIBUTION}[{extra}]'"
