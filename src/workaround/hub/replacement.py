"""The files of a repository that an upload replaces, and those in its way."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from fsspec.utils import glob_translate

from workaround.errors import CardConflictError, ForeignFilesError
from workaround.hub.card import ConfigTarget
from workaround.hub.card_lookup import split_files

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
        CardConflictError: Another config or split uses the folder.
    """
    folder = target.data_dir
    for parent in _parents(f"{folder}/"):
        if parent in paths:
            raise ForeignFilesError((parent,), f"is a file, and the shards need a folder {parent}")
    for split in shards:
        replaced = set(stale[split])
        foreign = [path for path in split_files(paths, folder, split) if path not in replaced]
        if foreign:
            reason = f"would be loaded as data of split {split!r}, for {folder}/{split}-* names it"
            raise ForeignFilesError(tuple(foreign), reason)
    ours = patterns.get(target.config_name, {})
    others: dict[str, Sequence[str]] = {
        f"split {split!r} of the same config": named
        for split, named in ours.items()
        if not target.whole_config and split not in shards
    }
    for config_name, by_split in patterns.items():
        if config_name != target.config_name:
            all_named = [pattern for of_split in by_split.values() for pattern in of_split]
            if any(_is_pushed(pattern, folder) for pattern in all_named):
                raise CardConflictError(
                    f"Config {config_name!r} has its shards in the folder {folder!r} already:"
                    " pass another data_dir, or upload to that config."
                )
            others[f"config {config_name!r}"] = all_named
    new = [path for of_split in shards.values() for path in of_split]
    for name, named in others.items():
        for pattern in named:
            if any(_matches(path, [pattern]) for path in new):
                raise CardConflictError(
                    f"{pattern!r}, which the card names for {name}, would take in the shards of"
                    f" this upload: pass another data_dir than {folder!r}, or narrow the pattern"
                    " in the card."
                )


def _split_of(path: str) -> str | None:
    """Return the split whose shard has such a name; None if no push gives it."""
    match = re.fullmatch(r"(.+)-\d{5,}-of-\d{5,}(-\w+)?\.parquet", posixpath.basename(path))
    return match and match[1]


def _is_pushed(pattern: str, folder: str) -> bool:
    """Return True if a push to the folder writes such a pattern into the card."""
    return re.fullmatch(rf"{re.escape(folder)}/[\w.]+-\*", posixpath.normpath(pattern)) is not None


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(re.fullmatch(glob_translate(posixpath.normpath(name)), path) for name in patterns)


def _parents(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in."""
    while path := posixpath.dirname(path):
        yield path
