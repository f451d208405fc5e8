"""Verify that the shards on the Hub are those of a dataset.

No cache is used: a revision is resolved to a commit, and the tree and the ranges of the shards are
read from the Hub at that commit.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import accumulate
from threading import Event
from typing import Literal, get_args

from datasets import Dataset, DatasetDict, config
from huggingface_hub.hf_api import RepoFile

from workaround.arrow.file_cells import FileLeaf
from workaround.arrow.skeleton import CheckedFiles
from workaround.errors import (
    ArgumentError,
    DamagedError,
    Problem,
    SourceChangedError,
    UnreadableCardError,
    VerifyError,
)
from workaround.hub.bars import show_bar
from workaround.hub.card import README
from workaround.hub.card_lookup import Loaded, card_problems, find_config, split_files
from workaround.hub.repository import Repository
from workaround.hub.retry import retry, retry_until
from workaround.hub.shard_names import numbering_defects
from workaround.preflight import arguments
from workaround.preflight.source import Source, source_of
from workaround.upload.commit import Upload
from workaround.upload.journal import UploadedShard
from workaround.verification.compare import Origin, compare_cells, compare_footer
from workaround.verification.stored_shard import StoredShard

Level = Literal["footers", "full"]

READERS = 4
"""Shards whose footers are read at the same time; each thread lists their folder once."""


@dataclass(frozen=True)
class VerifyReport:
    """The result of a verification without differences.

    Attributes:
        commit: Commit that was verified.
        shards: Number of shards.
        rows: Number of rows in all shards.
        nbytes: Bytes of all shards.
        level: "footers" if only these were read, "full" if every byte was.
    """

    commit: str
    shards: int
    rows: int
    nbytes: int
    level: Level

    @property
    def unread(self) -> str | None:
        """Parts that were not read; None at level "full"."""
        return None if self.level == "full" else "the pages of the shards, with values and contents"


@dataclass(frozen=True)
class _ShardOrigin:
    """A shard on the Hub, and the rows it was made of."""

    path: str
    size: int
    start: int
    rows: int
    split: str
    origin: Origin


def verify_upload(
    upload: Upload,
    commit: str,
    source: Source,
    checked: Mapping[str, Mapping[FileLeaf, CheckedFiles]],
    level: Level = "footers",
) -> VerifyReport:
    """Verify an upload just after its commit.

    Args:
        upload: Hashes and sizes of the shards, and the repository.
        commit: Commit that made the upload visible, of a branch or a pull request.
        source: Rows and files of the upload.
        checked: Facts of the check about the files of each split.
        level: "footers" compares hash, size, rows, cells and the bytes in them; "full" every byte.

    Raises:
        VerifyError: A shard is not as it was written.
        RefusedError: The Hub refuses to be read.
        UnreachableError: The Hub does not answer.
    """
    repository = upload.repository
    files = repository.files(commit)
    problems, shards = [], []
    for split in upload.plan.splits:
        origin = Origin(source.splits[split.name], source.files, source.embed, checked[split.name])
        for shard, sent in zip(split.shards, upload.uploaded[split.name], strict=True):
            file = files.get(shard.path)
            if file is None:
                problems.append(
                    Problem(shard.start, None, shard.path, "is not on the Hub", split=split.name)
                )
                continue
            if reason := _changed(file, sent):
                problems.append(Problem(shard.start, None, shard.path, reason, split=split.name))
            size, count = file.size, shard.stop - shard.start
            shards.append(_ShardOrigin(shard.path, size, shard.start, count, split.name, origin))
        folder = posixpath.dirname(split.shards[0].path)
        problems += _numbering(split.name, split_files(files, folder, split.name))
    return _report(repository, commit, shards, problems, level)


def verify(
    repo_id: str,
    dataset: Dataset | DatasetDict,
    *,
    config_name: str = "default",
    split: str | None = None,
    data_dir: str | None = None,
    revision: str | None = None,
    token: str | None = None,
    level: Level = "footers",
) -> VerifyReport:
    """Verify an earlier upload, by any release of `datasets`, against its dataset.

    Args:
        repo_id: ``user/name`` or ``organization/name``.
        dataset: The dataset with its paths, or a `DatasetDict` for several splits at once.
        config_name: Config that was uploaded to.
        split: Name of the split; the dataset's own, or "train".
        data_dir: Folder of the shards, whatever the card names. By default the card is followed; it
            has to agree with the dataset: otherwise `load_dataset` fails.
        revision: Branch, tag, commit or ``refs/pr/N``; ``main`` by default.
        token: Token to read with; the one that is logged in by default.
        level: "footers" compares the numbers of rows and cells and their sizes, and reads the end
            of each shard, not its pages; "full" reads every column with Arrow, as `load_dataset`
            does, and compares every value, and every byte with its file.

    Returns:
        What was compared.

    Raises:
        ArgumentError: Invalid or conflicting arguments.
        VerifyError: The Hub differs; names row, column and file of each difference.
        RefusedError: The repository or revision is missing, or the token may not read it.
        UnreachableError: The Hub does not answer.
    """
    source = source_of(dataset, split, embed=True, token=token)
    folder = arguments.data_folder(config_name, data_dir)
    repo_id, revision = arguments.repository_id(repo_id), arguments.revision(revision)
    if level not in get_args(Level):
        raise ArgumentError(f"level is one of {get_args(Level)}, not {level!r}")
    repository = Repository(config.HF_ENDPOINT, repo_id, revision, token=token)
    commit = repository.head()
    files = repository.files(commit)
    if data_dir:  # `load_dataset` ignores the card then too
        named = {name: sorted(split_files(files, folder, name)) for name in source.splits}
        loaded = Loaded(named, None)
    else:
        loaded = _loaded(repository, commit, files, config_name)
    problems = [
        Problem(None, None, README, "names files that are not on the Hub", split=name)
        for name, paths in loaded.files.items()
        if not paths and name not in source.splits
    ]
    shards: list[_ShardOrigin] = []
    for name, rows in source.splits.items():
        paths = loaded.files.get(name, [])
        if not paths and (elsewhere := split_files(files, folder, name)):
            reason = f"load_dataset does not find it: the card does not name {elsewhere}"
            problems.append(Problem(None, None, README, reason, split=name))
            continue
        origin = Origin(rows, source.files)
        split_shards, differences = _complete_shards(
            repository, commit, [files[path] for path in paths], name, origin
        )
        problems += differences
        shards += split_shards
    row_counts = {shard.split: len(shard.origin.rows) for shard in shards}
    problems += card_problems(loaded, row_counts, source.features)
    return _report(repository, commit, shards, problems, level)


def _complete_shards(
    repository: Repository, commit: str, files: Sequence[RepoFile], split: str, origin: Origin
) -> tuple[list[_ShardOrigin], list[Problem]]:
    """Return the shards of a split, if they are complete; else none, and the problems."""
    problems = _numbering(split, [file.path for file in files])
    counts = []
    for file in files:
        try:
            counts.append(_count_rows(repository, commit, file))
        except DamagedError as error:
            problems.append(Problem(None, None, file.path, f"is damaged: {error}", split=split))
    if not problems and sum(counts) != len(origin.rows):
        reason = f"has {sum(counts)} rows on the Hub and {len(origin.rows)} here"
        if sum(counts) > len(origin.rows):
            reason += ": if some were appended, compare with all; a push of these replaces all"
        problems.append(Problem(None, None, None, reason, split=split))
    if problems:
        return [], problems
    starts = accumulate(counts, initial=0)
    parts = zip(files, starts, counts, strict=False)  # there is one start more
    return [
        _ShardOrigin(file.path, file.size, start, count, split, origin)
        for file, start, count in parts
    ], []


def _report(
    repository: Repository,
    commit: str,
    shards: Sequence[_ShardOrigin],
    problems: Sequence[Problem],
    level: Level,
) -> VerifyReport:
    differences = list(problems)
    nbytes = sum(shard.size for shard in shards)
    stop = Event()

    def compare(shard: _ShardOrigin) -> list[Problem]:
        name = f"Verifying {shard.path}"
        return retry_until(stop, name, _compare, repository, commit, shard, level)

    with show_bar("Verifying", nbytes) as bar, ThreadPoolExecutor(READERS) as pool:
        # A footer is two short requests; at level "full" a shard takes all of a processor.
        results = pool.map(compare, shards) if level == "footers" else map(compare, shards)
        try:
            for shard, shard_problems in zip(shards, results, strict=True):
                differences += shard_problems
                bar.update(shard.size)
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
    if differences:
        raise VerifyError(differences)
    rows = sum(shard.rows for shard in shards)
    return VerifyReport(commit, len(shards), rows, nbytes, level)


def _compare(
    repository: Repository, commit: str, shard: _ShardOrigin, level: Level
) -> list[Problem]:
    problems: list[Problem] = []
    with repository.open(shard.path, commit) as file:
        try:
            stored = StoredShard.open(shard.path, file, shard.size)
            if stored.rows == shard.rows:
                compare = compare_footer if level == "footers" else compare_cells
                problems.extend(compare(stored, shard.origin, shard.start))
            else:
                reason = f"has {stored.rows} rows instead of {shard.rows}"
                problems.append(Problem(shard.start, None, shard.path, reason))
        except DamagedError as error:
            problems.append(Problem(shard.start, None, shard.path, f"is damaged: {error}"))
        except SourceChangedError as error:
            problems.append(Problem(None, None, None, str(error)))
    return [replace(problem, split=shard.split) for problem in problems]


def _changed(file: RepoFile, sent: UploadedShard) -> str | None:
    """Return how a file on the Hub differs from the one that was sent; None if it does not."""
    if file.size != sent.size:
        return f"has {file.size} bytes on the Hub instead of {sent.size}"
    if sent.oid is None:
        same = file.lfs is not None and file.lfs.sha256 == sent.sha256
    else:
        same = file.blob_id == sent.oid
    return None if same else "is another file than was uploaded"


def _numbering(split: str, paths: Sequence[str]) -> list[Problem]:
    """Return problems for missing and left-over shards, by the numbers in their names."""
    return [Problem(None, None, None, reason, split=split) for reason in numbering_defects(paths)]


def _loaded(
    repository: Repository, commit: str, files: Mapping[str, RepoFile], config_name: str
) -> Loaded:
    """Look a config up as `load_dataset` does."""
    try:
        return find_config(repository, commit, files, config_name)
    except UnreadableCardError as error:
        raise VerifyError([Problem(None, None, README, str(error))]) from error


def _count_rows(repository: Repository, commit: str, file: RepoFile) -> int:
    def count() -> int:
        with repository.open(file.path, commit) as stream:
            return StoredShard.open(file.path, stream, file.size).rows

    return retry(f"Reading {file.path}", count)
