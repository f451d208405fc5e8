"""`python -m repro issue`: what to attach to an upstream issue about a bug."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from repro.catalog import bugs as catalog
from repro.catalog.bugs import Bug
from repro.cli.arguments import UsageError, find_bugs, progress
from repro.judge.outcome import Verdict
from repro.results import store as collected
from repro.results.document import Document, asked, find, releases

if TYPE_CHECKING:
    from repro.installs.installation import Installation
    from repro.judge.verdict import Judgement
    from repro.report.proof import Proof

CHECKOUT = Path(__file__).parents[2]
DESCRIPTION = """
Run the script of a bug, on what is installed here or on another release, and write what to attach
to an upstream issue: the text in the shape of its form, the script, its output, the diff of a fix,
a regression test, and for a memory bug a plot. Nothing in it tells the folders, the user or the
host of this machine.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = commands.add_parser(
        "issue", help="write what to attach to an upstream issue", description=DESCRIPTION
    )
    command.add_argument("bug", metavar="BUG", help="id of the catalog")
    command.add_argument(
        "--datasets",
        metavar="VERSION",
        help="run it on that release, or on `git` main, installed apart (default: on this one)",
    )
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="where to write (default: ./issue-BUG)"
    )
    command.add_argument(
        "--origin",
        metavar="URL",
        help="where readers can clone this project, for the local Hub (default: where this clone "
        "is from, if anybody can read that)",
    )
    command.add_argument(
        "--anyway", action="store_true", help="write it even if the bug is not there"
    )
    command.set_defaults(action=action)


def action(arguments: argparse.Namespace) -> int:
    """Run the command; returns 0, or 1 if the bug was not reproduced.

    Raises:
        DocumentError: a file of what was measured before holds something else.
        NoHubError: there is no local Hub to run the script against.
        InstallError: that release cannot be installed.
        IsolationError: the script cannot be isolated or capped on this machine.
        OSError: the folder cannot be written.
        UsageError: there is no such bug, or the folder holds something else.
    """
    from repro.installs.environments import Pins, install
    from repro.installs.installation import Installation
    from repro.judge.examine import background
    from repro.report import issue
    from repro.report.private import Private
    from repro.report.steps import public_origin

    (bug,) = find_bugs([arguments.bug])
    folder = arguments.out or Path(f"issue-{bug.id}")
    _check(folder)
    documents = collected.read(collected.MEASURED)
    version = arguments.datasets
    installation = install(Pins(version)) if version else Installation.this()
    show = progress(arguments)
    show(f"{bug.id} ...", end=" ")
    with background(1) as examinations:
        judgement = examinations.examine(bug, installation).result()
        proof = None
        if judgement.verdict is Verdict.REPRODUCED:
            proof = _prove(bug, installation, examinations.env)
    show(judgement.verdict)
    reproduced = judgement.verdict is Verdict.REPRODUCED
    if not reproduced:
        print(_why_not(judgement, documents), file=sys.stderr)
        if not arguments.anyway:
            return 1
    private = Private.here(bug.script, installation.python)
    origin = arguments.origin or public_origin(CHECKOUT)
    files = issue.bundle(judgement, installation.environment, documents, private, origin, proof)
    folder.mkdir(parents=True, exist_ok=True)
    for name in {issue.PLOT, issue.DIFF} - files.keys():
        (folder / name).unlink(missing_ok=True)  # of an earlier bundle
    for name, text in files.items():
        (folder / name).write_text(text)
        print(folder / name)
    print(f"Paste {folder / issue.TEXT}: its first lines say where, and what to attach.")
    return 0 if reproduced else 1


def _prove(bug: Bug, installation: Installation, hub: Mapping[str, str | None]) -> Proof | None:
    """Run the core of a bug without and with its fix; None if it has no regression test.

    Args:
        bug: The bug.
        installation: The releases to run it with.
        hub: Environment variables that point a client at a Hub.
    """
    from repro.fixes.matrix import prepare
    from repro.fixes.patch import EditError
    from repro.report import regression
    from repro.report.proof import Proof
    from repro.sandbox.run import Run, run
    from repro.sandbox.run_folder import run_folder

    if (file := regression.find(bug)) is None:
        return None
    test = file.read_text()
    core = regression.core(test)

    def run_core(installation: Installation) -> Run:
        with run_folder() as folder:
            script = folder.tmp / "core.py"
            script.write_text(core)
            command = [os.fspath(installation.python), os.fspath(script)]
            env = {**hub, **installation.variables}
            return run(command, timeout=bug.timeout, env=env, cwd=folder.tmp)

    without = run_core(installation)
    try:
        fixable = prepare(bug, catalog.BUGS, installation)
    except EditError as error:
        print(f"repro: {error}", file=sys.stderr)
        fixable = None
    if fixable is None:
        return Proof(core, test, without)
    fixed = run_core(fixable.fixed.installation)
    return Proof(core, test, without, fixable.fix.summary, fixable.fixed.diff, fixed)


def _check(folder: Path) -> None:
    """Make sure that a folder can be written: it is new, empty, or a bundle to be replaced."""
    from repro.report import issue

    text = folder / issue.TEXT
    ours = text.is_file() and text.read_text(errors="replace").startswith(issue.MARK)
    if folder.exists() and not ours and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} holds something else than a bundle: name another with --out")
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise UsageError(f"{existing} is no folder to write to: name another with --out")


def _why_not(judgement: Judgement, documents: Sequence[Document]) -> str:
    """Explain why there is nothing to report, and which release would have something."""
    bug, why = judgement.bug, judgement.reason or judgement.figure
    having = [
        document
        for document in documents
        if (entry := find(document, bug)) and entry.verdict is Verdict.REPRODUCED
    ]
    release = asked(releases(having)[-1])["datasets"] if having else ""
    hint = f"; --datasets {release} reports it from there" if having else ""
    return (
        f"repro: {bug.id} is {judgement.verdict} on datasets {judgement.datasets} ({why}){hint}; "
        "--anyway writes that it is so"
    )
