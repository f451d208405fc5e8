"""Values of arguments that no call can use: see `bad_inputs`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import Dataset, DatasetDict, IterableDataset

from tests.support.constants import REPO
from tests.support.workaround.bad_input import LONG, SURROGATE, BadInput, without_folder
from workaround import push_to_hub


def _rows() -> Dataset:
    return Dataset.from_dict({"n": [1, 2]})


_NAMES: list[Any] = [5, b"a", ["a"], "a b/c\0", "a\nb", "a\0b", LONG, SURROGATE]
_FLAGS: list[Any] = ["no", "", "False", 0, 1, []]
_REFS = ["a b", "..", "a..b", ".a", "a/.b", "a.lock", "a/", "/a", "a//b", "@", "a@{1}", "a~1", "a^"]
_REFS += ["a:b", "a?", "a*", "a[", "a\\b", "-a", "a.", "refs/heads/x", "refs/tags/x", "refs/pr/x"]
ARGUMENTS: dict[str, list[Any]] = {
    "repo_id": [
        *_NAMES,
        None,
        "",
        "a/b/c",
        "user/",
        "/x",
        "user/a--b",
        "user/a..b",
        "user/a.git",
        "https://hf.co/user/x",
        "buckets/user/x",
        "datasets/user/x",
        "user/ü",
        "user/ x",
    ],
    "config_name": [
        *_NAMES,
        None,
        "",
        " ",
        "data",
        "a/b",
        "a\\b",
        "a*",
        "a?",
        "a[",
        "a|b",
        "a:b",
        ".git",
        "..",
        ".",
        "README.md",
        ".gitattributes",
    ],
    "split": [*_NAMES, "", "a/b", "a-b", "all", "a.", ".a", "train\n", "train[:1]"],
    "data_dir": [
        *_NAMES,
        ".",
        "..",
        "/",
        "a/..",
        "../a",
        "a/../../b",
        "README.md",
        "readme.MD/a",
        ".git",
        "a/.git",
        ".gitattributes",
        "dataset_infos.json",
        "a*",
        "a?",
        "a\\b",
        "a/ b",
        " a",
        "a/" * 500 + "a",
        "a\u2028b",
        "a\tb",
    ],
    "revision": [*_NAMES, "", " ", "0" * 40, *_REFS],
    "set_default": _FLAGS,
    "private": _FLAGS,
    "create_pr": _FLAGS,
    "embed_external_files": [*_FLAGS, None],
    "resume": [*_FLAGS, None],
    "strict": [*_FLAGS, None],
    "verify": [None, False, True, "", "all", "FULL", 5, ["full"]],
    "commit_message": [5, b"a", ["a"], "", " ", "\n", "a\0b", SURROGATE],
    "commit_description": [5, b"a", ["a"], "a\0b", SURROGATE],
    "token": [5, b"hf_a", False, "", " ", "hf_a b", "hf_a\n\nb", "hf_ä", "hf_\0"],
    "max_shard_size": [
        True,
        -1,
        0.5,
        1.5e9,
        "much",
        "1 potato",
        "-1GB",
        "nanGB",
        "infGB",
        "1e999GB",
        b"1GB",
        [1],
        {},
    ],
    "num_shards": [
        True,
        0,
        -1,
        1.5,
        "2",
        [1],
        10**6,
        10**30,
        {"test": 1},
        {"train": 0},
        {5: 1},
        {"train": "2"},
        {"train": True},
    ],
    "num_proc": [True, -1, 1.5, "2", [1], {}, 10**9],
    "executor": [5, "threads", [], object(), True],
}


def arguments() -> Iterator[BadInput]:
    """Yield values of single arguments."""
    for name, values in ARGUMENTS.items():
        for value in values:

            def push(_: Path, name: str = name, value: Any = value) -> object:
                return push_to_hub(**{"dataset": _rows(), "repo_id": REPO, name: value})

            yield BadInput(f"{name}={value!r:.60}", push)


def datasets() -> Iterator[BadInput]:
    """Yield things in place of a dataset."""
    rows = _rows()
    values: dict[str, Any] = {
        "None": None,
        "number": 5,
        "path": "table.csv",
        "list": [rows],
        "dict": {"train": rows},
        "table": rows.data.table,
        "frame": rows.to_pandas(),
        "type": Dataset,
        "stream": IterableDataset.from_generator(lambda: iter([{"n": 1}])),
        "no splits": DatasetDict(),
        "split of None": DatasetDict({"train": None}),
        "split of rows": DatasetDict({"train": [{"n": 1}]}),
        "split with a bad name": DatasetDict({"a b": rows}),
        "split named all": DatasetDict({"all": rows}),
        "split named by a number": DatasetDict({5: rows}),
        "split with a long name": DatasetDict({LONG: rows}),
        "splits of other columns": DatasetDict({"a": rows, "b": rows.rename_column("n", "m")}),
        "no columns": Dataset.from_dict({}),
        "no rows": rows.select([]),
        "column without a name": Dataset(pa.table({"": [1]})),
        "column with NUL": rows.rename_column("n", "a\0b"),
        "column with a long name": rows.rename_column("n", LONG * 30),
        "column with a line break": rows.rename_column("n", "a\nb"),
        "empty objects": Dataset.from_dict({"n": [{}, {}]}),
        "text that is not UTF-8": Dataset(
            pa.table({"t": pa.array([b"\xff"], pa.binary()).view(pa.string())})
        ),
    }
    for name, value in values.items():
        yield BadInput(f"dataset: {name}", without_folder(partial(push_to_hub, value, REPO)))
