"""The harness in pytest: fixtures that measure, `--verdicts FILE`, and the tables at the end.

All that the selected tests will ask for is measured in the background from the start,
`--repro-jobs` at a time; a test waits for its own.

Without a clone, `pytest --pyargs repro -m repro` runs a test for each bug; the options need
`-p repro.pytest_plugin` before them, since pytest finds the plugin only while it collects.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from repro.catalog.bugs import Bug
from repro.catalog.experiments import EXPERIMENTS
from repro.catalog.headlines import Evidence
from repro.cli.arguments import JOBS, count
from repro.installs.installation import environment
from repro.judge.examine import background
from repro.judge.verdict import Judgement
from repro.report import terminal
from repro.results import build as verdicts

ONE_PROCESS = (
    "bugs are measured in one process, some at a time (--repro-jobs): run pytest without -n"
)
MARKER = "repro: reproduces an upstream bug on the installed datasets (select with -m repro)"
judgements_key = pytest.StashKey[dict[str, Judgement]]()
notes_key = pytest.StashKey[list[tuple[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("repro", "reproductions of upstream bugs")
    group.addoption(
        "--verdicts",
        type=Path,
        metavar="FILE",
        help="write environment and verdicts as JSON (with =: pytest would take a FILE that is"
        " there already for a path to collect)",
    )
    group.addoption(
        "--repro-jobs",
        type=count,
        default=JOBS,
        metavar="N",
        help="bug scripts to run at a time (default: one a core, at most 4)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make room for the judgements, and be sure that they can be written."""
    config.stash[judgements_key], config.stash[notes_key] = {}, []
    config.addinivalue_line("markers", MARKER)
    if not config.pluginmanager.hasplugin("timeout"):
        config.addinivalue_line(
            "markers", "timeout(seconds): of pytest-timeout, if it is installed"
        )
    if config.getoption("--verdicts", None) and config.getoption("numprocesses", None):
        raise pytest.UsageError(ONE_PROCESS)
    try:
        _write(config)
    except OSError as error:
        raise pytest.UsageError(f"--verdicts: {error}") from error


@pytest.fixture(scope="session")
def coming(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Any]]]:
    """The judgements and evidence that the selected tests will ask for, by id."""
    if hasattr(request.config, "workerinput"):  # each of pytest-xdist's would measure all of it
        pytest.fail(ONE_PROCESS, pytrace=False)
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    asked: list[Any] = [
        item.callspec.params["bug"] for item in items if "judgement_of" in item.fixturenames
    ]
    bugs: dict[str, Bug] = {bug.id: bug for bug in asked}
    experiments = EXPERIMENTS if any("evidence_of" in item.fixturenames for item in items) else ()
    with background(request.config.getoption("--repro-jobs", JOBS)) as examinations:
        # The long ones first, so that none is left to run alone at the end.
        yield {experiment.id: examinations.measure(experiment) for experiment in experiments} | {
            bug_id: examinations.examine(bug) for bug_id, bug in bugs.items()
        }


@pytest.fixture(scope="session")
def judgement_of(
    request: pytest.FixtureRequest, coming: dict[str, Future[Judgement]]
) -> Callable[[Bug], Judgement]:
    """A function from a bug of the catalog to its judgement, measured on this installation.

    The test that calls it has the bug as its parameter `bug`.
    """

    def judgement_of(bug: Bug) -> Judgement:
        request.config.stash[judgements_key][bug.id] = judgement = coming[bug.id].result()
        _write(request.config)  # now, so that a run that dies leaves what it knew
        return judgement

    return judgement_of


@pytest.fixture(scope="session")
def evidence_of(coming: dict[str, Future[Evidence]]) -> Callable[[str], Evidence]:
    """A function from the id of an experiment to its evidence, measured on this installation."""
    return lambda experiment_id: coming[experiment_id].result()


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """A function that adds a line to the second table at the end: what, and its figure."""
    return lambda what, figure: request.config.stash[notes_key].append((what, figure))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show the table."""
    judgements, notes = config.stash[judgements_key].values(), config.stash[notes_key]
    if judgements:
        terminalreporter.section("upstream bugs")
        terminalreporter.write_line(terminal.table(judgements, environment()))
    if notes:
        terminalreporter.section("the seeds' hypotheses and fixes")
        terminalreporter.write_line(terminal.notes(notes))


def _write(config: pytest.Config) -> None:
    file: Path | None = config.getoption("--verdicts", None)
    if file is not None:
        verdicts.write(file, config.stash[judgements_key].values(), environment())
