"""Tables of sessions for the tests of the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.synthetic.broken import Broken, write_broken
from tests.support.workaround.command import ROWS


@pytest.fixture
def table(make_nifti: Callable[..., Path], tmp_path: Path) -> Path:
    """A table of sessions, with paths that start at its folder."""
    lines = ["subject,age,t1w,bold"]
    for row in range(ROWS):
        t1w = make_nifti(f"sub-{row}_T1w.nii.gz", 50_000 + 3000 * row).name
        runs = [make_nifti(f"sub-{row}_run-{run}_bold.nii", 40_000).name for run in range(row % 3)]
        bold = json.dumps(runs).replace('"', '""')
        lines.append(f'00{row},{20 + row},{t1w},"{bold}"')
    path = tmp_path / "table.csv"
    path.write_text("\n".join([*lines, ""]))
    return path


@pytest.fixture
def broken(table: Path) -> Path:
    """A table with two files that cannot be uploaded."""
    (table.parent / "sub-1_T1w.nii.gz").unlink()
    empty = table.parent / "sub-2_T1w.nii.gz"
    empty.unlink()
    write_broken(empty, Broken.EMPTY)
    return table
