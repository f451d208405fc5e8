"""The rows of a BIDS folder's table, as plain values."""

from __future__ import annotations

from typing import Any

from datasets import Dataset


def plain(rows: Dataset) -> list[dict[str, Any]]:
    """The rows, with paths in the place of files."""

    def path(cell: Any) -> Any:
        if isinstance(cell, list):
            return [path(item) for item in cell]
        return cell["path"] if isinstance(cell, dict) else cell

    return [{name: path(row[name]) for name in row} for row in rows.data.table.to_pylist()]
