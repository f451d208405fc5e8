"""The hashes of Xet, compared with those the real client computes."""

from __future__ import annotations

from pathlib import Path

import hf_xet
import pytest

from mockhub.xet.hashing import EMPTY_FILE, Node, chunk_hash, file_hash, hash_text, xorb_hash

SMALLEST_CHUNK = 8 << 10


def test_hash_text_reverses_groups_of_eight() -> None:
    assert hash_text(bytes(range(32)))[:32] == "07060504030201000f0e0d0c0b0a0908"


def test_file_of_one_chunk_has_the_hash_of_the_client(tmp_path: Path) -> None:
    content = b"x" * (SMALLEST_CHUNK - 1)
    (tmp_path / "file").write_bytes(content)
    (known,) = hf_xet.hash_files([str(tmp_path / "file")])
    assert file_hash([(chunk_hash(content), len(content))]) == known.hash


def test_empty_file_has_the_hash_of_the_client(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (known,) = hf_xet.hash_files([str(tmp_path / "file")])
    assert known.hash == EMPTY_FILE


@pytest.mark.parametrize("count", [2, 3, 4, 9, 10, 11, 100])
def test_hash_depends_on_every_chunk(count: int) -> None:
    chunks: list[Node] = [(chunk_hash(n.to_bytes(2)), 2) for n in range(count)]
    result = {xorb_hash(chunks), xorb_hash(chunks[::-1])}
    for place in range(count):
        result.add(xorb_hash([*chunks[:place], (bytes(32), 2), *chunks[place + 1 :]]))
        result.add(xorb_hash([*chunks[:place], (chunks[place][0], 3), *chunks[place + 1 :]]))
    assert len(result) == 2 + 2 * count
