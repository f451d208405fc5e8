"""Source files that change or prove damaged while a shard is written: named with their place."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Features, Image, List, Nifti, Value

from tests.support.workaround.nested import shard_of
from workaround.arrow.file_cells import file_leaves
from workaround.arrow.files import Files, SourceFile
from workaround.arrow.skeleton import extract_contents
from workaround.errors import SourceChangedError, SourceDamagedError
from workaround.parquet.writer import ShardWriter

IMAGE = Nifti(decode=False)
ONE = Features({"scan": IMAGE})
NESTED = Features({"id": Value("int8"), "runs": List({"scan": IMAGE})})


PACKED = gzip.compress(random.Random(0).randbytes(300_000))


def write_nested(
    tmp_path: Path, last: bytes = PACKED, change: Callable[[Path], object] = Path.stat
) -> None:
    """Write rows 7 to 10 of four files.

    Args:
        tmp_path: Folder of the files.
        last: Content of the last file, which is the second of row 9.
        change: Called with that file between the check and the writing.
    """
    paths = [tmp_path / f"{number}.nii.gz" for number in range(4)]
    for path in paths:
        path.write_bytes(last if path == paths[3] else PACKED)
    cells = [{"scan": str(path)} for path in paths]
    rows = [[], [cells[0], {"scan": None}, cells[1]], [cells[2], cells[3]], None]
    dataset = Dataset.from_dict({"id": range(4), "runs": rows}, features=NESTED)
    tables = [
        extract_contents(dataset.with_format("arrow")[part], NESTED, Files())
        for part in (slice(0, 1), slice(1, 4))
    ]
    change(paths[3])
    leaves = file_leaves(NESTED)
    writer = ShardWriter(io.BytesIO(), NESTED.arrow_schema, leaves, Files(), start=7)
    for table in tables:
        writer.write(table)


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_bytes(b"other")])
def test_changed_file_is_named_with_row_and_column(tmp_path: Path, change: Any) -> None:
    with pytest.raises(SourceChangedError) as raised:
        write_nested(tmp_path, change=change)
    assert (raised.value.row, raised.value.column) == (9, "runs.scan")
    assert str(raised.value).startswith(f"row 9, column 'runs.scan', {tmp_path / '3.nii.gz'}: ")


def test_damaged_gzip_stream_is_named_with_row_and_column(tmp_path: Path) -> None:
    with pytest.raises(SourceDamagedError, match="truncated") as raised:
        write_nested(tmp_path, PACKED[:-20])
    assert (raised.value.row, raised.value.column) == (9, "runs.scan")
    assert raised.value.path == str(tmp_path / "3.nii.gz")


def test_damaged_embedded_gzip_stream_is_named() -> None:
    rows = [None, {"bytes": PACKED, "path": None}, {"bytes": PACKED[:-9], "path": "a.nii.gz"}]
    dataset = Dataset.from_dict({"scan": rows}, features=ONE)
    with pytest.raises(SourceDamagedError, match=r"^row 2, column 'scan': truncated"):
        shard_of(dataset)


def test_gzip_stream_of_other_features_is_not_decompressed(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PACKED[:-9])
    kinds = Features({"photo": Image(decode=False)})
    shard_of(Dataset.from_dict({"photo": [str(tmp_path / "a.png")]}, features=kinds))


class Changing(Files):
    """Files of servers, one of which has another version by the time it was read."""

    def require_unchanged(self, sources: Iterable[SourceFile]) -> None:
        """Name the last."""
        raise SourceChangedError(list(sources)[-1].path, "changed since it was checked")


def test_file_of_a_server_that_changed_is_named_with_row_and_column(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{number}.nii.gz") for number in range(3)]
    for path in paths:
        Path(path).write_bytes(PACKED)
    rows = [
        [],
        [{"scan": paths[0]}, {"scan": None}],
        None,
        [{"scan": paths[1]}, {"scan": paths[2]}],
    ]
    dataset = Dataset.from_dict({"id": range(4), "runs": rows}, features=NESTED)
    table = extract_contents(dataset.with_format("arrow")[:], NESTED, Files())
    writer = ShardWriter(
        io.BytesIO(), NESTED.arrow_schema, file_leaves(NESTED), Changing(), start=7
    )
    with pytest.raises(SourceChangedError) as raised:
        writer.write(table)
    assert (raised.value.row, raised.value.column) == (10, "runs.scan")
    assert raised.value.path == paths[2]
