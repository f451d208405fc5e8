"""The commands: imported once one of them runs, so that help and wrong use are answered at once."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, replace
from typing import Any

from workaround.cli.report import DONE, FAILED, Report, printable_lines
from workaround.cli.source import Source, read_sound, read_source
from workaround.errors import CheckError, folded
from workaround.executors import from_dask
from workaround.planning.plan import Plan, format_bytes, plan
from workaround.preflight.check import check, partition, severity_lines
from workaround.preflight.options import PushOptions
from workaround.prepare import prepare
from workaround.push import PushResult, push_prepared
from workaround.restoration.restore import restore
from workaround.verification.verify import verify


def _check(arguments: argparse.Namespace) -> Report:
    source = None
    try:
        source = read_source(arguments)
    except CheckError as error:  # cells of the table that do not go together
        rows, problems = None, list(error.problems)
    else:
        rows = len(source.dataset)
        of_files = check(source.dataset, split=arguments.split, level=arguments.level)
        problems = [*source.problems, *of_files]
    refused, logged = partition(
        problems, strict=arguments.strict, deidentified=arguments.require_deidentified
    )
    lines = [
        *severity_lines(logged),
        *folded(refused),
        f"{_number(len(refused), 'problem')} found",
        *(source.lines() if source else []),
    ]
    values: dict[str, Any] = {"rows": rows, "problems": [asdict(problem) for problem in problems]}
    values |= source.values() if source else {}
    return Report("\n".join(lines), values, FAILED if refused else DONE)


def _planned(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "config_name": arguments.config,
        "split": arguments.split,
        "data_dir": arguments.data_dir,
        "max_shard_size": arguments.max_shard_size,
        "num_shards": arguments.num_shards,
        "num_proc": arguments.num_proc,
    }


def _plan(arguments: argparse.Namespace) -> Report:
    source = read_sound(arguments)
    return _planned_report(plan(source.dataset, **_planned(arguments)), source)


def _planned_report(planned: Plan, source: Source) -> Report:
    text = "\n".join([str(planned), *source.plan_lines()])
    return Report(text, asdict(planned) | source.plan_values())


def _push(arguments: argparse.Namespace) -> Report:
    if arguments.dask is None:
        return _push_by(arguments, None)
    with from_dask(arguments.dask) as executor:
        return _push_by(arguments, executor)


def _push_by(arguments: argparse.Namespace, executor: Executor | None) -> Report:
    start = time.monotonic()
    options = PushOptions(
        repo_id=arguments.repo,
        **_planned(arguments),
        commit_message=arguments.commit_message,
        commit_description=arguments.commit_description,
        private=arguments.private,
        revision=arguments.revision,
        create_pr=arguments.create_pr,
        resume=arguments.resume,
        verify=arguments.verify,
        strict=arguments.strict,
        executor=executor,
        append=arguments.append,
        key=arguments.key,
        update=arguments.update,
        require_deidentified=arguments.require_deidentified,
    )
    source = read_sound(arguments)
    options = replace(options, card=source.card if arguments.card else None)
    if options.append and options.key is None:
        options = replace(options, key=source.key)
    prepared = prepare(source.dataset, options)
    planned = prepared.plan
    if arguments.dry_run:
        return _planned_report(planned, source)
    if sys.stderr.isatty() and not arguments.quiet:
        print(printable_lines(str(planned)), file=sys.stderr)
    result = push_prepared(prepared)
    return _push_report(result, planned, source, round(time.monotonic() - start, 1))


def _push_report(result: PushResult, planned: Plan, source: Source, seconds: float) -> Report:
    commit = result.commit
    rows = sum(split.rows for split in planned.splits)
    files = sum(split.files for split in planned.splits)
    file_bytes = sum(split.file_bytes for split in planned.splits)
    lines = [
        f"{_number(rows, 'row')} with {_number(files, 'file')} of {format_bytes(file_bytes)} in"
        f" {_number(result.shards, 'shard')}, {seconds} s",
        *(
            [f"{result.resumed} of {_number(result.shards, 'shard')} were there already"]
            if result.resumed
            else []
        ),
        str(commit.repo_url),
        f"commit {commit.oid}",
        *([f"pull request {commit.pr_url}"] if commit.pr_url else []),
        *source.lines(),
    ]
    values = {
        "url": str(commit.repo_url),
        "commit": commit.oid,
        "pull_request": commit.pr_url,
        "rows": rows,
        "files": files,
        "file_bytes": file_bytes,
        "shards": result.shards,
        "resumed": result.resumed,
        "seconds": seconds,
        **source.values(),
    }
    return Report("\n".join(lines), values)


def _verify(arguments: argparse.Namespace) -> Report:
    result = verify(
        arguments.repo,
        read_sound(arguments).dataset,
        config_name=arguments.config,
        split=arguments.split,
        data_dir=arguments.data_dir,
        revision=arguments.revision,
        level=arguments.level,
    )
    text = (
        f"{arguments.repo} matches {arguments.source}: {_number(result.rows, 'row')},"
        f" {_number(result.shards, 'shard')}, {format_bytes(result.nbytes)}"
        f" (commit {result.commit})"
    )
    if result.unread:
        text += f"\nnot read: {result.unread}; --level full reads all"
    return Report(text, asdict(result))


def _restore(arguments: argparse.Namespace) -> Report:
    result = restore(
        arguments.repo,
        arguments.folder,
        config_name=arguments.config,
        split=arguments.split,
        revision=arguments.revision,
        overwrite=arguments.overwrite,
        exact=arguments.exact,
        dry_run=arguments.dry_run,
    )
    files = f"{_number(result.images, 'image')} and {_number(result.texts, 'text file')}"
    written = f"{result.written} written to {result.folder}, {format_bytes(result.nbytes)}"
    lines = [
        f"{files} of {arguments.repo} (commit {result.commit})",
        f"{written}; {result.existing} were there already",
    ]
    if result.made or result.kept:
        others = f"; {len(result.kept)} others are there and remain" if result.kept else ""
        lines.append(
            f"{result.made} made of columns: tables and JSON sidecars, with the values that were"
            f" pushed{others}{_named(result.kept)}"
        )
    if result.dry_run:
        lines[1] = f"dry run: nothing was written to {result.folder}; {result.existing} exist there"
    if result.unknown:
        lines.append(f"left out: columns without BIDS paths: {', '.join(result.unknown)}")
    return Report("\n".join(lines), asdict(result))


def _named(paths: Sequence[str]) -> str:
    """Return some paths as the end of a sentence."""
    rest = f", and {len(paths) - 5} more" if len(paths) > 5 else ""
    return f": {', '.join(paths[:5])}{rest}" if paths else ""


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


COMMANDS: Mapping[str, Callable[[argparse.Namespace], Report]] = {
    "check": _check,
    "plan": _plan,
    "push": _push,
    "restore": _restore,
    "verify": _verify,
}
