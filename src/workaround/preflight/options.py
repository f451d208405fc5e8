"""The arguments of a call as one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Literal, get_args

from workaround.errors import ArgumentError
from workaround.hub.card_draft import CardDraft
from workaround.preflight.arguments import (
    branch,
    column_names,
    data_folder,
    flag,
    message,
    processes,
    repository_id,
    shard_limit,
    usable_token,
)

Verify = Literal["footers", "full", "none"]


@dataclass(frozen=True, kw_only=True)
class PlanOptions:
    """The arguments that decide how a dataset is cut into shards; `push_to_hub` explains each.

    Attributes:
        token: Never part of the representation.
    """

    config_name: str = "default"
    split: str | None = None
    data_dir: str | None = None
    max_shard_size: int | str | None = None
    num_shards: int | Mapping[str, int | None] | None = None
    num_proc: int | None = None
    embed_external_files: bool = True
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse arguments that are wrong for any data.

        Raises:
            ArgumentError: Invalid or conflicting arguments.
        """
        _ = self.folder, self.limit, self.workers, self.usable_token
        flag("embed_external_files", self.embed_external_files)

    @property
    def folder(self) -> str:
        """Folder of the shards in the repository."""
        return data_folder(self.config_name, self.data_dir)

    @property
    def limit(self) -> int:
        """Most bytes of a shard."""
        return shard_limit(self.max_shard_size)

    @property
    def workers(self) -> int:
        """Number of processes."""
        return processes(self.num_proc)

    @property
    def usable_token(self) -> str | None:
        """The token without white space around it; None for the one that is logged in."""
        return usable_token(self.token)


@dataclass(frozen=True, kw_only=True)
class PushOptions(PlanOptions):
    """All arguments of `push_to_hub` but the dataset; it explains each."""

    repo_id: str
    set_default: bool | None = None
    commit_message: str | None = None
    commit_description: str | None = None
    private: bool | None = None
    revision: str | None = None
    create_pr: bool = False
    resume: bool = True
    verify: Verify = "footers"
    strict: bool = True
    executor: Executor | None = None
    append: bool = False
    key: str | Sequence[str] | None = None
    update: bool = False
    card: CardDraft | None = None
    require_deidentified: bool = False

    def __post_init__(self) -> None:
        """Refuse arguments that are wrong whatever the data and the Hub hold.

        Raises:
            ArgumentError: Invalid or conflicting arguments.
        """
        super().__post_init__()
        repository_id(self.repo_id)
        branch(self.revision)
        for name in ("set_default", "private", "create_pr"):
            flag(name, getattr(self, name), optional=True)
        for name in ("resume", "strict", "append", "update", "require_deidentified"):
            flag(name, getattr(self, name))
        if not self.append and (self.update or self.key is not None):
            raise ArgumentError("key and update are for append=True (--append): pass it too")
        _ = self.key_columns
        message("commit_description", self.commit_description)
        title = message("commit_message", self.commit_message)
        if title is not None and not title.strip():
            raise ArgumentError("commit_message cannot be empty: leave it out for the default")
        if self.verify not in get_args(Verify):
            raise ArgumentError(f"verify is one of {get_args(Verify)}, not {self.verify!r}")
        if self.executor is not None and not isinstance(self.executor, Executor):
            raise ArgumentError(
                "executor is a concurrent.futures.Executor, not"
                f" {type(self.executor).__name__}: wrap what has a method `submit` in"
                " workaround.executors.from_submit"
            )

    @property
    def key_columns(self) -> tuple[str, ...] | None:
        """Columns that identify a row; None for the default."""
        return column_names("key", self.key)
