"""Tables in Markdown, from the verdicts of many releases: what the README shows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from packaging.specifiers import SpecifierSet
from tabulate import tabulate

from repro.catalog.bugs import BUGS, Bug
from repro.catalog.claims import CLAIMS
from repro.judge.outcome import Verdict
from repro.report.marks import WORDS, mark
from repro.results.document import Document, find, label, releases

LEGEND = ", ".join(f"`{mark}` {word}" if mark else f"empty: {word}" for mark, word in WORDS.items())


def bugs(documents: Sequence[Document], shown: Sequence[Bug]) -> str:
    """One row a bug, with the releases measured to have it; what is in the newest comes first.

    The cells are not padded: their lines stay short.

    Args:
        documents: In order of releases. What is of git counts only where there are no releases.
        shown: The bugs.
    """
    rows = []
    for bug in shown:
        measured = releases([document for document in documents if find(document, bug)])
        having = [
            document
            for document in measured
            if (entry := find(document, bug)) and entry.verdict is Verdict.REPRODUCED
        ]
        age = [measured.index(document) for document in having[-1:] + having[:1]]
        span = _span(having) if measured else "not measured"
        if having and having[-1] is measured[-1]:
            span = f"from {label(having[0])}"
        rows.append((age, f"| {bug.id} | {cell(bug.title)} | {span} |"))
    rows.sort(key=lambda row: row[0], reverse=True)
    head = ["| bug | what goes wrong | releases |", "| --- | --- | --- |"]
    return "\n".join([*head, *(row for _, row in rows)])


def _span(having: Sequence[Document]) -> str:
    """The first and the last of the releases that have a bug."""
    if not having:
        return "none"
    first, last = label(having[0]), label(having[-1])
    return first if first == last else f"{first} to {last}"


def matrix(documents: Sequence[Document], shown: Sequence[Bug] = BUGS) -> str:
    """Bugs by releases, a mark each (`repro.report.marks`)."""
    rows = [(bug.id, *(mark(document, bug) for document in documents)) for bug in shown]
    headers = ("", *(cell(label(document)) for document in documents))
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def summary(
    documents: Sequence[Document], notes: Iterable[str], shown: Sequence[Bug] = BUGS
) -> str:
    """The matrix, what its marks mean, what could not be installed, and what else there is to say.

    Args:
        documents: In order of releases.
        notes: A line each.
        shown: The bugs.
    """
    lines = "\n".join(f"- {escaped(line)}" for line in [*errors(documents), *notes])
    return f"{matrix(documents, shown)}\n\n{LEGEND}\n\n{lines}".rstrip() + "\n"


def specifier(affected: SpecifierSet) -> str:
    """A range with its lower bound first, as in `>=4.4.0.dev0,<4.4.2.dev0`."""
    return ",".join(sorted(map(str, affected), key=lambda bound: bound.startswith("<")))


def escaped(text: str) -> str:
    """Text of a program as Markdown: on one line, and nothing in it is taken for HTML."""
    return text.replace("<", "&lt;").replace("\n", " ")


def cell(text: str) -> str:
    """Text of a program in a cell of a table: it does not end the cell either."""
    return escaped(text).replace("|", "\\|")


def errors(documents: Iterable[Document]) -> list[str]:
    """Return a line for each release that could not be installed, with the reason."""
    return [
        f"datasets {label(document)} cannot be installed: {document.error}"
        for document in documents
        if document.error is not None
    ]


def claims() -> str:
    """One row a claim of the seeds."""
    rows = [
        (
            claim.place,
            claim.text,
            f"**{claim.outcome}**",
            claim.finding,
            claim.releases,
            ", ".join(f"`{shown.rpartition('::')[2]}`" for shown in claim.shown_by),
        )
        for claim in CLAIMS
    ]
    headers = ("where", "claim", "", "what is true", "releases", "shown by")
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def fill(text: str, name: str, content: str) -> str:
    """Put content between the marks `<!-- name -->` and `<!-- /name -->` of a text.

    Raises:
        ValueError: The text has no such marks.
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, opened, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(f"there is no place for {name}: no {start} and {end}")
    return f"{before}{start}\n{content}\n{end}{after}"


def figures(results: Sequence[Mapping[str, Any]], *, files: int, shards: int) -> str:
    """Time and memory of one comparison of uploads, a row for each way.

    Args:
        results: Of `benchmarks/upload.py`.
        files: Number of files of the comparison.
        shards: Number of its shards.
    """
    shown = [result for result in results if (result["files"], result["shards"]) == (files, shards)]
    names = {
        "uploader": "`workaround.push_to_hub`",
        "upstream": "`Dataset.push_to_hub`",
        "upload_folder": "`upload_folder`",
    }
    headers = [f"{text}, {result['mode']}" for result in shown for text in ("time", "peak RSS")]
    rows = []
    for way, name in names.items():
        row = [name]
        for result in shown:
            measured = result["ways"][way]
            row += [
                f"{measured['seconds']:.1f} s",
                f"+{measured['rise_bytes'] / 2**20:.0f} MiB",
            ]
        rows.append(row)
    return tabulate(rows, ["", *headers], tablefmt="github", disable_numparse=True)


def uploads(results: Sequence[Mapping[str, Any]]) -> str:
    """One row for each comparison of uploads that `benchmarks/upload.py` made."""
    return tabulate(
        [_upload(result) for result in results],
        headers="keys",
        tablefmt="github",
        colglobalalign="right",
        colalign=("left", "left"),
    )


def _content(result: Mapping[str, Any]) -> str:
    if not result["files"]:
        return f"{result['rows']} rows x {result['columns']} columns"
    latency = f", {result['latency_ms']} ms to an answer," if result.get("latency_ms") else ""
    latency += f", {result['link_mb']} MB/s to the Hub," if result.get("link_mb") else ""
    size = result["file_mib"]
    unit = f"{size:g} MiB" if size >= 1 else f"{1024 * size:g} KiB"
    return f"{result['files']} x {unit}{latency}"


def _upload(result: Mapping[str, Any]) -> dict[str, str]:
    ways = result["ways"]
    ours, upstream, folder = (ways[name] for name in ("uploader", "upstream", "upload_folder"))
    row = {
        "files": f"{_content(result)} in {result['shards']} shards",
        "mode": result["mode"],
    }
    named = {"uploader": ours, "upstream": upstream, "`upload_folder`": folder}
    row |= {
        f"{name}, peak RSS": f"+{way['rise_bytes'] / 2**20:.0f} MiB" for name, way in named.items()
    }
    row |= {f"{name}, time": f"{way['seconds']:.1f} s" for name, way in named.items()}
    row["of upstream"] = f"{ours['seconds'] / upstream['seconds']:.2f}"
    row["of `upload_folder`"] = f"{ours['seconds'] / folder['seconds']:.2f}"
    return row
