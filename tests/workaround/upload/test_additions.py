"""Files of a commit whose hash is known."""

from __future__ import annotations

from pathlib import Path

from workaround.upload.additions import addition_of, addition_of_file


def test_file_of_a_known_hash_is_read_for_a_sample_only(tmp_path: Path) -> None:
    file = tmp_path / "shard.parquet"
    file.write_bytes(b"x" * 1000)
    addition = addition_of_file("data/a.parquet", "ab" * 32, 1000, file, lambda _: None)
    assert addition.upload_info.sample == b"x" * 512
    assert addition.upload_info.sha256.hex() == "ab" * 32


def test_position_is_reported_while_the_client_reads_and_reads_again(tmp_path: Path) -> None:
    file = tmp_path / "shard.parquet"
    file.write_bytes(b"x" * 1000)
    positions: list[int] = []
    addition = addition_of_file("data/a.parquet", "ab" * 32, 1000, file, positions.append)
    with addition.as_file(with_tqdm=True) as opened:
        opened.read(400)
        opened.read()
        opened.seek(0)
        assert opened.read(100) == b"x" * 100
    assert positions == [400, 1000, 100]


def test_addition_of_a_file_that_was_sent_has_its_hash_alone() -> None:
    addition = addition_of("data/a.parquet", "ab" * 32, 1000)
    assert (addition.upload_info.size, addition.upload_info.sample) == (1000, b"")
