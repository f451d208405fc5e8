"""The table at the end of a run, for a terminal."""

from collections.abc import Iterable, Mapping

from tabulate import tabulate

from repro.catalog import MIB, Bug
from repro.verdict import Judgement

HEADERS = ("bug", "verdict", "expected", "decisive figure", "peak RSS", "ended", "seconds")


def versions_line(environment: Mapping[str, str]) -> str:
    """The versions and the platform on one line."""
    return ", ".join(f"{name} {value}" for name, value in environment.items())


def table(judgements: Iterable[Judgement], environment: Mapping[str, str]) -> str:
    """All judgements under a line of versions, one row a run: a capped run has its own row."""
    rows = []
    for judgement in judgements:
        bug, run, capped = judgement.bug, judgement.run, judgement.capped
        verdict = str(judgement.verdict) + ("" if judgement.agrees else " (!)")
        row = (bug.id, verdict, str(judgement.expected), judgement.figure)
        rows.append((*row, f"{run.peak_rss_bytes // MIB} MiB", run.ended, f"{run.seconds:.1f}"))
        if capped is not None:
            cap = (
                f"the same, large, in {(capped.cap_bytes or 0) // MIB} MiB by {capped.enforced_by}"
            )
            peak = f"{capped.peak_rss_bytes // MIB} MiB"
            rows.append(("", "", "", cap, peak, capped.ended, f"{capped.seconds:.1f}"))
    return f"{versions_line(environment)}\n\n{tabulate(rows, HEADERS, disable_numparse=True)}"


def listing(bugs: Iterable[Bug]) -> str:
    """The catalog: id, affected releases and title."""
    rows = [(bug.id, str(bug.affected), bug.title) for bug in bugs]
    return tabulate(rows, ("bug", "affected releases of datasets", "what goes wrong"))


def notes(rows: Iterable[tuple[str, str]]) -> str:
    """What was measured beside the bugs: what, and its figure."""
    return tabulate(rows, ("measured", "figure"), disable_numparse=True)
