"""Levels and paths of leaves, after the documentation of the format."""

from __future__ import annotations

import io
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workaround.parquet import metadata, thrift
from workaround.parquet.metadata import decode_levels, leaf_paths, max_levels, read_footer
from workaround.parquet.thrift import Struct

# Paths to structures of a footer and of a page index: numbers of fields, and places in lists.
COLUMN = (metadata.ROW_GROUPS, 0, metadata.COLUMNS, 0)
META = (*COLUMN, metadata.META)
FILE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def varint(value: int) -> bytes:
    data = b""
    while value >= 0x80:
        data += bytes([value & 0x7F | 0x80])
        value >>= 7
    return data + bytes([value])


def run(level: int, count: int) -> bytes:
    """A level many times over."""
    return varint(count << 1) + bytes([level])


def packed(levels: list[int], width: int) -> bytes:
    """Levels one by one, padded to a multiple of 8."""
    groups = -(-len(levels) // 8)
    bits = sum(level << (width * place) for place, level in enumerate(levels))
    return varint(groups << 1 | 1) + bits.to_bytes(groups * width, "little")


@given(data=st.data(), highest=st.integers(1, 9))
def test_levels_are_decoded(data: st.DataObject, highest: int) -> None:
    level = st.integers(0, highest)
    width = highest.bit_length()
    runs = st.tuples(level, st.integers(1, 300)).map(lambda pair: ([pair[0]] * pair[1], run(*pair)))
    eights = st.lists(level, min_size=8, max_size=8)
    bits = st.lists(eights, min_size=1, max_size=3).map(
        lambda some: ([*chain(*some)], packed([*chain(*some)], width))
    )
    parts = data.draw(st.lists(runs | bits, min_size=1, max_size=5))
    levels = list(chain.from_iterable(part for part, _ in parts))
    encoded = b"".join(code for _, code in parts)
    assert decode_levels(memoryview(encoded), highest, len(levels)).tolist() == levels


def test_padding_of_packed_levels_is_ignored() -> None:
    assert decode_levels(memoryview(packed([1, 0, 1], 1)), 1, 3).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("encoded", "highest", "levels"),
    [
        (run(3, 20_000), 3, [3] * 20_000),  # a count of three bytes
        (run(200, 3) + run(7, 1), 255, [200] * 3 + [7]),  # a level of a whole byte
        (run(1, 5) + packed([0, 1, 0], 1), 1, [1] * 5 + [0, 1, 0]),  # padding behind a run
    ],
)
def test_levels_at_the_bounds_are_decoded(encoded: bytes, highest: int, levels: list[int]) -> None:
    decoded = decode_levels(memoryview(encoded), highest, len(levels))
    assert decoded.tolist() == levels
    assert decoded.itemsize == 1


@pytest.mark.parametrize(
    ("kind", "path", "levels"),
    [
        (FILE, "f.bytes", (0, 2, 0)),
        (pa.list_(FILE), "f.list.element.bytes", (1, 4, 2)),
        (pa.large_list(pa.list_(FILE)), "f.list.element.list.element.bytes", (2, 6, 4)),
        (pa.struct({"x": pa.list_(FILE, 2)}), "f.x.list.element.bytes", (1, 5, 3)),
    ],
)
def test_levels_of_nested_files(kind: pa.DataType, path: str, levels: tuple[int, int, int]) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.schema({"before": pa.list_(pa.int8()), "f": kind}).empty_table(), sink)
    assert path in leaf_paths("f", kind)
    assert max_levels(read_footer(sink.getbuffer()), tuple(path.split("."))) == levels


def test_unknown_leaf_is_an_error() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    with pytest.raises(KeyError, match="b"):
        max_levels(read_footer(sink.getbuffer()), ("b",))


@pytest.fixture
def file() -> memoryview:
    """A file of two row groups, with a page index."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2, 3]}), sink, row_group_size=2, write_page_index=True)
    return sink.getbuffer()


def part(whole: Struct, path: tuple[int, ...]) -> Struct:
    """Return the structure at a path."""
    inner: Any = whole
    for step in path:
        inner = inner.items[step] if isinstance(inner, thrift.List) else inner[step]
    assert isinstance(inner, Struct)
    return inner


def replace(structure: Struct, number: int, value: object) -> None:
    """Give a field another value."""
    structure.fields[number] = (structure.fields[number][0], value)


def test_footer_of_arrow_is_valid(file: memoryview) -> None:
    footer = read_footer(file)
    assert metadata.valid_footer(footer, len(file)) is footer


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ((), metadata.SCHEMA),
        ((), metadata.ROWS),
        ((), metadata.ROW_GROUPS),
        ((metadata.SCHEMA, 1), metadata.ELEMENT_NAME),
        ((metadata.ROW_GROUPS, 1), metadata.COLUMNS),
        ((metadata.ROW_GROUPS, 1), metadata.GROUP_BYTES),
        ((metadata.ROW_GROUPS, 1), metadata.GROUP_ROWS),
        (COLUMN, metadata.META),
        (META, metadata.ENCODINGS),
        (META, metadata.PATH),
        (META, metadata.CODEC),
        (META, metadata.VALUES),
        (META, metadata.UNCOMPRESSED),
        (META, metadata.COMPRESSED),
        (META, metadata.DATA_PAGE),
    ],
)
def test_footer_needs_its_fields(file: memoryview, path: tuple[int, ...], number: int) -> None:
    footer = read_footer(file)
    field = part(footer, path).fields
    kind, _ = field[number]
    field[number] = (kind, Struct())
    message = "a field of the footer is missing, or of another type"
    with pytest.raises(ValueError, match=message):
        metadata.valid_footer(footer, len(file))
    del field[number]
    with pytest.raises(ValueError, match=message):
        metadata.valid_footer(footer, len(file))


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ((metadata.SCHEMA, 0), metadata.CHILDREN),
        ((metadata.SCHEMA, 1), metadata.REPETITION),
        (META, metadata.DICTIONARY_PAGE),
        (META, metadata.SIZE_STATISTICS),
        (COLUMN, metadata.OFFSET_INDEX),
        (COLUMN, metadata.OFFSET_INDEX_SIZE),
        (COLUMN, metadata.COLUMN_INDEX),
        (COLUMN, metadata.COLUMN_INDEX_SIZE),
    ],
)
def test_optional_field_of_another_type_is_an_error(
    file: memoryview, path: tuple[int, ...], number: int
) -> None:
    footer = read_footer(file)
    part(footer, path).fields[number] = (thrift.BINARY, b"1")
    with pytest.raises(ValueError, match="a field of the footer is missing, or of another type"):
        metadata.valid_footer(footer, len(file))


@pytest.mark.parametrize(("counts", "total"), [((2, 1), 4), ((4, -1), 3)])
def test_rows_of_a_footer_add_up(file: memoryview, counts: tuple[int, int], total: int) -> None:
    footer = read_footer(file)
    replace(footer, metadata.ROWS, total)
    for place, count in enumerate(counts):
        replace(part(footer, (metadata.ROW_GROUPS, place)), metadata.GROUP_ROWS, count)
    message = f"the footer has {total} rows, and its row groups {sum(counts)}"
    with pytest.raises(ValueError, match=message):
        metadata.valid_footer(footer, len(file))


@pytest.mark.parametrize(
    ("path", "number", "value"),
    [
        (META, metadata.DICTIONARY_PAGE, 3),
        (META, metadata.COMPRESSED, -1),
        (META, metadata.COMPRESSED, 1 << 20),
        (COLUMN, metadata.OFFSET_INDEX, 3),
        (COLUMN, metadata.OFFSET_INDEX, 1 << 20),
        (COLUMN, metadata.OFFSET_INDEX_SIZE, -1),
        (COLUMN, metadata.OFFSET_INDEX_SIZE, 1 << 20),
    ],
)
def test_footer_refers_to_the_file(
    file: memoryview, path: tuple[int, ...], number: int, value: int
) -> None:
    footer = read_footer(file)
    replace(part(footer, path), number, value)
    with pytest.raises(ValueError, match=r"^the footer refers to bytes outside of the file$"):
        metadata.valid_footer(footer, len(file))


def test_nothing_may_be_in_a_file_a_group_or_a_column(file: memoryview) -> None:
    footer = read_footer(file)
    replace(part(footer, META), metadata.COMPRESSED, 0)
    replace(part(footer, COLUMN), metadata.OFFSET_INDEX, len(file))
    del part(footer, COLUMN).fields[metadata.OFFSET_INDEX_SIZE]
    replace(part(footer, (metadata.ROW_GROUPS, 0)), metadata.GROUP_ROWS, 0)
    replace(footer, metadata.ROWS, 1)
    metadata.valid_footer(footer, len(file))
    footer[metadata.ROW_GROUPS].items.clear()
    replace(footer, metadata.ROWS, 0)
    metadata.valid_footer(footer, len(file))


def test_parts_may_fill_the_file(file: memoryview) -> None:
    footer = read_footer(file)
    columns = [part(footer, (metadata.ROW_GROUPS, place, metadata.COLUMNS, 0)) for place in (0, 1)]
    end = max(
        column[metadata.OFFSET_INDEX] + column[metadata.OFFSET_INDEX_SIZE] for column in columns
    )
    metadata.valid_footer(footer, end)
    with pytest.raises(ValueError, match="outside of the file"):
        metadata.valid_footer(footer, end - 1)


def test_page_index_has_an_entry_for_each_page(file: memoryview) -> None:
    start = part(read_footer(file), COLUMN)[metadata.OFFSET_INDEX]
    index, _ = thrift.decode(file, start)
    assert metadata.valid_offset_index(index) is index
    pages = index[metadata.LOCATIONS]
    sizes = thrift.List(thrift.I64, [1] * len(pages.items))
    index.fields[metadata.UNENCODED] = (thrift.LIST, sizes)
    metadata.valid_offset_index(index)
    sizes.items.append(1)
    with pytest.raises(ValueError, match=r"^the page index has not an entry for each page$"):
        metadata.valid_offset_index(index)
    del index.fields[metadata.UNENCODED]
    pages.items.clear()
    with pytest.raises(ValueError, match=r"^the page index has not an entry for each page$"):
        metadata.valid_offset_index(index)
    del index.fields[metadata.LOCATIONS]
    with pytest.raises(ValueError, match="a field of the page index is missing"):
        metadata.valid_offset_index(index)


def header(uncompressed: int, compressed: int, values: int | None) -> Struct:
    """Return the header of a data page, or of one without a header of its kind."""
    fields = {
        metadata.PAGE_TYPE: (thrift.I32, 0),
        metadata.PAGE_UNCOMPRESSED: (thrift.I32, uncompressed),
        metadata.PAGE_COMPRESSED: (thrift.I32, compressed),
    }
    if values is not None:
        data = Struct({metadata.PAGE_VALUES: (thrift.I32, values)})
        return Struct({**fields, metadata.DATA_PAGE_HEADER: (thrift.STRUCT, data)})
    return Struct({**fields})


@pytest.mark.parametrize("sizes", [(0, 0, 0), (0, 0, None), (2**31 - 1, 2**31 - 1, 2**31 - 1)])
def test_page_header_is_valid(sizes: tuple[int, int, int | None]) -> None:
    structure = header(*sizes)
    assert metadata.valid_page_header(structure) is structure


@pytest.mark.parametrize(
    "sizes", [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (2**31, 0, 0), (0, 2**31, 0), (0, 0, 2**31)]
)
def test_size_that_no_page_has_is_an_error(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"^a page header has a size that no page has$"):
        metadata.valid_page_header(header(*sizes))


@pytest.mark.parametrize(
    "number", [metadata.PAGE_TYPE, metadata.PAGE_UNCOMPRESSED, metadata.PAGE_COMPRESSED]
)
def test_page_header_needs_its_fields(number: int) -> None:
    structure = header(1, 1, 1)
    del structure.fields[number]
    with pytest.raises(ValueError, match="a field of the page header is missing"):
        metadata.valid_page_header(structure)
