"""Random tables with files at any depth, and the rows to expect of their upload."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import ClassLabel, Dataset, Features, Image, LargeList, List, Nifti, Value
from hypothesis import strategies as st
from packaging.version import Version

from workaround.arrow.contents import GZIP
from workaround.arrow.file_cells import file_leaves, is_file
from workaround.arrow.files import Files
from workaround.arrow.skeleton import extract_contents
from workaround.parquet.writer import ShardWriter

NAMES = ["a", "b", "a.b", "list", "element", "bytes", "path", "é ü", "a.bytes"]
FILES = {"one.nii.gz": b"first", "two.gz": b"the second one", "empty.gz": b"", "ünï.gz": b"\0" * 40}
SCALARS: list[Any] = [
    Value("int64"),
    Value("string"),
    Value("binary"),
    Value("float32"),
    ClassLabel(names=["no", "yes"]),
]
FIXED_SIZE = Version(pa.__version__) >= Version("22")
"""True if Arrow can write fixed-size lists that are null."""
FILE_FEATURES: list[Any] = [Nifti(decode=False), Image(decode=False)]


def write_files(folder: Path) -> None:
    """Write the files that random tables name."""
    for name, content in FILES.items():
        (folder / name).write_bytes(content)


def features() -> st.SearchStrategy[Features]:
    """Draw features with and without files, at any depth."""
    leaf = st.sampled_from([*SCALARS, *FILE_FEATURES, *FILE_FEATURES])
    nested = st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(List, inner),
            st.builds(LargeList, inner),
            *([st.builds(List, inner, length=st.integers(1, 2))] if FIXED_SIZE else []),
            st.dictionaries(st.sampled_from(NAMES), inner, min_size=1, max_size=3),
        ),
        max_leaves=4,
    )
    columns = st.dictionaries(st.sampled_from(NAMES), nested, min_size=1, max_size=3)
    return columns.map(Features)


def values(feature: Any, folder: Path) -> st.SearchStrategy[Any]:
    """Draw values of a feature, with nulls at any depth."""
    return st.none() | _values(feature, folder)


def _values(feature: Any, folder: Path) -> st.SearchStrategy[Any]:
    if is_file(feature):
        paths = st.sampled_from([str(folder / name) for name in FILES])
        # Half a gzip stream is refused, and examples are also made of the constants of the code.
        plain = st.binary(max_size=20).filter(lambda content: not content.startswith(GZIP))
        inline = st.fixed_dictionaries({"bytes": plain, "path": paths | st.none()})
        return st.one_of(paths.map(lambda path: {"bytes": None, "path": path}), inline)
    if isinstance(feature, Mapping):
        return st.fixed_dictionaries(
            {name: values(child, folder) for name, child in feature.items()}
        )
    if isinstance(feature, (List, LargeList)):
        length = getattr(feature, "length", -1)
        few = {"max_size": 3} if length < 0 else {"min_size": length, "max_size": length}
        return st.lists(values(feature.feature, folder), **few)
    if isinstance(feature, ClassLabel):
        return st.integers(0, 1)
    return {
        "int64": st.integers(-9, 9),
        "string": st.text(max_size=3),
        "binary": st.binary(max_size=3),
        "float32": st.sampled_from([0.0, -1.5]),
    }[feature.dtype]


@st.composite
def tables(draw: st.DrawFn, folder: Path, min_rows: int = 0) -> tuple[Features, pa.Table]:
    """Draw features and a table of them: a slice of a larger one, in chunks."""
    kinds = draw(features())
    schema = kinds.arrow_schema
    row = st.fixed_dictionaries({name: values(kind, folder) for name, kind in kinds.items()})
    rows = draw(st.lists(row, min_size=min_rows, max_size=8))
    cut = draw(st.integers(0, len(rows)))
    chunks = [pa.Table.from_pylist(part, schema=schema) for part in (rows[:cut], rows[cut:])]
    start = draw(st.integers(0, len(rows) - min_rows))
    return kinds, pa.concat_tables(chunks)[start:]


def embedded(value: Any, feature: Any) -> Any:
    """Return a value as the Hub should have it."""
    if value is None:
        return None
    if is_file(feature):
        path, content = value["path"], value["bytes"]
        if content is None and path is not None:
            content = Path(path).read_bytes()
        return {"bytes": content, "path": None if path is None else Path(path).name}
    if isinstance(feature, Mapping):
        return {name: embedded(value[name], child) for name, child in feature.items()}
    if isinstance(feature, (List, LargeList)):
        return [embedded(item, feature.feature) for item in value]
    return value


def shard(kinds: Features, *tables: pa.Table) -> bytes:
    """Return a shard with a row group for each table."""
    sink = io.BytesIO()
    writer = ShardWriter(sink, kinds.arrow_schema, file_leaves(kinds), Files())
    for table in tables:
        writer.write(extract_contents(table, kinds, Files()))
    writer.close()
    return sink.getvalue()


def shard_of(dataset: Dataset) -> bytes:
    """Return a shard of all rows of a dataset, in one row group."""
    return shard(dataset.features, dataset.with_format("arrow")[:])
