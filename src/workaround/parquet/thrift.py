"""Thrift's compact protocol, as far as Parquet's footers and page headers need it.

Structures are decoded without a schema and encoded as they were, so that fields of newer Parquet
versions survive (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)


DEPTH = 32
"""Most structures and lists inside each other; Parquet has 7."""


class ThriftError(ValueError):
    """Data that is not a structure of the compact protocol."""


@dataclass(slots=True)
class Struct:
    """A structure.

    Attributes:
        fields: Type and value by number: ``int`` for numbers and booleans, ``bytes`` for binary
            and doubles, `List` and `Struct` for nested values.
    """

    fields: dict[int, tuple[int, Any]] = field(default_factory=dict)

    def __getitem__(self, number: int) -> Any:
        """Return the value of a field; a KeyError if it is missing."""
        return self.fields[number][1]

    def get(self, number: int) -> Any:
        """Return the value of a field; None if it is missing."""
        return self.fields.get(number, (0, None))[1]

    def put(self, number: int, value: Any, kind: int | None = None) -> None:
        """Set a field; a new one needs its type."""
        self.fields[number] = (self.fields[number][0] if kind is None else kind, value)


@dataclass(slots=True)
class List:
    """A list of values of one type."""

    kind: int
    items: list[Any]


def decode(data: bytes | memoryview, offset: int = 0) -> tuple[Struct, int]:
    """Decode a structure.

    Args:
        data: Bytes with the structure in them.
        offset: Position of its first byte.

    Returns:
        The structure, and the offset behind it.

    Raises:
        ThriftError: The data is not a structure.
    """
    reader = _Reader(data, offset)
    try:
        return reader.struct(), reader.offset
    except IndexError:
        raise ThriftError("the structure is cut off") from None


def encode(struct: Struct) -> bytes:
    """Encode a structure."""
    out = bytearray()
    _write_struct(out, struct)
    return bytes(out)


class _Reader:
    def __init__(self, data: bytes | memoryview, offset: int) -> None:
        self.data = data
        self.offset = offset
        self.depth = 0
        self.read: dict[int, Callable[[], Any]] = {
            TRUE: self.byte,  # in a list; as a field the type is the value
            FALSE: self.byte,
            BYTE: self.byte,
            I16: self.zigzag,
            I32: self.zigzag,
            I64: self.zigzag,
            DOUBLE: lambda: self.raw(8),
            BINARY: lambda: self.raw(self.varint()),
            LIST: self.list,
            SET: self.list,
            STRUCT: self.struct,
        }

    def byte(self) -> int:
        value = self.data[self.offset]
        self.offset += 1
        return value

    def varint(self) -> int:
        value = self.data[self.offset]
        self.offset += 1
        if value < 0x80:
            return value
        value, shift = value & 0x7F, 7
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise ThriftError("a number has more than 64 bits")

    def zigzag(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def raw(self, count: int) -> bytes:
        data = bytes(self.data[self.offset : self.offset + count])
        if len(data) != count:
            raise IndexError
        self.offset += count
        return data

    def struct(self) -> Struct:
        self.enter()
        fields: dict[int, tuple[int, Any]] = {}
        number = 0
        while header := self.byte():
            delta, kind = header >> 4, header & 15
            number = number + delta if delta else self.zigzag()
            fields[number] = (kind, kind if kind <= FALSE else self.reader(kind)())
        self.depth -= 1
        return Struct(fields)

    def list(self) -> List:
        self.enter()
        header = self.byte()
        count = header >> 4 if header >> 4 < 15 else self.varint()
        read = self.reader(header & 15)
        items = [read() for _ in range(count)]
        self.depth -= 1
        return List(header & 15, items)

    def reader(self, kind: int) -> Callable[[], Any]:
        try:
            return self.read[kind]
        except KeyError:
            raise ThriftError(f"unknown type {kind}") from None

    def enter(self) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise ThriftError(f"more than {DEPTH} structures are inside each other")


def _write_struct(out: bytearray, struct: Struct) -> None:
    last = 0
    for number, (kind, value) in sorted(struct.fields.items()):
        if 0 < number - last < 16:
            out.append((number - last) << 4 | kind)
        else:
            out.append(kind)
            _write_zigzag(out, number)
        last = number
        if kind not in {TRUE, FALSE}:
            _write_value(out, kind, value)
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    match kind:
        case 1 | 2 | 3:
            out.append(value)
        case 4 | 5 | 6:
            _write_zigzag(out, value)
        case 7:
            out += value
        case 8:
            _write_varint(out, len(value))
            out += value
        case 9 | 10:
            if len(value.items) < 15:
                out.append(len(value.items) << 4 | value.kind)
            else:
                out.append(0xF0 | value.kind)
                _write_varint(out, len(value.items))
            for item in value.items:
                _write_value(out, value.kind, item)
        case 12:
            _write_struct(out, value)
        case _:
            raise ThriftError(f"unknown type {kind}")


def _write_varint(out: bytearray, value: int) -> None:
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _write_zigzag(out: bytearray, value: int) -> None:
    _write_varint(out, value << 1 if value >= 0 else (-value << 1) - 1)
