"""`python -m repro matrix`: examine bugs on every release of datasets."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from repro.catalog.bugs import GIT
from repro.cli.arguments import UsageError, add_jobs, add_repeat, find_bugs
from repro.report import markdown, terminal
from repro.results import store as collected
from repro.results.document import Document, in_order
from repro.results.drift import NOT_INSTALLABLE, Drift, as_json, drifts
from repro.results.figure_drift import FigureDrift, figure_drifts

if TYPE_CHECKING:
    from repro.installs.environments import Pins
    from repro.matrix import Case

ALL, NEWEST = "all", "newest"
PACKAGES = ("huggingface_hub", "pyarrow", "pandas", "hf_xet")
FIRST = Version("4.4.0")  # the first release with the Nifti feature
OUT = Path("measured")
WIDE = (160, 24)  # where there is no terminal
DESCRIPTION = """
Examine bugs on many installations, made by uv and kept in the user's cache, and print one table.
All combinations of the versions are installed; what is not named is the newest that fits. The
verdicts of each installation are in DIR as soon as it is examined: after a run that was killed,
--continue goes on from there.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser(
        "matrix", help="examine bugs on every release of datasets", description=DESCRIPTION
    )
    command.add_argument(
        "--datasets",
        type=_datasets,
        default=(ALL,),
        metavar="VERSIONS",
        help="such as 4.4.0,5.2.0,git: `git` is git main, of GitHub or of the clone that "
        "DATASETS_GIT names; `all` (the default) is every release from 4.4.0 that PyPI has today, "
        "`newest` the last of them",
    )
    for name in (*PACKAGES, "python"):
        option = f"--{name.replace('_', '-')}"
        command.add_argument(option, type=_versions, default=(None,), metavar="VERSIONS")
    command.add_argument(
        "--deps",
        action="store_true",
        help="with each of these the newest packages, then one of them at a time another: the "
        "oldest huggingface_hub, pyarrow and hf_xet that it accepts, pandas 2 and 3, pre-releases",
    )
    command.add_argument(
        "--bugs", type=_names, default=(), metavar="BUGS", help="ids, as in a,b (default: all)"
    )
    command.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help=f"keep verdicts here (default: {OUT})"
    )
    command.add_argument(
        "--continue",
        dest="resume",
        action="store_true",
        help="examine only what DIR lacks; runs of `--repeat` add to those that it has",
    )
    add_repeat(command)
    add_jobs(command)
    command.set_defaults(action=action)


def action(arguments: argparse.Namespace) -> int:
    """Run the command; returns 0 if all is as expected, else 1.

    Raises:
        DocumentError: a file of the folder holds something else.
        NoHubError: there is no local Hub to examine bugs with.
        IndexUnreachableError: the releases cannot be listed.
        IsolationError: a script cannot be isolated or capped on this machine.
        OSError: the folder cannot be written, or uv cannot be started.
        UsageError: there is no such bug.
    """
    from repro import matrix

    bugs, out = find_bugs(arguments.bugs), arguments.out
    out.mkdir(parents=True, exist_ok=True)
    earlier = [*collected.read(collected.MEASURED), *collected.read(out)]
    cases = matrix.cases(
        _pins(arguments), bugs, out, resume=arguments.resume, repeat=arguments.repeat
    )
    documents = []
    with closing(matrix.measure(cases, arguments.jobs)) as measured:
        for document in _progress(measured, cases, quiet=arguments.quiet):
            collected.write(out, document)
            documents.append(document)
    print(terminal.matrix(documents, bugs, shutil.get_terminal_size(WIDE).columns))
    before = in_order(earlier)
    changes: list[Drift | FigureDrift] = [
        *drifts(documents, before),
        *figure_drifts(documents, before),
    ]
    (out / "drift.json").write_text(as_json(changes))
    notes = [str(drift) for drift in changes if drift.now != NOT_INSTALLABLE]  # told already
    (out / "matrix.md").write_text(markdown.summary(documents, notes, bugs))
    for drift in changes:
        print(drift, file=sys.stderr)
    return 1 if changes else 0


def _pins(arguments: argparse.Namespace) -> list[Pins]:
    """All combinations, the first version of datasets first.

    Raises:
        UsageError: Versions of packages are named beside `--deps`.
    """
    from repro.installs.dependencies import with_dependencies
    from repro.installs.environments import Pins

    versions: dict[str, None] = {}
    for version in arguments.datasets:
        versions |= dict.fromkeys(_released(version))
    named = {name: getattr(arguments, name) for name in PACKAGES}
    if not arguments.deps:
        combinations = product(versions, *named.values(), arguments.python)
        names = ("datasets", *named, "python")
        return [Pins(**dict(zip(names, one, strict=True))) for one in combinations]
    if any(value != (None,) for value in named.values()):
        raise UsageError("--deps chooses the versions of packages: name none beside it")
    return [
        pins
        for version, python in product(versions, arguments.python)
        for pins in with_dependencies(Pins(version, python=python))
    ]


def _released(version: str) -> list[str]:
    """Return the versions that a word of `--datasets` stands for."""
    from repro.installs import index as pypi

    if version not in (ALL, NEWEST):
        return [version]
    released = [
        str(release.version) for release in pypi.releases("datasets") if release.version >= FIRST
    ]
    return released if version == ALL else released[-1:]


def _progress(
    documents: Iterator[Document], cases: Sequence[Case], *, quiet: bool
) -> Iterator[Document]:
    """Show on a terminal which installation is examined."""
    from huggingface_hub.utils.tqdm import tqdm

    with tqdm(  # type: ignore[no-untyped-call]
        total=len(cases), unit="installation", disable=quiet or None
    ) as bar:
        for case in cases:
            bar.set_postfix_str(str(case.pins))
            yield next(documents)
            bar.update()


def _names(text: str) -> tuple[str, ...]:
    """The names between commas, each once."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))


def _versions(text: str) -> tuple[str, ...]:
    """The versions between commas, each once.

    Raises:
        argparse.ArgumentTypeError: something else is there.
    """
    for name in (names := _names(text)):
        try:
            Version(name)
        except InvalidVersion:
            raise argparse.ArgumentTypeError(f"{name!r} is not a version") from None
    if not names:
        raise argparse.ArgumentTypeError("no version is named")
    return names


def _datasets(text: str) -> tuple[str, ...]:
    """Versions, `all`, `newest` and `git`."""
    names = _names(text)
    if named := ",".join(name for name in names if name not in (ALL, NEWEST, GIT)):
        _versions(named)
    elif not names:
        raise argparse.ArgumentTypeError("no version is named")
    return names
