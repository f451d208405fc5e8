"""A bucket of some files, and what tests do with it."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import HfApi

BUCKET = "user/things"


FILES = {
    "file.txt": b"content",
    "sub/big.bin": b"x" * 300_000,
    "sub/deep/file": b"deep",
    "sub/empty": b"",
    "sub_marine.txt": b"not in sub",
}


USERS = ["user:hf_mockhub", "ann:hf_ann", "reader:hf_reader:read"]


def add(api: HfApi, files: dict[str, bytes], bucket: str = BUCKET) -> None:
    """Upload files."""
    api.batch_bucket_files(bucket, add=[(content, path) for path, content in files.items()])


def paths(api: HfApi, prefix: str | None = None, bucket: str = BUCKET) -> list[str]:
    """Return the paths below a prefix."""
    return [entry.path for entry in api.list_bucket_tree(bucket, prefix)]


def read(api: HfApi, path: str, folder: Path, bucket: str = BUCKET) -> bytes:
    """Download a file."""
    api.download_bucket_files(bucket, [(path, folder / "local")], raise_on_missing_files=True)
    return (folder / "local").read_bytes()
