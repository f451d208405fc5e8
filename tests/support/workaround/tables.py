"""File tables of every format."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset

from workaround.errors import CheckError, Problem
from workaround.tables.infer import read_table

Rows = Sequence[Mapping[str, Any]]


def write_csv(path: Path, rows: Rows) -> None:
    with path.open("w", newline="") as file:
        table = csv.DictWriter(
            file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ","
        )
        table.writeheader()
        for row in rows:
            cells = {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
            table.writerow(cells)


def write_json_lines(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_parquet(path: Path, rows: Rows) -> None:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)


FORMATS = {
    "table.csv": write_csv,
    "table.tsv": write_csv,
    "table.jsonl": write_json_lines,
    "table.ndjson": write_json_lines,
    "table.parquet": write_parquet,
}


def paths(rows: Dataset, column: str) -> list[Any]:
    """The paths in a column of files."""

    def path(cell: Any) -> Any:
        return [path(item) for item in cell] if isinstance(cell, list) else cell and cell["path"]

    return [path(cell) for cell in rows.data.column(column).to_pylist()]


def problem(path: Path, kinds: Mapping[str, str] | None = None) -> Problem:
    """The one problem of a table."""
    with pytest.raises(CheckError) as caught:
        read_table(path, kinds)
    (result,) = caught.value.problems
    return result
