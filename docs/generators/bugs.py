"""A page for each bug, from its entry, its fix and what was measured."""

import ast
import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from repro.catalog.bugs import Bug
from repro.fixes import edits, patch
from repro.judge.outcome import Verdict
from repro.report import issue, stories
from repro.report.markdown import cell
from repro.results.document import Document, find, label, releases

HERE = Path(__file__).parent
UPLOADER = HERE.parent / "uploader.toml"
"""What the uploader does instead, by the id of the bug: a sentence each."""
SYSTEM = re.compile(r"@media screen and \(prefers-color-scheme:\s*dark\)")


def pages(documents: Sequence[Document], bugs: Sequence[Bug]) -> dict[str, str]:
    """Return the pages of bugs and their list, by path.

    Args:
        documents: In order of releases.
        bugs: Of the catalog.
    """
    uploader = tomllib.loads(UPLOADER.read_text(encoding="utf-8"))
    ordered = stories.newest_first(documents, bugs)
    measured = {bug.id: stories.story(documents, bug) for bug in ordered}
    result = {
        f"bugs/{bug.id}.md": _render(
            "bug.md.jinja",
            bug=bug,
            story=measured[bug.id],
            summary=issue.prose(_summary(bug)),
            newest_figure=_newest_figure(documents, bug),
            strip=measured[bug.id].strip,
            plot=_with_theme(measured[bug.id].plot),
            fix=edits.find(bug),
            diff=diff(bug),
            installed=version("datasets"),
            uploader=uploader.get(bug.id, ""),
        )
        for bug in ordered
    }
    live = [bug for bug in ordered if measured[bug.id].live]
    rest = [bug for bug in ordered if not measured[bug.id].live]
    result["bugs/index.md"] = _render(
        "bugs.md.jinja",
        live=live,
        rest=rest,
        stories=measured,
        summary=stories.summary(documents, list(measured.values())),
    )
    return result


def diff(bug: Bug) -> str:
    """Return the fix of a bug as a diff of the installed release; empty if there is none for it.

    Raises:
        CatalogError: The fix cannot be read.
    """
    fix = edits.find(bug)
    if fix is None:
        return ""
    try:
        old = {edit.module: _source(edit.module) for edit in fix.edits}
        return patch.diff(old, patch.apply(old, fix.edits))
    except (patch.EditError, FileNotFoundError):  # another release is installed
        return ""


def _source(module: str) -> str:
    """Return the text of a module of a package that is installed, without importing it."""
    spec = find_spec(module.partition(".")[0])
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise FileNotFoundError(module)
    return (Path(folders[0]).parent / patch.path(module)).read_text(encoding="utf-8")


def _summary(bug: Bug) -> str:
    """Return the first paragraph of the docstring of a script."""
    text = ast.get_docstring(ast.parse(bug.script.read_text(encoding="utf-8"))) or bug.title
    return text.partition("\n\n")[0]


def _newest_figure(documents: Sequence[Document], bug: Bug) -> str:
    """Return the decisive figure on the newest release that has a bug, and that release."""
    for document in reversed(releases(documents)):
        entry = find(document, bug)
        if entry and entry.verdict is Verdict.REPRODUCED:
            return f"{issue.prose(entry.figure)} (datasets {label(document)})"
    return "not measured"


def _with_theme(svg: str) -> str:
    """Let a plot follow the theme of the site, which readers choose, not that of their system."""
    return SYSTEM.sub('html[data-theme="dark"]', svg)


def _table(story: stories.Story) -> str:
    """Return the rows of the releases, newest first, as a Markdown table."""
    large = story.bug.cap_bytes is not None
    headers = ["datasets", "verdict", "decisive figure", "peak RSS, MiB"]
    headers += ["large run under the cap"] if large else []
    rows = [
        [part.releases, stories.shown_verdict(part), part.figure, part.peak_mib]
        + ([part.large] if large else [])
        for part in reversed(story.stretches)
    ]
    lines = [headers, ["---"] * len(headers), *([cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _render(name: str, **values: object) -> str:
    environment = Environment(  # noqa: S701 - Markdown, not HTML
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, object] = {
        "prose": issue.prose,
        "thread": stories.thread,
        "table": _table,
        "sentence": lambda text: text[:1].upper() + text[1:],
        "cell": cell,
    }
    environment.filters.update(filters)
    return environment.get_template(name).render(**values).rstrip() + "\n"
