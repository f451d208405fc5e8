"""Proof that what is on the Hub is what was on disk.

Nothing comes from a cache: a revision is resolved to a commit, and the tree and ranges of the
shards are read from the Hub at that commit.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import Literal

from datasets import Dataset, DatasetDict, config
from huggingface_hub import HfFileSystem
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils.tqdm import tqdm

from workaround.arrow.files import Files
from workaround.errors import (
    DamagedError,
    Problem,
    SourceChangedError,
    UnreadableCardError,
    VerifyError,
)
from workaround.hub.card import README
from workaround.hub.card_lookup import Loaded, card_problems, find, split_files
from workaround.hub.retry import persist
from workaround.planning.plan import Shard
from workaround.preflight.source import data_folder, source_of
from workaround.upload.journal import Uploaded
from workaround.upload.shard import Destination
from workaround.verification.compare import Origin, Stored, compare_cells, compare_footer

Level = Literal["footers", "full"]

BLOCK = 8 << 20
"""Bytes to ask the Hub for at a time."""
_NUMBERED = re.compile(r"-(\d{5})-of-(\d{5})[^/]*$")


@dataclass(frozen=True)
class VerifyReport:
    """What was found to be as it should.

    Attributes:
        commit: Which was looked at.
        shards: Number of them.
        rows: In all shards.
        nbytes: Bytes of all shards.
        level: "footers" if only these were read, "full" if every byte was.
    """

    commit: str
    shards: int
    rows: int
    nbytes: int
    level: Level


@dataclass(frozen=True)
class _Piece:
    """A shard on the Hub, and the rows it is made of."""

    path: str
    size: int
    start: int
    rows: int
    split: str
    origin: Origin


def verify_shards(
    to: Destination,
    commit: str,
    splits: Mapping[str, Dataset],
    shards: Mapping[str, Sequence[Shard]],
    uploaded: Mapping[str, Sequence[Uploaded]],
    files: Files,
    *,
    embed: bool = True,
    level: Level = "footers",
) -> VerifyReport:
    """Verify an upload just after it was committed.

    Args:
        to: Where it went.
        commit: The commit that made it visible; that of a pull request too.
        splits: Rows by split.
        shards: Which of them are in which shard, by split.
        uploaded: Hashes and sizes of the shards, by split.
        files: How to reach the source files.
        embed: Whether contents of files are in the shards.
        level: "footers" compares hash, size, rows, cells and the bytes in them; "full" every byte.

    Raises:
        VerifyError: Something is not as it was written.
        RefusedError: The Hub does not let us read.
        UnreachableError: The Hub does not answer.
    """
    there = persist(f"Listing {to}", lambda: to.files(commit))
    problems, pieces = [], []
    for split, rows in splits.items():
        origin = Origin(rows, files, embed)
        for shard, sent in zip(shards[split], uploaded[split], strict=True):
            file = there.get(shard.path)
            if file is None:
                problems.append(
                    Problem(shard.start, None, shard.path, "is not on the Hub", split=split)
                )
                continue
            if reason := _changed(file, sent):
                problems.append(Problem(shard.start, None, shard.path, reason, split=split))
            size, count = file.size, shard.stop - shard.start
            pieces.append(_Piece(shard.path, size, shard.start, count, split, origin))
        folder = posixpath.dirname(shards[split][0].path)
        problems += _numbering(split, split_files(there, folder, split))
    return _report(to, commit, pieces, problems, level)


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
    """Verify an earlier upload, of any release of `datasets` too, against what it was made from.

    Args:
        repo_id: ``user/name`` or ``organization/name``.
        dataset: The dataset with its paths, or a `DatasetDict` for several splits at once.
        config_name: Config that was uploaded to.
        split: Name of the split; the dataset's own, or "train".
        data_dir: Folder of the shards, whatever the card says; by default the card is followed, and
            has to go with what is here: else `load_dataset` fails.
        revision: Branch, tag, commit or ``refs/pr/N``; ``main`` by default.
        token: To read with; the one that is logged in by default.
        level: "footers" compares rows, cells and the bytes in them row by row, and reads the end of
            each shard; "full" compares every value, and every byte with its file.

    Returns:
        What was compared.

    Raises:
        VerifyError: The Hub has something else; names row, column and file of each difference.
        RefusedError: There is no such repository or revision, or the token may not read it.
        UnreachableError: The Hub does not answer.
    """
    source = source_of(dataset, split, embed=True, token=token)
    folder = data_folder(config_name, data_dir)
    to = Destination(config.HF_ENDPOINT, repo_id, revision, create_pr=False, token=token)
    commit = persist(
        f"Reading {to}",
        lambda: str(to.api().repo_info(repo_id, repo_type="dataset", revision=revision).sha),
    )
    there = persist(f"Listing {to}", lambda: to.files(commit))
    if data_dir:  # `load_dataset` too asks nothing of the card then
        named = {name: sorted(split_files(there, folder, name)) for name in source.splits}
        loaded = Loaded(named, None)
    else:
        loaded = _loaded(to, commit, there, config_name)
    problems = [
        Problem(None, None, README, "names files that are not on the Hub", split=name)
        for name, paths in loaded.files.items()
        if not paths and name not in source.splits
    ]
    pieces: list[_Piece] = []
    for name, rows in source.splits.items():
        paths = loaded.files.get(name, [])
        if not paths and (elsewhere := split_files(there, folder, name)):
            reason = f"load_dataset does not find it: the card leads elsewhere than {elsewhere}"
            problems.append(Problem(None, None, README, reason, split=name))
            continue
        files = [there[path] for path in paths]
        found, wrong = _pieces(to, commit, files, name, Origin(rows, source.files))
        problems += wrong
        pieces += found
    sound = {piece.split: len(piece.origin.rows) for piece in pieces}
    problems += card_problems(loaded, sound, source.features)
    return _report(to, commit, pieces, problems, level)


def _pieces(
    to: Destination, commit: str, files: Sequence[RepoFile], split: str, origin: Origin
) -> tuple[list[_Piece], list[Problem]]:
    """The shards of a split, if all are there with all of its rows; else what is wrong."""
    problems = _numbering(split, [file.path for file in files])
    counts = []
    for file in files:
        try:
            counts.append(_count_rows(to, commit, file))
        except DamagedError as error:
            problems.append(Problem(None, None, file.path, f"is damaged: {error}", split=split))
    if not problems and sum(counts) != len(origin.rows):
        reason = f"has {sum(counts)} rows on the Hub and {len(origin.rows)} here"
        problems.append(Problem(None, None, None, reason, split=split))
    if problems:
        return [], problems
    starts = accumulate(counts, initial=0)
    parts = zip(files, starts, counts, strict=False)  # there is one start more
    return [
        _Piece(file.path, file.size, start, count, split, origin) for file, start, count in parts
    ], []


def _report(
    to: Destination,
    commit: str,
    pieces: Sequence[_Piece],
    problems: Sequence[Problem],
    level: Level,
) -> VerifyReport:
    found = list(problems)
    nbytes = sum(piece.size for piece in pieces)
    quiet = not sys.stderr.isatty()
    with tqdm(  # type: ignore[no-untyped-call]
        total=nbytes, unit="B", unit_scale=True, desc="Verifying", disable=quiet
    ) as bar:
        for piece in pieces:
            found += persist(f"Verifying {piece.path}", partial(_compare, to, commit, piece, level))
            bar.update(piece.size)
    if found:
        raise VerifyError(found)
    rows = sum(piece.rows for piece in pieces)
    return VerifyReport(commit, len(pieces), rows, nbytes, level)


def _compare(to: Destination, commit: str, piece: _Piece, level: Level) -> list[Problem]:
    found: list[Problem] = []
    with _system(to).open(_url(to, commit, piece.path), "rb", block_size=BLOCK) as file:
        try:
            stored = Stored.open(piece.path, file, piece.size)
            if stored.rows == piece.rows:
                compare = compare_footer if level == "footers" else compare_cells
                found.extend(compare(stored, piece.origin, piece.start))
            else:
                reason = f"has {stored.rows} rows instead of {piece.rows}"
                found.append(Problem(piece.start, None, piece.path, reason))
        except DamagedError as error:
            found.append(Problem(piece.start, None, piece.path, f"is damaged: {error}"))
        except SourceChangedError as error:
            found.append(Problem(None, None, None, str(error)))
    return [replace(problem, split=piece.split) for problem in found]


def _changed(file: RepoFile, sent: Uploaded) -> str | None:
    """How a file on the Hub differs from the one that was sent."""
    if file.size != sent.size:
        return f"has {file.size} bytes on the Hub instead of {sent.size}"
    if sent.oid is None:
        same = file.lfs is not None and file.lfs.sha256 == sent.sha256
    else:
        same = file.blob_id == sent.oid
    return None if same else "is another file than was uploaded"


def _numbering(split: str, paths: Sequence[str]) -> list[Problem]:
    """Shards that are missing, or left over, going by the numbers in their names."""
    found = [match for path in paths if (match := _NUMBERED.search(path))]
    totals = {int(match[2]) for match in found}
    there = {int(match[1]) for match in found}
    if not paths:
        reasons = ["is not on the Hub"]
    elif len(totals) > 1:
        reasons = [f"has shards of several uploads side by side: {', '.join(paths)}"]
    else:
        reasons = [
            f"shard {number} of {total} is not on the Hub"
            for total in totals
            for number in sorted(set(range(total)) - there)
        ]
    return [Problem(None, None, None, reason, split=split) for reason in reasons]


def _loaded(
    to: Destination, commit: str, there: Mapping[str, RepoFile], config_name: str
) -> Loaded:
    """The config, as `load_dataset` finds it."""

    def look() -> Loaded:
        readme = None
        if README in there:
            readme = _system(to).cat_file(_url(to, commit, README)).decode()
        return find(f"hf://{_url(to, commit, '')}".rstrip("/"), readme, config_name, to.token)

    try:
        return persist(f"Reading the card of {to}", look)
    except UnreadableCardError as error:
        raise VerifyError([Problem(None, None, README, str(error))]) from error


def _count_rows(to: Destination, commit: str, file: RepoFile) -> int:
    def count() -> int:
        with _system(to).open(_url(to, commit, file.path), "rb", block_size=BLOCK) as stream:
            return Stored.open(file.path, stream, file.size).rows

    return persist(f"Reading {file.path}", count)


def _system(to: Destination) -> HfFileSystem:
    return HfFileSystem(endpoint=to.endpoint, token=to.token)


def _url(to: Destination, commit: str, path: str) -> str:
    return f"datasets/{to.repo_id}@{commit}/{path}"
