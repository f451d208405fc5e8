"""Commit bodies, read in pieces."""

from __future__ import annotations

import base64
import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from mockhub.errors import BadRequestError
from mockhub.routes.history.commit_lines import PIECE, SHORT_LINE, read_lines


def read(body: bytes) -> list[dict[str, Any]]:
    return list(read_lines(io.BytesIO(body), lambda pieces: b"".join(pieces)))


def line(content: bytes, **more: str) -> bytes:
    text = base64.b64encode(content).decode()
    return json.dumps({"key": "file", "value": {**more, "content": text, "path": "p"}}).encode()


@pytest.mark.parametrize("size", [0, 1, 2, 3, SHORT_LINE * 3 // 4 - 40, PIECE, 3 * PIECE + 1])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_content_of_any_length_is_decoded(size: int, end: bytes) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    after = b'{"key": "header"}'
    items = read(line(content, path="q") + b"\n" + after + end)
    assert items[0] == {"key": "file", "value": {"content": content, "path": "p"}}
    assert items[1:] == [{"key": "header"}]


@pytest.mark.parametrize("offset", range(-3, 4))
def test_quote_may_fall_anywhere_near_the_end_of_a_piece(offset: int) -> None:
    content = b"x" * ((SHORT_LINE // 4 + offset) * 3)
    assert read(line(content))[0]["value"]["content"] == content


def test_text_that_looks_like_a_content_is_left_alone() -> None:
    header = {"key": "header", "value": {"summary": '{"content": "AAAA"}'}}
    assert read(json.dumps(header).encode()) == [header]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"x" * (SHORT_LINE + 1),
        b'{"value": {"content": "AAA"}}',
        b'{"value": {"content": "AAAA',
        b'{"value": {"content": "AAAA"}',
        b'{"content": "AAAA"}',
        b'{"value": {"content": "A?AA"}}',
        line(b"x" * PIECE)[:-20],
    ],
)
def test_malformed_line_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequestError):
        read(body)


def test_memory_is_bounded_by_a_few_pieces(tmp_path: Any) -> None:
    path = tmp_path / "body"
    path.write_bytes(line(bytes(32 * PIECE)))

    def count(pieces: Iterator[bytes]) -> int:
        return sum(len(piece) for piece in pieces)

    with path.open("rb") as file:
        tracemalloc.start()
        items = list(read_lines(file, count))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert items[0]["value"]["content"] == 32 * PIECE
    assert peak < 6 * PIECE
