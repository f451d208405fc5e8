"""BIDS datasets: rows as plain values, shards without a Hub, and files of trees."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset, Features, List, Nifti, Value

from workaround.restoration.rows import ShardRows
from workaround.verification.stored_shard import StoredShard

TEXT = Value("string")
SCANS = Features({"T1w": Nifti(), "T1w_path": TEXT})
LISTS = Features({"T1w": List(Nifti()), "T1w_path": List(TEXT)})


def plain(rows: Dataset) -> list[dict[str, Any]]:
    """The rows, with paths in the place of files."""

    def path(cell: Any) -> Any:
        if isinstance(cell, list):
            return [path(item) for item in cell]
        return cell["path"] if isinstance(cell, dict) else cell

    return [{name: path(row[name]) for name in row} for row in rows.data.table.to_pylist()]


def cell(path: str, content: bytes | None = b"content") -> dict[str, Any]:
    """Return a file as a push leaves it: its name is the last part of its path."""
    return {"bytes": content, "path": path.rpartition("/")[2]}


def scans(*paths: str | None) -> dict[str, list[Any]]:
    """Return the columns of a dataset with an image in each row."""
    return {"T1w": [path and cell(path, path.encode()) for path in paths], "T1w_path": [*paths]}


def shard_rows(
    columns: Mapping[str, Any], features: Features = SCANS, start: int = 0, **options: Any
) -> ShardRows:
    """Return the rows of a shard."""
    table = pa.Table.from_pydict(dict(columns), schema=features.arrow_schema)
    sink = io.BytesIO()
    options = {"use_dictionary": False, "row_group_size": 2, **options}
    pq.write_table(table, sink, **options)
    return ShardRows(StoredShard.open("data/train.parquet", sink, sink.tell()), start)


def exact_files(root: Path) -> dict[str, bytes]:
    """Return the files of a tree that come back byte for byte, by path."""
    extensions = (".nii", ".nii.gz", ".bval", ".bvec", "_events.tsv", "_aslcontext.tsv")
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name.endswith(extensions)
    }
