"""The files of a repository that an upload replaces, and those in its way."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

from fsspec.utils import glob_translate

from workaround.errors import CardConflictError, ForeignFilesError
from workaround.hub.card import ConfigTarget
from workaround.hub.card_lookup import split_files
from workaround.hub.shard_names import numbering_defects

Patterns = Mapping[str, Mapping[str, Sequence[str]]]
"""What the card names: patterns of files by config and split."""


def sharded_splits(paths: Collection[str]) -> list[str]:
    """Return the splits of a repository that was uploaded to before cards had configs."""
    names = (_split_of(path) for path in paths if posixpath.dirname(path) == "data")
    return list(dict.fromkeys(name for name in names if name is not None))


def stale_shards(
    paths: Collection[str], target: ConfigTarget, splits: Sequence[str], patterns: Patterns
) -> dict[str, list[str]]:
    """Return the shards of earlier uploads that an upload replaces, by split.

    A shard has the name that a push gives it, and lies in the folder of the upload or is named by
    the card for the same split. Whatever else the card names is not ours to remove.

    Args:
        paths: All files of the repository.
        target: What is uploaded to; splits that a whole config drops count as replaced.
        splits: Those that are uploaded.
        patterns: Of the card.
    """
    before = patterns.get(target.config_name, {})
    replaced = dict.fromkeys([*splits, *(before if target.whole_config else ())])
    kept = [
        pattern
        for config_name, by_split in patterns.items()
        for split, named in by_split.items()
        if config_name != target.config_name or split not in replaced
        for pattern in named
    ]
    shards: dict[str, list[str]] = {split: [] for split in replaced}
    for path in paths:
        split = _split_of(path)
        if split not in shards or _matches(path, kept):
            continue
        if posixpath.dirname(path) == target.data_dir or _matches(path, before.get(split, ())):
            shards[split].append(path)
    return shards


def require_room(
    paths: Collection[str],
    target: ConfigTarget,
    shards: Mapping[str, Sequence[str]],
    stale: Mapping[str, Sequence[str]],
    patterns: Patterns,
) -> None:
    """Refuse an upload that others' files would mix with, or that would mix with theirs.

    Args:
        paths: All files of the repository.
        target: What is uploaded to.
        shards: Files that are uploaded, by split.
        stale: Files that they replace, by split.
        patterns: Of the card.

    Raises:
        ForeignFilesError: `load_dataset` would take other files for data of a split, or a file has
            the name of the folder.
        CardConflictError: Another config or split uses the folder, or has another format.
    """
    folder = target.data_dir
    for parent in _parents(f"{folder}/"):
        if parent in paths:
            raise ForeignFilesError((parent,), f"is a file, and the shards need a folder {parent}")
    for config_name, by_split in patterns.items():
        named = [pattern for of_split in by_split.values() for pattern in of_split]
        if config_name != target.config_name and any(_is_pushed(name, folder) for name in named):
            raise CardConflictError(
                f"Config {config_name!r} has its shards in the folder {folder!r} already:"
                " pass another data_dir, or upload to that config."
            )
    for split in shards:
        replaced = set(stale[split])
        foreign = [path for path in split_files(paths, folder, split) if path not in replaced]
        if foreign:
            reason = f"would be loaded as data of split {split!r}, for {folder}/{split}-* names it"
            raise ForeignFilesError(tuple(foreign), reason)
    new = [path for of_split in shards.values() for path in of_split]
    for config_name, by_split in patterns.items():
        if config_name != target.config_name:
            named = [pattern for of_split in by_split.values() for pattern in of_split]
            _require_other_files(f"config {config_name!r}", named, new)
        elif not target.whole_config:
            for split in by_split.keys() - shards.keys():
                where = f"split {split!r} of the same config"
                _require_other_files(where, by_split[split], new)
                _require_parquet(where, by_split[split], paths)


def require_appendable(
    paths: Collection[str],
    target: ConfigTarget,
    split: str,
    shards: Sequence[str],
    patterns: Patterns,
) -> None:
    """Refuse to append to a split whose rows `load_dataset` would not read first, and in order.

    Args:
        paths: All files of the repository.
        target: What is uploaded to.
        split: Name of the split.
        shards: Its shards.
        patterns: Of the card.

    Raises:
        CardConflictError: The card names other files for the split than its shards, or these lie
            in another folder or are not complete.
    """
    named = patterns.get(target.config_name, {}).get(split, ())
    problems = [
        *(
            f"the card names {path} for it, which no push has brought"
            if path not in shards
            else f"the card does not name {path}"
            for path in sorted({path for path in paths if _matches(path, named)} ^ {*shards})
        ),
        *(
            f"{path} is not in the folder {target.data_dir!r}: pass the data_dir of its shards"
            for path in shards
            if posixpath.dirname(path) != target.data_dir
        ),
        *(numbering_defects(shards) if shards else ()),
    ]
    if problems:
        raise CardConflictError(
            f"Rows cannot be appended to split {split!r}: {problems[0]}. Or push all its rows again"
            " without append."
        )


def _require_other_files(where: str, patterns: Sequence[str], new: Sequence[str]) -> None:
    """Refuse patterns of others that would take in the shards of an upload."""
    for pattern in patterns:
        if any(_matches(path, [pattern]) for path in new):
            raise CardConflictError(
                f"{pattern!r}, which the card names for {where}, would take in the shards of this"
                " upload: pass another data_dir, or narrow the pattern in the card."
            )


def _require_parquet(where: str, patterns: Sequence[str], paths: Collection[str]) -> None:
    """Refuse a split in another format: `load_dataset` takes all splits of a config for one."""
    files = [path for path in paths if _matches(path, patterns)]
    if files and not any(path.endswith(".parquet") for path in files):
        raise CardConflictError(
            f"The files of {where} are no Parquet, such as {files[0]}, and `load_dataset` reads all"
            " splits of a config as one format: pass another config_name, or push all splits as a"
            " DatasetDict."
        )


def _split_of(path: str) -> str | None:
    """Return the split whose shard has such a name; None if no push gives it."""
    match = re.fullmatch(r"(.+)-\d{5,}-of-\d{5,}(-\w+)?\.parquet", posixpath.basename(path))
    return match and match[1]


def _is_pushed(pattern: str, folder: str) -> bool:
    """Return True if a push to the folder writes such a pattern into the card."""
    return re.fullmatch(rf"{re.escape(folder)}/[\w.]+-\*", posixpath.normpath(pattern)) is not None


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(_regex(pattern).fullmatch(path) for pattern in patterns)


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    """Return the expression of a pattern in the card; one that fsspec refuses matches nothing."""
    try:
        return re.compile(glob_translate(posixpath.normpath(pattern)))
    except ValueError:
        return re.compile("(?!)")


def _parents(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in."""
    while path := posixpath.dirname(path):
        yield path
