"""What tests of the uploader share: datasets of files, and what became of them on the Hub."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets import Dataset, Features, List, Nifti, Value, load_dataset
from huggingface_hub import HfApi
from huggingface_hub.hf_api import RepoFile

MakeNifti = Callable[..., Path]
IMAGE = Nifti(decode=False)
FEATURES = Features({"subject": Value("string"), "t1w": IMAGE, "bold": List(IMAGE)})


def sessions(make_nifti: MakeNifti, rows: int = 6, size: int = 20_000) -> Dataset:
    """Rows of one file each, and of no, one or two files in a list."""
    table: dict[str, list[Any]] = {"subject": [], "t1w": [], "bold": []}
    for row in range(rows):
        runs = [make_nifti(f"sub-{row}_run-{run}_bold.nii.gz", size) for run in range(row % 3)]
        table["subject"].append(f"sub-{row}")
        table["t1w"].append(str(make_nifti(f"sub-{row}_T1w.nii.gz", size + row)))
        table["bold"].append([str(run) for run in runs])
    return Dataset.from_dict(table, features=FEATURES)


def contents(rows: Any) -> list[Any]:
    """The rows of a dataset with files read, as nested Python objects."""
    return [_content(row) for row in rows]


def _content(value: Any) -> Any:
    if isinstance(value, list):
        return [_content(each) for each in value]
    if isinstance(value, dict) and value.keys() == {"bytes", "path"}:
        data = value["bytes"] if value["bytes"] is not None else Path(value["path"]).read_bytes()
        return Path(value["path"]).name, hashlib.sha256(data).hexdigest()
    if isinstance(value, dict):
        return {name: _content(each) for name, each in value.items()}
    return value


def loaded(repo_id: str, **arguments: Any) -> list[Any]:
    """The rows that `load_dataset` gives, with files."""
    return contents(load_dataset(repo_id, split="train", **arguments))


def tree(repo_id: str, revision: str | None = None) -> dict[str, str]:
    """Git's ids of the files of a repository, by path."""
    items = HfApi().list_repo_tree(repo_id, recursive=True, revision=revision, repo_type="dataset")
    return {item.path: item.blob_id for item in items if isinstance(item, RepoFile)}


def parquet_files(repo_id: str, revision: str | None = None) -> list[str]:
    """The shards of a repository."""
    return sorted(path for path in tree(repo_id, revision) if path.endswith(".parquet"))
