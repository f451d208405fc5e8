"""Restore a BIDS dataset that was pushed: its images, and the texts beside them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from datasets import config
from huggingface_hub.hf_api import RepoFile

from workaround.errors import ArgumentError, DamagedError, Problem, RestoreError
from workaround.hub.bars import show_bar
from workaround.hub.card_lookup import find_config
from workaround.hub.repository import BLOCK, Repository
from workaround.hub.retry import retry
from workaround.hub.shard_names import numbering_defects
from workaround.preflight import arguments
from workaround.restoration.folder import Folder
from workaround.restoration.plan import RestorePlan, plan_shard
from workaround.restoration.rows import ShardRows
from workaround.restoration.tables import Tables
from workaround.restoration.writer import Writer
from workaround.tables.load import local_path
from workaround.verification.stored_shard import StoredShard

PATHS_BLOCK = 1 << 16
"""Bytes of one request where only paths are read."""


@dataclass(frozen=True)
class RestoreReport:
    """The result of restoring a dataset.

    Attributes:
        commit: Commit that was read.
        folder: Folder that holds the tree.
        images: Number of images of the dataset.
        texts: Number of its gradients and tables that went up as they are.
        written: Number of files that were written.
        existing: Number of files that existed: equal ones, or of any content in a dry run.
        nbytes: Bytes that were written.
        unknown: Columns of files that cannot be restored, since there are no paths of them.
        dry_run: Nothing was written.
        made: Number of tables and sidecars that were made of columns, or exist as they would be.
        kept: Paths of other files in their places, which remain.
    """

    commit: str
    folder: str
    images: int
    texts: int
    written: int
    existing: int
    nbytes: int
    unknown: Sequence[str]
    dry_run: bool
    made: int = 0
    kept: Sequence[str] = ()


@dataclass(frozen=True)
class _Shard:
    """A shard on the Hub, and its place in a split."""

    split: str
    file: RepoFile
    start: int


@dataclass(frozen=True)
class _Source:
    """A commit of a repository."""

    repository: Repository
    commit: str

    @contextmanager
    def open(self, file: RepoFile, start: int, block: int) -> Iterator[ShardRows]:
        with self.repository.open(file.path, self.commit, block) as stream:
            try:
                yield ShardRows(StoredShard.open(file.path, stream, file.size), start)
            except DamagedError as error:
                raise DamagedError(f"{file.path} is damaged: {error}") from error

    def plan(
        self, splits: Mapping[str, Sequence[RepoFile]], folder: Folder
    ) -> tuple[RestorePlan, list[_Shard]]:
        """Read and check the paths of all files."""
        plan, shards = RestorePlan(), []
        for split, files in splits.items():
            start = 0
            for file in files:
                part, rows = retry(
                    f"Reading {file.path}", self._plan, _Shard(split, file, start), folder
                )
                plan.add(part)
                shards.append(_Shard(split, file, start))
                start += rows
        plan.problems += plan.collisions()
        return plan, shards

    def _plan(self, shard: _Shard, folder: Folder) -> tuple[RestorePlan, int]:
        with self.open(shard.file, shard.start, PATHS_BLOCK) as rows:
            return plan_shard(rows, shard.split, folder), rows.count

    def write(self, shard: _Shard, writer: Writer) -> None:
        """Write the files of a shard."""
        with self.open(shard.file, shard.start, BLOCK) as rows:
            writer.write_shard(rows, shard.split)


def restore(
    repo_id: str,
    folder: str | os.PathLike[str],
    *,
    config_name: str = "default",
    split: str | None = None,
    revision: str | None = None,
    token: str | None = None,
    overwrite: bool = False,
    exact: bool = False,
    dry_run: bool = False,
) -> RestoreReport:
    """Write a BIDS folder from a dataset on the Hub.

    Images, gradients, and tables that went up as text come back byte for byte, at their paths.
    JSON sidecars, ``participants.tsv``, ``sessions.tsv`` and ``scans.tsv`` are made of the
    columns that hold their values, where there are no such files. All paths are checked before
    anything is written: none leads out of the folder. Files that exist and are equal remain; so the
    same call goes on where an interrupted one ended. Memory: the paths of all files, the values of
    tables and sidecars, and a block of one file.

    Args:
        repo_id: ``user/name`` or ``organization/name``.
        folder: Folder to write to; made if it does not exist.
        config_name: Config of the repository.
        split: Name of the split; all of them by default.
        revision: Branch, tag, commit or ``refs/pr/N``; ``main`` by default.
        token: Token to read with; the one that is logged in by default.
        overwrite: Replace files that exist and differ.
        exact: Write only what comes back byte for byte.
        dry_run: Check all paths, and write nothing.

    Returns:
        What was written.

    Raises:
        ArgumentError: Invalid arguments, or no such split.
        UnreadableCardError: `load_dataset` does not find the config.
        RestoreError: No paths of images, paths that are refused, or files that exist and differ.
        DamagedError: A shard cannot be decoded.
        TargetBusyError: Another process restores into the folder.
        RefusedError: The repository or revision is missing, or the token may not read it.
        UnreachableError: The Hub does not answer.
    """
    root = local_path("folder", folder).absolute()
    if root.exists() and not root.is_dir():
        raise ArgumentError(f"{root} is not a folder")
    arguments.data_folder(config_name, None)
    overwrite = bool(arguments.flag("overwrite", overwrite))
    exact = bool(arguments.flag("exact", exact))
    dry_run = bool(arguments.flag("dry_run", dry_run))
    repository = Repository(
        config.HF_ENDPOINT,
        arguments.repository_id(repo_id),
        arguments.revision(revision),
        token=arguments.usable_token(token),
    )
    source = _Source(repository, repository.head())
    target = Folder(root, overwrite)
    plan, shards = source.plan(_splits(source, config_name, split), target)
    if not plan.images and not plan.problems:
        columns = f" ({', '.join(plan.unknown)})" if plan.unknown else ""
        reason = f"no images with their BIDS paths{columns}: was it pushed from a BIDS folder?"
        plan.problems.append(Problem(None, None, repo_id, reason))
    if plan.problems:
        raise RestoreError(plan.problems)
    if dry_run:
        existing = sum(target.exists(path) for path in (*plan.images, *plan.texts))
        return _report(source, target, plan, existing=existing)
    return _restore(source, target, plan, shards, None if exact else Tables())


def _splits(
    source: _Source, config_name: str, split: str | None
) -> Mapping[str, Sequence[RepoFile]]:
    """Return the shards of the splits.

    Raises:
        ArgumentError: There is no such split.
        RestoreError: Shards are missing.
    """
    files = source.repository.files(source.commit)
    loaded = find_config(source.repository, source.commit, files, config_name)
    names = list(loaded.files) if split is None else [arguments.split_name(split)]
    if unknown := set(names) - loaded.files.keys():
        splits = ", ".join(loaded.files) or "none"
        raise ArgumentError(f"There is no split {unknown.pop()!r}; the splits are {splits}")
    problems = [
        Problem(None, None, None, reason, split=name)
        for name in names
        for reason in numbering_defects(loaded.files[name])
    ]
    if problems:
        raise RestoreError(problems)
    return {name: [files[path] for path in loaded.files[name]] for name in names}


def _restore(
    source: _Source,
    target: Folder,
    plan: RestorePlan,
    shards: Sequence[_Shard],
    tables: Tables | None,
) -> RestoreReport:
    with target.locked(), show_bar("Restoring", len(plan.images), " images") as bar:
        writer = Writer(target, bar.update, tables)
        for shard in shards:
            retry(f"Restoring {shard.file.path}", source.write, shard, writer)
        made, kept = writer.make_tables()
    if writer.problems:
        raise RestoreError([*writer.problems.values()], writer.written)
    existing = Counter(target.outcomes.values())["equal"]
    report = _report(source, target, plan, existing, writer)
    return replace(report, made=made, kept=kept)


def _report(
    source: _Source, target: Folder, plan: RestorePlan, existing: int, writer: Writer | None = None
) -> RestoreReport:
    return RestoreReport(
        commit=source.commit,
        folder=str(target.root),
        images=len(plan.images),
        texts=len(plan.texts),
        written=writer.written if writer else 0,
        existing=existing,
        nbytes=writer.nbytes if writer else 0,
        unknown=list(plan.unknown),
        dry_run=writer is None,
    )
