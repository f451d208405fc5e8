"""The report: one HTML page that needs nothing beside it, and the same in Markdown."""

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape
from tabulate import tabulate

from repro.catalog.bugs import MIB, Bug
from repro.catalog.claims import CLAIMS
from repro.fixes.document import FixesDocument
from repro.report import issue, markdown, marks
from repro.report.fixes import fix_table
from repro.report.markdown import cell
from repro.report.plots import ABOVE_THE_CAP
from repro.report.private import without_folders
from repro.report.stories import (
    Story,
    environments,
    newest_first,
    shown_verdict,
    story,
    summary,
    thread,
)
from repro.results.document import Document, label

CODE = re.compile(r"`([^`]+)`")


def html(
    documents: Sequence[Document], bugs: Sequence[Bug], fixes: Sequence[FixesDocument] = ()
) -> str:
    """The page: the same arguments make the same text.

    Args:
        documents: in order of releases.
        bugs: what to tell of.
        fixes: trials of fixes on some installations.
    """
    stories = [story(documents, bug) for bug in newest_first(documents, bugs)]
    packages, installed = environments(documents)
    return _template("page.html.jinja").render(
        newest_first=[*reversed(documents)],
        surprises=marks.surprises(documents, bugs),
        stories=stories,
        summary=summary(documents, stories),
        claims=CLAIMS,
        packages=packages,
        installed=[*reversed(installed)],
        known=marks.WORDS,
        words=marks.words,
        mark=marks.mark,
        label=label,
        above_the_cap=ABOVE_THE_CAP,
        fixes=[fix_table(measured) for measured in fixes],
    )


def text(documents: Sequence[Document], bugs: Sequence[Bug]) -> dict[str, str]:
    """The page in Markdown and the plots it shows, by the name of the file.

    Args:
        documents: in order of releases.
        bugs: what to tell of.
    """
    stories = [story(documents, bug) for bug in newest_first(documents, bugs)]
    packages, installed = environments(documents)
    where = [[item.get(package, "") for package in packages] for item in installed]
    page = _template("page.md.jinja").render(
        stories=stories,
        summary=summary(documents, stories),
        surprises=marks.surprises(documents, bugs),
        matrix=without_folders(markdown.summary(documents, [], bugs).strip()),
        figures=_figures,
        claims=markdown.claims(),
        above_the_cap=ABOVE_THE_CAP,
        where=tabulate(where, packages, tablefmt="github", disable_numparse=True),
    )
    plots = {f"{item.bug.id}.svg": f"{item.plot}\n" for item in stories if item.plot}
    return {"report.md": f"{page}\n", **plots}


def _figures(measured: Story) -> str:
    headers = ["datasets", "verdict", "decisive figure", "peak RSS, MiB", "ended"]
    if measured.bug.cap_bytes is not None:
        headers.append(f"the same, large, in {measured.bug.cap_bytes // MIB} MiB")
    rows = [
        (item.releases, shown_verdict(item), item.figure, item.peak_mib, item.ended, item.large)
        for item in measured.stretches
    ]
    shown = [map(cell, row[: len(headers)]) for row in rows]
    return tabulate(shown, headers, tablefmt="github", disable_numparse=True)


def prose(text: str) -> Markup:
    """Text of the catalog as HTML: escaped, code marked as such."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(issue.prose(text)))))  # noqa: S704 - escaped


def _template(name: str) -> Template:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=name.endswith(".html.jinja"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "prose": prose,
        "code": issue.prose,
        "escaped": markdown.escaped,
        "shown_verdict": shown_verdict,
        "specifier": markdown.specifier,
        "thread": thread,
        "without_folders": without_folders,
    }
    return templates.get_template(name)
