"""Tables in Markdown, from the verdicts of many releases: what the README shows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from packaging.version import InvalidVersion, Version
from tabulate import tabulate

from repro.catalog import BUGS, Bug
from repro.seeds import CLAIMS

Document = Mapping[str, Any]
"""What `repro.report.verdicts.document` makes of one run.

It may have `asked`, the versions that were asked for (`repro matrix`). If they could not be
installed it has an `error` and no bugs, and its environment is what was asked for.
"""

MARKS = {"reproduced": "x", "absent": "·", "untestable": "?"}
NOT_MEASURED, NOT_INSTALLABLE = "", "!"


def in_order(documents: Iterable[Document]) -> list[Document]:
    """Sorted by the version of datasets, the oldest first."""
    return sorted(documents, key=_place)


def _place(document: Document) -> tuple[bool, Version]:
    """What to sort by; git main that could not be installed has no version, and comes last."""
    try:
        return False, Version(release(document))
    except InvalidVersion:
        return True, Version("0")


def release(document: Document) -> str:
    """The version of datasets that was measured."""
    return str(document["environment"]["datasets"])


def label(document: Document) -> str:
    """The version of datasets, and what else was asked for, as in `4.4.2, pyarrow 21.0.0`."""
    asked = document.get("asked", {})
    others = [f"{name} {version}" for name, version in asked.items() if name != "datasets"]
    return ", ".join([release(document), *others])


def entry(document: Document, bug: Bug) -> Mapping[str, Any]:
    """What was measured of a bug.

    Raises:
        KeyError: it was not measured there.
    """
    found = find(document, bug)
    if found is None:
        raise KeyError(f"{bug.id} was not measured on datasets {release(document)}")
    return found


def find(document: Document, bug: Bug) -> Mapping[str, Any] | None:
    """What was measured of a bug; None if it was not measured there."""
    return next((each for each in document["bugs"] if each["id"] == bug.id), None)


def bugs(documents: Sequence[Document]) -> str:
    """One row a bug: the releases measured to have it, and the figure on the newest of those.

    Args:
        documents: in order of releases.
    """
    rows = []
    for bug in BUGS:
        measured = [each for each in documents if find(each, bug)]
        having = [each for each in measured if entry(each, bug)["verdict"] == "reproduced"]
        shown = next(reversed(having or measured), None)
        script = f"[`{bug.id}`](repro/bugs/{bug.id}.py)"
        live = " (live)" if having and shown is measured[-1] else ""
        figure = f"{entry(shown, bug)['figure']} ({release(shown)})" if shown else "not measured"
        threads = ", ".join(f"[#{url.rpartition('/')[2]}]({url})" for url in bug.threads)
        rows.append((script, bug.title, f"{_span(having)}{live}", figure, threads))
    headers = ("bug", "what goes wrong", "measured on", "decisive figure", "threads")
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def _span(having: Sequence[Document]) -> str:
    """The first and the last of the releases that have a bug."""
    if not having:
        return "none"
    first, last = release(having[0]), release(having[-1])
    return first if first == last else f"{first} to {last}"


def matrix(documents: Sequence[Document]) -> str:
    """Bugs by releases: x reproduced, · absent, ? untestable, ! not installable."""
    rows = [(bug.id, *(mark(document, bug) for document in documents)) for bug in BUGS]
    return tabulate(rows, ("", *map(label, documents)), tablefmt="github", disable_numparse=True)


def summary(documents: Sequence[Document], notes: Iterable[str]) -> str:
    """The matrix, what its marks mean, what could not be installed, and what else there is to say.

    Args:
        documents: in order of releases.
        notes: a line each.
    """
    lines = "\n".join(f"- {line}" for line in [*errors(documents), *notes])
    marks = "`x` reproduced, `·` absent, `?` untestable, `!` not installable"
    return f"{matrix(documents)}\n\n{marks}\n\n{lines}".rstrip() + "\n"


def errors(documents: Iterable[Document]) -> list[str]:
    """What could not be installed, and why, a line each."""
    return [
        f"datasets {label(document)} cannot be installed: {document['error']}"
        for document in documents
        if "error" in document
    ]


def mark(document: Document, bug: Bug) -> str:
    """The verdict about a bug as one character; empty if it was not measured there."""
    if "error" in document:
        return NOT_INSTALLABLE
    found = find(document, bug)
    return MARKS[found["verdict"]] if found else NOT_MEASURED


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
        ValueError: the text has no such marks.
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, opened, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(f"there is no place for {name}: no {start} and {end}")
    return f"{before}{start}\n{content}\n{end}{after}"


def uploads(results: Sequence[Mapping[str, Any]]) -> str:
    """One row for each comparison of uploads that `benchmarks/upload.py` made."""
    return tabulate(
        [_upload(result) for result in results],
        headers="keys",
        tablefmt="github",
        colglobalalign="right",
        colalign=("left", "left"),
    )


def _upload(result: Mapping[str, Any]) -> dict[str, str]:
    ways = result["ways"]
    ours, upstream, folder = (ways[name] for name in ("uploader", "upstream", "upload_folder"))
    row = {
        "files": f"{result['files']} x {result['file_mib']} MiB in {result['shards']} shards",
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
