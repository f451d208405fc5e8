"""A repository that several writers change, and a model of what it must hold after each step."""

from __future__ import annotations

import itertools
import posixpath
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import yaml
from datasets import Dataset, DatasetDict, load_dataset
from huggingface_hub import CommitOperationAdd, DatasetCard, HfApi

from tests.support.workaround.pushing import tree
from workaround import UploadError, push_to_hub

FOREIGN_FILES = {
    "data/participants.tsv": b"participant_id\nsub-1\n",
    "data/other-00000-of-00001.txt": b"Not a shard.\n",
    "data/old/train-00000-of-00001.parquet": b"PAR1",
    "data/train/notes.txt": b"In a folder below.\n",
    "anat/sub-1_T1w.nii.gz": b"\x1f\x8b",
    "anat/test.parquet": b"PAR1",
    "notes.txt": b"Hello\n",
    "dataset_description.json": b"{}\n",
}
"""Files of other writers that are in nobody's way."""
FILES_IN_THE_WAY = {
    "data/train-notes.tsv": ("data", "train"),
    "data/test-old.parquet": ("data", "test"),
    "anat/train-notes.tsv": ("anat", "train"),
    "extra/test-00000.parquet": ("extra", "test"),
}
"""Files that `load_dataset` would take for data of a split, with its folder and name."""


@dataclass(frozen=True)
class Push:
    """A push of one split, or of a `DatasetDict`.

    Attributes:
        config_name: Config that is pushed to.
        rows: Number of rows of each split.
        whole: Push a `DatasetDict`, in place of all splits of the config.
        data_dir: Folder of the shards; None for the default one.
        num_shards: Shards of each split.
        pull_request: Push to a pull request, and merge it.
    """

    config_name: str
    rows: Mapping[str, int]
    whole: bool = False
    data_dir: str | None = None
    num_shards: int = 1
    pull_request: bool = False

    @property
    def folder(self) -> str:
        """Folder of the shards in the repository."""
        return self.data_dir or ("data" if self.config_name == "default" else self.config_name)


@dataclass
class Split:
    """A split that was pushed: its folder, and its rows."""

    folder: str
    numbers: list[int]


@dataclass
class History:
    """A repository, and what it must hold.

    Attributes:
        repo_id: The repository.
        configs: What was pushed, by config and split.
        files: Git's ids of the files that other writers put there, by path.
        words: Parts of the card's text.
        keys: What other writers added to the metadata, by the path of keys to it.
        serial: Makes rows, and what is written by hand, differ from each other.
    """

    repo_id: str
    configs: dict[str, dict[str, Split]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    keys: dict[tuple[str, ...], str] = field(default_factory=dict)
    serial: Iterator[int] = field(default_factory=itertools.count)

    def push(self, push: Push, meanwhile: Callable[[], None] | None = None) -> None:
        """Push, and hold the result against the model.

        Args:
            push: The push.
            meanwhile: What another writer does right before the commit.
        """
        splits = {
            name: Dataset.from_dict({"n": [next(self.serial) for _ in range(rows)]})
            for name, rows in push.rows.items()
        }
        before = self.snapshot()
        error = None
        with _another_writer(meanwhile):
            try:
                self._send(push, splits)
            except UploadError as caught:
                error = caught
        refusal = self.refusal(push)
        assert (error is None) == (refusal is None), f"in the way: {refusal}, raised: {error}"
        if error is not None:
            assert meanwhile or self.snapshot() == before
            return
        config = self.configs.setdefault(push.config_name, {})
        if push.whole:
            config.clear()
        config |= {name: Split(push.folder, list(rows["n"])) for name, rows in splits.items()}

    def _send(self, push: Push, splits: Mapping[str, Dataset]) -> None:
        dataset: Any = DatasetDict(splits)
        options: dict[str, Any] = {"num_shards": dict.fromkeys(splits, push.num_shards)}
        if not push.whole:
            (name,) = splits
            dataset, options = splits[name], {"num_shards": push.num_shards, "split": name}
        info = push_to_hub(
            dataset,
            self.repo_id,
            push.config_name,
            data_dir=push.data_dir,
            create_pr=push.pull_request,
            **options,
        )
        if info.pr_num is not None:
            HfApi().merge_pull_request(self.repo_id, info.pr_num, repo_type="dataset")

    def refusal(self, push: Push) -> str | None:
        """Return what stands in the way of a push; None if it has to succeed."""
        for path, (folder, split) in FILES_IN_THE_WAY.items():
            if path in self.files and folder == push.folder and split in push.rows:
                return path
        for name, splits in self.configs.items():
            if name != push.config_name and push.folder in {s.folder for s in splits.values()}:
                return f"config {name} in the same folder"
        return None

    def snapshot(self) -> dict[str, str]:
        """Return git's ids of all files, by path; nothing if there is no repository."""
        return tree(self.repo_id) if HfApi().repo_exists(self.repo_id, repo_type="dataset") else {}

    def put(self, path: str) -> None:
        """Add a file, as another writer would."""
        content = (FOREIGN_FILES | dict.fromkeys(FILES_IN_THE_WAY, b"n\n1\n"))[path]
        self._commit({path: content})
        self.files[path] = self.snapshot()[path]

    def edit(self, change: Callable[[str], str]) -> None:
        """Change the text of the card by hand; adds one where there is none."""
        self._commit({"README.md": change(self.card()).encode()})

    def write_words(self) -> None:
        """Add a line to the text of the card."""
        line = f"Line {next(self.serial)}: a --- b\n---\n"
        self.edit(lambda card: card + line)
        self.words.append(line)

    def write_key(self, *where: str) -> None:
        """Add a key to the metadata: at the top, or in a config or its info.

        Args:
            where: Nothing, or ``configs`` or ``dataset_info`` and a config.
        """
        word = f"word{next(self.serial)}"

        def add(card: str) -> str:
            parsed = DatasetCard(card)
            metadata = vars(parsed.data)
            _entry(metadata, where)[word] = "by hand"
            block = yaml.safe_dump(metadata, sort_keys=False)
            return f"---\n{block}---\n{parsed.text}"

        self.edit(add)
        self.keys[*where, word] = "by hand"

    def card(self) -> str:
        """Return the text of the card, with its line ends; nothing if there is none."""
        if "README.md" not in self.snapshot():
            return ""
        file = HfApi().hf_hub_download(self.repo_id, "README.md", repo_type="dataset")
        with open(file, encoding="utf-8-sig", newline="") as stream:  # noqa: PTH123 - keeps "\r\n"
            return stream.read()

    def _commit(self, files: Mapping[str, bytes]) -> None:
        HfApi().create_repo(self.repo_id, repo_type="dataset", exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a card without metadata
            HfApi().create_commit(
                self.repo_id,
                [CommitOperationAdd(path, content) for path, content in files.items()],
                commit_message="By hand",
                repo_type="dataset",
            )

    def check(self) -> None:
        """Hold the repository against the model."""
        present = self.snapshot()
        lost = {path for path, oid in self.files.items() if present.get(path) != oid}
        assert not lost, f"lost or changed: {lost}"
        shards = {path for path in present if path.endswith(".parquet")} - self.files.keys()
        folders = {
            (split.folder, name)
            for splits in self.configs.values()
            for name, split in splits.items()
        }
        orphans = {
            path
            for path in shards
            if (posixpath.dirname(path), posixpath.basename(path).split("-")[0]) not in folders
        }
        assert not orphans, f"shards of no split: {orphans}"
        card = self.card()
        missing = [line for line in self.words if line not in card.replace("\r\n", "\n")]
        assert not missing, f"gone from the card: {missing}"
        metadata = vars(DatasetCard(card).data) if card else {}
        for (*where, word), value in self.keys.items():
            assert _entry(metadata, tuple(where)).get(word) == value, f"{where}: {word} is gone"
        for name, splits in self.configs.items():
            if any(
                (split.folder, split_name) == FILES_IN_THE_WAY[path]
                for split_name, split in splits.items()
                for path in self.files.keys() & FILES_IN_THE_WAY.keys()
            ):
                continue  # another writer has put it there since
            rows = {
                split: list(data["n"]) for split, data in load_dataset(self.repo_id, name).items()
            }
            assert rows == {split: state.numbers for split, state in splits.items()}


def _entry(metadata: dict[str, Any], where: tuple[str, ...]) -> dict[str, Any]:
    """Return the part of the metadata that a path leads to."""
    if not where:
        return metadata
    section, config_name = where
    value = metadata[section]
    entries = value if isinstance(value, list) else [value]
    return next(item for item in entries if item.get("config_name", "default") == config_name)


@contextmanager
def _another_writer(action: Callable[[], None] | None) -> Iterator[None]:
    """Let another writer act once, right before the next commit."""
    original = HfApi.create_commit
    pending = [] if action is None else [action]

    def create_commit(api: HfApi, *args: Any, **kwargs: Any) -> Any:
        while pending:
            pending.pop()()
        return original(api, *args, **kwargs)

    with patch.object(HfApi, "create_commit", create_commit):
        yield
