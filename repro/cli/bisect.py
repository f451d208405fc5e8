"""`python -m repro bisect`: where a bug began and where it ended."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from repro.catalog.bugs import Bug
from repro.catalog.bugs import Change as UpstreamChange
from repro.cli.arguments import UsageError, find_bugs, progress

if TYPE_CHECKING:
    from repro.bisect.commits import Commit
    from repro.bisect.releases import Change, Measured

SINCE = Version("2.17.0")  # what is older cannot push as the scripts do
DESCRIPTION = """
Run the script of a bug on releases of datasets from PyPI, each in an environment of its own, until
the first that has it and the first that no longer does are known. It takes some ten of them.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser(
        "bisect", help="find where a bug began and ended", description=DESCRIPTION
    )
    command.add_argument("bug", metavar="BUG", help="id of the catalog")
    command.add_argument(
        "--since",
        type=_version,
        default=SINCE,
        metavar="VERSION",
        help=f"the oldest release that may be run (default: {SINCE})",
    )
    command.add_argument(
        "--git",
        type=Path,
        metavar="CLONE",
        help="go on to the commits, with `git bisect run` in a copy of this clone of datasets",
    )
    command.add_argument(
        "--write",
        action="store_true",
        help="write the commits into the entry of the bug, as `introduced` and `fixed`",
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(action=action)


def action(arguments: argparse.Namespace) -> int:
    """Run the command; returns 0.

    Raises:
        CloneError: a commit that was asked for cannot be found.
        NoHubError: there is no local Hub to run scripts against.
        IndexUnreachableError: the releases cannot be listed.
        IsolationError: a script cannot be isolated on this machine.
        OSError: uv or git cannot be started.
        UsageError: there is no such bug, or no release that new.
    """
    from repro.bisect.commits import first_commits
    from repro.bisect.releases import bisect
    from repro.installs import clones
    from repro.installs import index as pypi
    from repro.judge.examine import background
    from repro.report import bisection

    (bug,) = find_bugs([arguments.bug])
    if arguments.write and arguments.git is None:
        raise UsageError("--write needs the commits: pass --git CLONE")
    if arguments.git is not None:
        clones.check(arguments.git)  # better now than after minutes of work
    releases = [one for one in pypi.releases("datasets") if one.version >= arguments.since]
    if not releases:
        raise UsageError(f"there is no release of datasets since {arguments.since}")
    show = progress(arguments) if arguments.json else partial(print, flush=True)
    show_step = progress(arguments) if arguments.quiet else show

    def show_release(measured: Measured) -> None:
        show_step(bisection.line(measured))

    commits, failed = [], None
    with background(1) as examinations:
        bisected = bisect(bug, releases, examinations, show_release)
        show("\n".join(["", *bisection.summary(bisected)]))
        for change in bisected.changes() if arguments.git is not None else ():
            show()
            try:
                first = first_commits(arguments.git, bug, change, examinations.env, show_step)
            except clones.CloneError as error:  # the next change may do: told at the end
                failed = error
                continue
            commits.append((change, first))
            show(bisection.commit_line(change, first))
    if arguments.write:
        for line in _written(bug, commits):
            show(line)
    if arguments.json:
        print(json.dumps(bisection.document(bisected, commits), indent=1))
    if failed is not None:
        raise failed
    return 0


def _written(bug: Bug, commits: Sequence[tuple[Change, Sequence[Commit]]]) -> Iterator[str]:
    """Write the commits into the entry of a bug, and yield what was written or left out.

    A bug that ended and came back has the first beginning, and the last end.
    """
    from repro.catalog import record

    ordered = [one for one in commits if one[0].begins][:1]
    ordered += [one for one in commits if not one[0].begins][-1:]
    changes: dict[str, UpstreamChange] = {}
    for change, candidates in ordered:
        key = "introduced" if change.begins else "fixed"
        if len(candidates) > 1:
            yield f"{key} is not written: it is one of {len(candidates)} commits"
            continue
        (commit,) = candidates
        day = date.fromisoformat(commit.date)
        changes[key] = UpstreamChange(commit=commit.sha, pr=commit.pull, date=day)
    file = bug.script.with_suffix(".toml")
    if not changes:
        yield f"{file.name}: nothing to write"
    elif record.write(file, changes):
        yield f"{file.name}: wrote {' and '.join(changes)}"
    else:
        yield f"{file.name}: has {' and '.join(changes)} already"


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a version") from error
