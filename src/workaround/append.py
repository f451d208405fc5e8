"""Append rows to a split on the Hub: new shards behind its own, which remain as they are."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from datasets import ClassLabel, Dataset, Features, Value, concatenate_datasets

from workaround.arrow.file_cells import FileLeaf
from workaround.arrow.skeleton import CheckedFiles
from workaround.errors import ArgumentError, CheckError, Problem
from workaround.hub.repository import Repository
from workaround.hub.shard_names import shard_path
from workaround.planning.plan import Plan, Shard, SplitPlan, plan_split
from workaround.preflight.options import PushOptions
from workaround.preflight.survey import survey
from workaround.prepare import PreparedPush
from workaround.upload.base import Base, Key, copy_rows, read_base
from workaround.upload.commit import RepoSnapshot, SplitBase, is_file
from workaround.upload.conform import conform, label
from workaround.upload.journal import Journal
from workaround.upload.shard import fingerprint

DEFAULT_KEYS = (("bids_path",), ("subject_id", "session_id"))
"""Columns that identify a row, as far as they exist: an image of a BIDS folder, or a session."""

log = logging.getLogger("workaround")

Facts = Mapping[FileLeaf, CheckedFiles]


@dataclass(frozen=True)
class _Part:
    """Rows that become a shard on the Hub again, or new shards.

    Attributes:
        rows: The rows.
        plan: Their shards.
        checked: Facts of the check about their files, by leaf.
    """

    rows: Dataset
    plan: SplitPlan
    checked: Facts


def append_to(
    prepared: PreparedPush, repository: Repository, journal: Journal, folder: Path
) -> PreparedPush:
    """Turn a push into one that appends to the splits on the Hub.

    Args:
        prepared: The new rows, checked and planned.
        repository: The repository.
        journal: Knows the shards that an interrupted call has uploaded, or even committed.
        folder: For copies of shards whose rows are replaced.

    Returns:
        A push of the new shards, and of those that hold replaced rows.

    Raises:
        ArgumentError: The key is not one of columns that can identify a row.
        CheckError: Other features than those on the Hub, or rows whose key is there already.
        CardConflictError: The rows of a split on the Hub would not remain the first ones.
        DamagedError: A shard on the Hub cannot be decoded.
        UnreachableError: The Hub does not answer.
    """
    options, source = prepared.options, prepared.source
    key = _key(source.features, options)
    snapshot = RepoSnapshot.take(repository, prepared.target, prepared.plan, {})
    bases = {name: read_base(snapshot, name, key) for name in source.splits}
    prepared, missing = _conform(prepared, bases)
    splits, problems = prepared.source.splits, []
    bases = {
        split.name: _without_own(prepared, split, bases[split.name], journal)
        for split in prepared.plan.splits
    }
    replaced: dict[str, dict[int, dict[int, int]]] = {}
    for name, base in bases.items():
        replaced[name], refused = _places(splits[name], base, key, update=options.update)
        several = len(splits) > 1
        if any(replaced[name].values()):
            reason = "is missing, and the rows that are replaced on the Hub would lose it: add it"
            refused += [Problem(None, column, None, reason) for column in missing]
        problems += [replace(problem, split=name) if several else problem for problem in refused]
    if problems:
        raise CheckError(problems)
    for name, base in bases.items():
        journal.set_base(name, len(base.shards))
    appended = [
        _append(prepared, split, bases[split.name], replaced[split.name], repository, folder)
        for split in prepared.plan.splits
    ]
    return replace(
        prepared,
        source=replace(source, splits={part.plan.name: part.rows for part, _ in appended}),
        plan=Plan(tuple(part.plan for part, _ in appended)),
        checked={part.plan.name: part.checked for part, _ in appended},
        bases={part.plan.name: base for part, base in appended},
    )


def _key(features: Features, options: PushOptions) -> Sequence[str]:
    """Return the columns that identify a row; none if there are no such columns."""
    if (named := options.key_columns) is None:
        defaults = ([name for name in names if name in features] for names in DEFAULT_KEYS)
        key = next(filter(None, defaults), [])
    else:
        key = list(dict.fromkeys(named))
    for name in key:
        if name not in features:
            raise ArgumentError(f"key names {name!r}, but the columns are {', '.join(features)}")
        if not isinstance(features[name], Value | ClassLabel):
            raise ArgumentError(f"key names {name!r}, whose cells are no texts or numbers")
    if options.update and not key:
        raise ArgumentError("update needs a key: name the columns that identify a row")
    return key


def _conform(
    prepared: PreparedPush, bases: Mapping[str, Base]
) -> tuple[PreparedPush, Sequence[str]]:
    """Give the rows the features of the splits on the Hub.

    Returns:
        The push, and the columns that its rows lacked.

    Raises:
        CheckError: Columns that cannot be made equal without a loss, or without writing all shards
            of the split again.
    """
    source = prepared.source
    known = [base.features for base in bases.values() if base.features is not None]
    if not known:
        return prepared, ()
    stored, several = known[0], len(bases) > 1
    results = {name: conform(rows, stored) for name, rows in source.splits.items()}
    problems = []
    for name, result in results.items():
        of_split = [
            *result.problems,
            *_without_key(result.missing, stored, prepared.options),
            *_shard_problems(bases[name], stored),
        ]
        problems += [replace(problem, split=name) if several else problem for problem in of_split]
    if problems:
        raise CheckError(problems)
    result = next(iter(results.values()))
    prepared = replace(
        prepared,
        source=replace(source, splits={name: of.rows for name, of in results.items()}),
    )
    if not any(of.cast or of.missing for of in results.values()):
        return prepared, ()
    if result.missing:
        log.warning("Columns without values in the new rows: %s", ", ".join(result.missing))
    for name in result.cast:
        log.info("Column %s becomes %s, as on the Hub", name, label(stored[name]))
    planned = {
        split.name: _planned(
            results[split.name].rows,
            prepared,
            split.name,
            len(split.shards) if prepared.options.num_shards else None,
        )
        for split in prepared.plan.splits
    }
    plan = Plan(tuple(part.plan for part in planned.values()))
    checked = {name: part.checked for name, part in planned.items()}
    return replace(prepared, plan=plan, checked=checked), result.missing


def _without_key(
    missing: Sequence[str], stored: Features, options: PushOptions
) -> Iterator[Problem]:
    """Yield a problem for each column of the key on the Hub, if the rows have none of them."""
    if options.key_columns is not None:
        return
    defaults = ([name for name in names if name in stored] for names in DEFAULT_KEYS)
    key = next(filter(None, defaults), [])
    if key and {*key} <= {*missing}:
        for name in key:
            yield Problem(None, name, None, "is missing, and identifies rows on the Hub: add it")


def _shard_problems(base: Base, stored: Features) -> Iterator[Problem]:
    """Yield a problem for each column of a shard on the Hub that is not as the card says."""
    types = stored.arrow_schema
    for shard in base.shards:
        schema = shard.features.arrow_schema
        if {*schema.names} != {*types.names}:
            yield Problem(None, None, shard.file.path, "has other columns than the card says")
        for name in types.names if {*schema.names} == {*types.names} else ():
            if schema.field(name).type != types.field(name).type:
                other = types.field(name).type
                reason = f"is {schema.field(name).type} in the file, and {other} by the card"
                yield Problem(None, name, shard.file.path, reason)


def _without_own(prepared: PreparedPush, split: SplitPlan, base: Base, journal: Journal) -> Base:
    """Return the base without shards that an interrupted call of this push has committed."""
    before = journal.base(split.name)
    tail = base.shards[before:] if before is not None else ()
    if not tail:
        return base
    for shard, job in zip(tail, prepared.jobs(split), strict=False):
        own = journal.find(job.shard.path, fingerprint(job))
        if own is None or not is_file(shard.file, own.oid, own.sha256):
            return base
    shards = base.shards[:before]
    return replace(base, shards=shards, num_bytes=sum(shard.num_bytes for shard in shards))


def _places(
    rows: Dataset, base: Base, key: Sequence[str], *, update: bool
) -> tuple[dict[int, dict[int, int]], list[Problem]]:
    """Look up the keys of new rows on the Hub.

    Returns:
        For each shard, the number of the new row for each of its rows that is replaced; and the
        problems.
    """
    if not key:
        return {}, []
    columns = rows.select_columns(list(key)).with_format("arrow")[:]
    keys: list[Key] = list(zip(*(columns[name].to_pylist() for name in key), strict=True))
    stored: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    for number, shard in enumerate(base.shards):
        for row, value in enumerate(shard.keys):
            stored[value].append((number, row))
    counts = Counter(keys)
    places: dict[int, dict[int, int]] = defaultdict(dict)
    problems = []
    for row, value in enumerate(keys):
        name, on_hub = ", ".join(map(str, value)), stored.get(value, [])
        if all(part is None for part in value):
            reason = f"has no {' and no '.join(key)}: fill it in, or name other columns as key"
        elif counts[value] > 1:
            reason = f"{name} is the key of {counts[value]} of these rows: name more columns as key"
        elif on_hub and not update:
            path = base.shards[on_hub[0][0]].file.path
            reason = f"{name} is on the Hub already, in {path}: leave it out, or pass --update"
        elif len(on_hub) > 1:
            reason = f"{name} is the key of {len(on_hub)} rows on the Hub: name more columns as key"
        else:
            for number, stored_row in on_hub:
                places[number][stored_row] = row
            continue
        problems.append(Problem(row, ", ".join(key), None, reason))
    return places, problems


def _append(
    prepared: PreparedPush,
    split: SplitPlan,
    base: Base,
    replaced: Mapping[int, Mapping[int, int]],
    repository: Repository,
    folder: Path,
) -> tuple[_Part, SplitBase]:
    """Return the rows to upload with their shards, and the part of the split that remains."""
    rows, options = prepared.source.splits[split.name], prepared.options
    used = {row for rows_of_shard in replaced.values() for row in rows_of_shard.values()}
    parts, copied_bytes = [], 0
    for number in sorted(replaced):
        shard = base.shards[number]
        copy = copy_rows(repository, base.commit, shard, rows.features, folder)
        copied_bytes += copy.data.nbytes
        part = _planned(_with_rows(copy, rows, replaced[number]), prepared, split.name, 1)
        (written,) = part.plan.shards
        written = replace(written, path=shard.file.path)
        parts.append(replace(part, plan=replace(part.plan, shards=(written,))))
    if not used:
        parts.append(_Part(rows, split, prepared.checked[split.name]))
    elif len(used) < len(rows):
        remaining = rows.select([row for row in range(len(rows)) if row not in used])
        num_shards = len(split.shards) if options.num_shards else None
        parts.append(_planned(remaining, prepared, split.name, num_shards))
    if len(used) < len(rows):
        parts[-1] = _numbered(parts[-1], options.folder, len(base.shards))
    kept = [shard for number, shard in enumerate(base.shards) if number not in replaced]
    remains = SplitBase(
        {shard.file.path: shard.file for shard in base.shards},
        sum(shard.rows for shard in kept),
        max(0, base.num_bytes - copied_bytes),
        sum(shard.file.size for shard in kept),
    )
    return _joined(parts), remains


def _with_rows(copy: Dataset, rows: Dataset, replaced: Mapping[int, int]) -> Dataset:
    """Return the rows of a shard with some of them replaced by new rows."""
    pieces, start = [], 0
    for place in sorted(replaced):
        if place > start:
            pieces.append(copy.select(range(start, place)))
        pieces.append(rows.select([replaced[place]]))
        start = place + 1
    if start < len(copy):
        pieces.append(copy.select(range(start, len(copy))))
    return concatenate_datasets(pieces)


def _planned(rows: Dataset, prepared: PreparedPush, split: str, num_shards: int | None) -> _Part:
    """Survey and plan rows; their problems are known already, or are on the Hub."""
    source = prepared.source
    surveyed = survey(rows, source.files, embed=source.embed)
    plan = plan_split(split, rows, surveyed, prepared.options, num_shards)
    return _Part(rows, plan, surveyed.checked)


def _numbered(part: _Part, folder: str, first: int) -> _Part:
    """Return new shards with the numbers that follow those on the Hub."""
    shards, name = part.plan.shards, part.plan.name
    total = first + len(shards)
    paths = [shard_path(folder, name, first + number, total) for number in range(len(shards))]
    named = tuple(replace(shard, path=path) for shard, path in zip(shards, paths, strict=True))
    return replace(part, plan=replace(part.plan, shards=named))


def _joined(parts: Sequence[_Part]) -> _Part:
    """Join the rows of several parts, one after the other."""
    if len(parts) == 1:
        return parts[0]
    shards: list[Shard] = []
    facts: dict[FileLeaf, list[CheckedFiles]] = defaultdict(list)
    start = 0
    for part in parts:
        shards += (_shifted(shard, start) for shard in part.plan.shards)
        for leaf, cells in part.checked.items():
            facts[leaf].append(replace(cells, rows=cells.rows + start))
        start += len(part.rows)
    plans = [part.plan for part in parts]
    plan = SplitPlan(
        plans[0].name,
        start,
        sum(plan.files for plan in plans),
        sum(plan.file_bytes for plan in plans),
        sum(plan.num_bytes for plan in plans),
        tuple(shards),
    )
    checked = {
        leaf: CheckedFiles(
            np.concatenate([cells.rows for cells in of_parts]),
            np.concatenate([cells.sizes for cells in of_parts]),
            np.concatenate([cells.versions for cells in of_parts]),
        )
        for leaf, of_parts in facts.items()
    }
    return _Part(concatenate_datasets([part.rows for part in parts]), plan, checked)


def _shifted(shard: Shard, rows: int) -> Shard:
    ends = tuple(end + rows for end in shard.groups)
    return replace(shard, start=shard.start + rows, stop=shard.stop + rows, groups=ends)
