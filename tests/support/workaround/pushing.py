"""Datasets with files to push, and readers of the result on the Hub."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from datasets import Dataset, Features, List, Nifti, Value, load_dataset
from huggingface_hub import HfApi
from huggingface_hub.hf_api import RepoFile
from packaging.version import Version

from mockhub.server import Hub
from workaround.arrow.files import Files
from workaround.planning.plan import plan
from workaround.upload.shard import PendingShard, ShardJob

MakeNifti = Callable[..., Path]
IMAGE = Nifti(decode=False)
FEATURES = Features({"subject": Value("string"), "t1w": IMAGE, "bold": List(IMAGE)})

in_every_mode = pytest.mark.parametrize(
    (),
    [
        pytest.param(id="xet"),
        pytest.param(id="lfs", marks=pytest.mark.hub(xet=False)),
        pytest.param(id="multipart", marks=pytest.mark.hub(xet=False, part_size=30_000)),
        pytest.param(id="regular", marks=pytest.mark.hub(upload_mode="regular")),
    ],
)
newest_writer = pytest.mark.skipif(
    Version(datasets.__version__) < Version("5.2.0"),
    reason="the uploader writes what the newest release writes",
)


def numbers() -> Dataset:
    """Return rows without files."""
    return Dataset.from_dict({"n": list(range(1000)), "text": ["x" * n for n in range(1000)]})


def preuploads(hub: Hub) -> int:
    """Return the number of preupload requests, the first request of each uploaded file."""
    return len(hub.requests("POST", "/preupload/"))


def sessions(make_nifti: MakeNifti, rows: int = 6, size: int = 20_000) -> Dataset:
    """Return rows of one file each, and of no, one or two files in a list."""
    table: dict[str, list[Any]] = {"subject": [], "t1w": [], "bold": []}
    for row in range(rows):
        runs = [make_nifti(f"sub-{row}_run-{run}_bold.nii.gz", size) for run in range(row % 3)]
        table["subject"].append(f"sub-{row}")
        table["t1w"].append(str(make_nifti(f"sub-{row}_T1w.nii.gz", size + row)))
        table["bold"].append([str(run) for run in runs])
    return Dataset.from_dict(table, features=FEATURES)


def pending_shard(rows: Dataset) -> PendingShard:
    """Return rows as one shard to send."""
    (split,) = plan(rows).splits
    (shard,) = split.shards
    return PendingShard(
        ShardJob("train", shard, rows, Files(), fill=True, embed=True), "key", "lfs"
    )


def contents(rows: Any) -> list[Any]:
    """Return the rows of a dataset as nested Python objects, with the hash of each file."""
    return [_content(row) for row in rows]


def _content(value: Any) -> Any:
    if isinstance(value, list):
        return [_content(item) for item in value]
    if isinstance(value, dict) and value.keys() == {"bytes", "path"}:
        data = value["bytes"] if value["bytes"] is not None else Path(value["path"]).read_bytes()
        return Path(value["path"]).name, hashlib.sha256(data).hexdigest()
    if isinstance(value, dict):
        return {name: _content(item) for name, item in value.items()}
    return value


def loaded(repo_id: str, **arguments: Any) -> list[Any]:
    """Return the rows that `load_dataset` loads, with the hash of each file."""
    return contents(load_dataset(repo_id, split="train", **arguments))


def tree(repo_id: str, revision: str | None = None) -> dict[str, str]:
    """Return git's ids of the files of a repository, by path."""
    items = HfApi().list_repo_tree(repo_id, recursive=True, revision=revision, repo_type="dataset")
    return {item.path: item.blob_id for item in items if isinstance(item, RepoFile)}


def parquet_files(repo_id: str, revision: str | None = None) -> list[str]:
    """Return the paths of the shards of a repository."""
    return sorted(path for path in tree(repo_id, revision) if path.endswith(".parquet"))
