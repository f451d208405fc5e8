"""Parquet metadata: fields of the footer and of page headers, paths and levels of leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workaround.parquet import thrift

MAGIC = b"PAR1"
TAIL = 8
"""Bytes behind the footer: its size, and `MAGIC`."""
MAX_PAGE = 2**31 - 1
"""Most bytes of a page: its size is a signed 32-bit number, as are offsets in Arrow's arrays."""

# Numbers of fields in https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
SCHEMA, ROWS, ROW_GROUPS = 2, 3, 4  # FileMetaData
REPETITION, ELEMENT_NAME, CHILDREN = 3, 4, 5  # SchemaElement
COLUMNS, GROUP_BYTES, GROUP_ROWS, GROUP_OFFSET, GROUP_COMPRESSED, ORDINAL = 1, 2, 3, 5, 6, 7
META, OFFSET_INDEX, OFFSET_INDEX_SIZE, COLUMN_INDEX, COLUMN_INDEX_SIZE = 3, 4, 5, 6, 7
ENCODINGS, PATH, CODEC, VALUES, UNCOMPRESSED, COMPRESSED = 2, 3, 4, 5, 6, 7  # ColumnMetaData
DATA_PAGE, DICTIONARY_PAGE, SIZE_STATISTICS = 9, 11, 16  # ColumnMetaData
UNENCODED_BYTES, DEFINITION_HISTOGRAM = 1, 3  # SizeStatistics
LOCATIONS, UNENCODED = 1, 2  # OffsetIndex
OFFSET, LOCATION_SIZE, FIRST_ROW = 1, 2, 3  # PageLocation
PAGE_TYPE, PAGE_UNCOMPRESSED, PAGE_COMPRESSED, DATA_PAGE_HEADER = 1, 2, 3, 5  # PageHeader
PAGE_VALUES = 1  # DataPageHeader

DATA_PAGE_V1 = 0  # PageType
PLAIN, RLE = 0, 3  # Encoding
CODECS = {0: None, 1: "snappy", 2: "gzip", 4: "brotli", 6: "zstd", 7: "lz4_raw"}
UNCOMPRESSED_CODEC, ZSTD = 0, 6
REQUIRED, REPEATED = 0, 2  # FieldRepetitionType


@dataclass(frozen=True)
class _Shape:
    """The fields of a structure that are used: a type, a list of one shape, or a shape."""

    required: Mapping[int, Any]
    optional: Mapping[int, Any] = field(default_factory=dict)


_SIZES = _Shape({}, {UNENCODED_BYTES: int, DEFINITION_HISTOGRAM: [int]})
_META = _Shape(
    {
        ENCODINGS: [int],
        PATH: [bytes],
        CODEC: int,
        VALUES: int,
        UNCOMPRESSED: int,
        COMPRESSED: int,
        DATA_PAGE: int,
    },
    {DICTIONARY_PAGE: int, SIZE_STATISTICS: _SIZES},
)
_COLUMN = _Shape(
    {META: _META},
    {OFFSET_INDEX: int, OFFSET_INDEX_SIZE: int, COLUMN_INDEX: int, COLUMN_INDEX_SIZE: int},
)
_ELEMENT = _Shape({ELEMENT_NAME: bytes}, {REPETITION: int, CHILDREN: int})
_FOOTER = _Shape(
    {
        SCHEMA: [_ELEMENT],
        ROWS: int,
        ROW_GROUPS: [_Shape({COLUMNS: [_COLUMN], GROUP_BYTES: int, GROUP_ROWS: int})],
    }
)
_LOCATION = _Shape({OFFSET: int, LOCATION_SIZE: int, FIRST_ROW: int})
_OFFSET_INDEX = _Shape({LOCATIONS: [_LOCATION]}, {UNENCODED: [int]})
_PAGE_HEADER = _Shape(
    {PAGE_TYPE: int, PAGE_UNCOMPRESSED: int, PAGE_COMPRESSED: int},
    {DATA_PAGE_HEADER: _Shape({PAGE_VALUES: int})},
)


def valid_footer(footer: thrift.Struct, size: int) -> thrift.Struct:
    """Return a footer whose fields are of their types, and refer to parts of the file.

    Args:
        footer: As it was decoded.
        size: Size of the file in bytes.

    Raises:
        ValueError: It is damaged.
    """
    _require(footer, _FOOTER, "footer")
    groups = footer[ROW_GROUPS].items
    rows = [group[GROUP_ROWS] for group in groups]
    if min(rows, default=0) < 0 or sum(rows) != footer[ROWS]:
        raise ValueError(f"the footer has {footer[ROWS]} rows, and its row groups {sum(rows)}")
    for column in (column for group in groups for column in group[COLUMNS].items):
        column_path(column)  # decodes the names
        meta = column[META]
        parts = [(column_start(column), meta[COMPRESSED])]
        if (start := column.get(OFFSET_INDEX)) is not None:
            parts.append((start, column.get(OFFSET_INDEX_SIZE) or 0))
        if any(
            start < len(MAGIC) or length < 0 or start + length > size for start, length in parts
        ):
            raise ValueError("the footer refers to bytes outside of the file")
    return footer


def valid_offset_index(index: thrift.Struct) -> thrift.Struct:
    """Return a page index whose fields are of their types; a ValueError otherwise."""
    _require(index, _OFFSET_INDEX, "page index")
    sizes = index.get(UNENCODED)
    if not index[LOCATIONS].items or (sizes and len(sizes.items) != len(index[LOCATIONS].items)):
        raise ValueError("the page index has not an entry for each page")
    return index


def valid_page_header(header: thrift.Struct) -> thrift.Struct:
    """Return a page header whose fields are of their types; a ValueError otherwise."""
    _require(header, _PAGE_HEADER, "page header")
    data = header.get(DATA_PAGE_HEADER)
    numbers = [header[PAGE_UNCOMPRESSED], header[PAGE_COMPRESSED], data[PAGE_VALUES] if data else 0]
    if min(numbers) < 0 or max(numbers) > MAX_PAGE:
        raise ValueError("a page header has a size that no page has")
    return header


def _require(value: Any, shape: Any, name: str) -> None:
    match shape:
        case _Shape(required, optional) if isinstance(value, thrift.Struct):
            for number, inner in required.items():
                _require(value.get(number), inner, name)
            for number, inner in optional.items():
                if value.get(number) is not None:
                    _require(value.get(number), inner, name)
        case [inner] if isinstance(value, thrift.List):
            for item in value.items:
                _require(item, inner, name)
        case type() if isinstance(value, shape):
            pass
        case _:
            raise ValueError(f"a field of the {name} is missing, or of another type")


def leaf_paths(name: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the dotted Parquet paths of the leaves of a column."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_struct(kind):
        for field in kind:
            yield from leaf_paths(f"{name}.{field.name}", field.type)
    elif (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    ):
        yield from leaf_paths(f"{name}.list.element", kind.value_type)
    else:
        yield name


def column_path(column: thrift.Struct) -> tuple[str, ...]:
    """Return the path of the leaf of a column chunk."""
    return tuple(name.decode() for name in column[META][PATH].items)


def column_start(column: thrift.Struct) -> int:
    """Return the offset of the first page of a column chunk; its pages take `COMPRESSED` bytes."""
    meta = column[META]
    return int(min(filter(None, (meta[DATA_PAGE], meta.get(DICTIONARY_PAGE)))))


def read_footer(file: memoryview) -> thrift.Struct:
    """Decode the footer of a file, given the file or its end."""
    size = int.from_bytes(file[-TAIL:-4], "little")
    footer, _ = thrift.decode(file, len(file) - TAIL - size)
    return footer


def max_levels(footer: thrift.Struct, path: tuple[str, ...]) -> tuple[int, int, int]:
    """Return the levels of a leaf.

    Returns:
        The highest repetition level, the highest definition level, and the definition level from
        which on the innermost list has an element; below, that list is empty or null.

    Raises:
        KeyError: The schema has no such leaf.
    """
    elements = iter(footer[SCHEMA].items)
    root = next(elements)

    def subtree(node: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the chains of nodes from a node down to its leaves, in the order of the schema."""
        if not node.get(CHILDREN):
            yield (node,)
        for _ in range(node.get(CHILDREN) or 0):
            for chain in subtree(next(elements)):
                yield (node, *chain)

    for _, *chain in subtree(root):
        if tuple(node[ELEMENT_NAME].decode() for node in chain) == path:
            kinds = [node[REPETITION] for node in chain]
            last = max((at for at, kind in enumerate(kinds) if kind == REPEATED), default=-1)
            definition = [kind != REQUIRED for kind in kinds]
            return kinds.count(REPEATED), sum(definition), sum(definition[: last + 1])
    raise KeyError(path)


def decode_levels(data: memoryview, highest: int, count: int) -> npt.NDArray[np.uint8]:
    """Decode the levels of a page from Parquet's hybrid of runs and packed bits.

    Source: https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE

    Args:
        data: Encoded levels, without the length in front.
        highest: Highest possible level.
        count: Number of levels.

    Returns:
        The levels, of shape (count,).
    """
    width = highest.bit_length()
    levels = np.empty(count, dtype=np.uint8)
    at = filled = 0
    while filled < count:
        header = shift = 0
        while True:
            byte, at = data[at], at + 1
            header |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if header & 1:
            size = (header >> 1) * width
            bits = np.unpackbits(
                np.frombuffer(data[at : at + size], dtype=np.uint8), bitorder="little"
            )
            run = bits.reshape(-1, width) @ (1 << np.arange(width))
        else:
            size = (width + 7) // 8
            run = np.full(header >> 1, int.from_bytes(data[at : at + size], "little"))
        taken = min(len(run), count - filled)
        levels[filled : filled + taken] = run[:taken]
        at, filled = at + size, filled + taken
    return levels
