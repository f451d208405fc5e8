"""The steps of random histories, for hypothesis."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.support.workaround.history import FILES_IN_THE_WAY, FOREIGN_FILES, History, Push

CONFIGS = st.sampled_from(["default", "anat"])
SPLITS = st.sampled_from(["train", "test"])
FOLDERS = st.sampled_from([None, None, None, "data", "extra"])
ROWS = st.integers(1, 3)

repositories = map("user/history-{}".format, itertools.count())


class HistoryMachine(RuleBasedStateMachine):
    """Pushes to a repository that others write to as well."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History(next(repositories))

    @rule(
        config_name=CONFIGS,
        split=SPLITS,
        rows=ROWS,
        data_dir=FOLDERS,
        num_shards=st.integers(1, 2),
        pull_request=st.booleans(),
    )
    def push_split(
        self,
        config_name: str,
        split: str,
        rows: int,
        data_dir: str | None,
        num_shards: int,
        pull_request: bool,
    ) -> None:
        """Push one split."""
        self.history.push(
            Push(config_name, {split: rows}, False, data_dir, num_shards, pull_request)
        )

    @rule(
        config_name=CONFIGS,
        rows=st.dictionaries(SPLITS, ROWS, min_size=1),
        data_dir=FOLDERS,
        pull_request=st.booleans(),
    )
    def push_dict(
        self, config_name: str, rows: dict[str, int], data_dir: str | None, pull_request: bool
    ) -> None:
        """Push a `DatasetDict`, which drops the splits that it lacks."""
        self.history.push(Push(config_name, rows, True, data_dir, 1, pull_request))

    @rule(path=st.sampled_from(sorted(FOREIGN_FILES | FILES_IN_THE_WAY)))
    def put_file(self, path: str) -> None:
        """Let another writer add a file."""
        self.history.put(path)

    @rule()
    def write_words(self) -> None:
        """Let another writer add a line to the card."""
        self.history.write_words()

    @precondition(lambda self: self.history.configs)
    @rule(data=st.data(), section=st.sampled_from(["top", "configs", "dataset_info"]))
    def write_key(self, data: st.DataObject, section: str) -> None:
        """Let another writer add a key to the card's metadata."""
        config_name = data.draw(st.sampled_from(sorted(self.history.configs)))
        where = {
            "top": (),
            "configs": ("configs", config_name),
            "dataset_info": ("dataset_info", config_name),
        }
        self.history.write_key(*where[section])

    @rule()
    def rewrite_with_a_byte_order_mark(self) -> None:
        """Let the editor of another writer put a BOM in front of the card."""
        self.history.edit(lambda card: f"\ufeff{card}")

    @rule()
    def rewrite_with_other_line_ends(self) -> None:
        """Let the editor of another writer change the line ends of the card."""
        self.history.edit(lambda card: card.replace("\r\n", "\n").replace("\n", "\r\n"))

    @rule(split=SPLITS, action=st.sampled_from(["words", "file", "push"]))
    def push_while_another_writes(self, split: str, action: str) -> None:
        """Push a split, while another writer commits between reading and writing."""
        actions: dict[str, Callable[[], None]] = {
            "words": self.history.write_words,
            "file": lambda: self.history.put("data/participants.tsv"),
            "push": lambda: self.history.push(Push("other", {"train": 1})),
        }
        self.history.push(Push("default", {split: 2}), actions[action])

    @invariant()
    def holds(self) -> None:
        """Hold the repository against the model."""
        self.history.check()
