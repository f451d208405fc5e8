"""Progress bars: on terminals and in notebooks, and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any

from huggingface_hub.utils.tqdm import are_progress_bars_disabled, tqdm

STEP = 1 << 20
"""Most bytes that a bar does not show at once."""


class _Bar(tqdm):
    """A bar of bytes that estimates neither rate nor time left before its first step is done."""

    @property
    def format_dict(self) -> MutableMapping[str, Any]:
        """Return the values that are shown."""
        values: MutableMapping[str, Any] = super().format_dict
        if values["unit"] == "B" and values["n"] < _step(values["total"]):
            values["rate"] = 0  # shown as unknown
        return values


def _step(total: int) -> int:
    return min(STEP, total // 100)


def show_bar(label: str, total: int, unit: str = "B") -> tqdm:
    """Begin a bar; ``HF_HUB_DISABLE_PROGRESS_BARS`` turns all of them off.

    Args:
        label: Activity that it shows.
        total: Number of units.
        unit: Name of the units; bytes are scaled.
    """
    in_bytes = unit == "B"
    return _Bar(  # type: ignore[no-untyped-call]
        total=total,
        desc=label,
        unit=unit,
        unit_scale=in_bytes,
        miniters=_step(total) if in_bytes else None,
        disable=are_progress_bars_disabled() or not (sys.stderr.isatty() or _in_notebook()),
    )


def _in_notebook() -> bool:
    """Return True if standard error is the cell of a notebook, which shows bars."""
    return type(sys.stderr).__module__ == "ipykernel.iostream"
