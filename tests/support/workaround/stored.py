"""Shards on the Hub as a push leaves them, and ways to change them behind its back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, List, Nifti, Value
from huggingface_hub import CommitOperationAdd, HfApi

from workaround.errors import Problem, VerifyError
from workaround.verification.verify import verify

IMAGE = Nifti(decode=False)
KINDS = Features(
    {"subject": Value("string"), "age": Value("float32"), "t1w": IMAGE, "bold": List(IMAGE)}
)
ROWS = 6
FIRST, SECOND = "data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"
PATHS = [FIRST, SECOND]

Level = Any
Rows = list[dict[str, Any]]


LEVELS = pytest.mark.parametrize("level", ["footers", "full"])


def commit(repo_id: str, *operations: Any, **arguments: Any) -> str:
    info = HfApi().create_commit(
        repo_id, operations, commit_message="change", repo_type="dataset", **arguments
    )
    return str(info.oid)


def upload(repo_id: str, files: dict[str, bytes], **arguments: Any) -> str:
    HfApi().create_repo(repo_id, repo_type="dataset", exist_ok=True)
    additions = [CommitOperationAdd(path, content) for path, content in files.items()]
    return commit(repo_id, *additions, **arguments)


def halves(dataset: Dataset) -> list[Dataset]:
    return [dataset.select(range(ROWS // 2)), dataset.select(range(ROWS // 2, ROWS))]


def rewrite(repo_id: str, path: str, change: Callable[[Rows], Any], **options: Any) -> str:
    """Write a shard again with other rows."""
    local = HfApi().hf_hub_download(repo_id, path, repo_type="dataset")
    table = pq.read_table(local)
    rows = table.to_pylist()
    changed = change(rows)
    sink = io.BytesIO()
    new = pa.Table.from_pylist(rows if changed is None else changed, schema=table.schema)
    pq.write_table(new, sink, **{"use_dictionary": False, **options})
    return upload(repo_id, {path: sink.getvalue()})


def problems(repo_id: str, dataset: Any, level: Level, **arguments: Any) -> tuple[Problem, ...]:
    with pytest.raises(VerifyError) as caught:
        verify(repo_id, dataset, level=level, **arguments)
    return caught.value.problems
