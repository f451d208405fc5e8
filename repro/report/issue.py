"""An upstream issue: its text in the shape of the form, and the files to attach.

The sections are those of `.github/ISSUE_TEMPLATE/bug-report.yml` of datasets, the environment is
what `datasets-cli env` prints (`commands/env.py`).
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from tabulate import tabulate

from repro.catalog.bugs import MIB, UPSTREAM, Bug, Change
from repro.judge.outcome import Verdict
from repro.judge.verdict import Judgement
from repro.report.markdown import cell
from repro.report.plots import ABOVE_THE_CAP
from repro.report.private import Private
from repro.report.proof import Proof, beginning, ending
from repro.report.steps import fenced, steps
from repro.report.stories import Story, Stretch, shown_verdict, story, thread
from repro.results import build as verdicts
from repro.results.document import SHORT, Document, in_order, label
from repro.sandbox.run import Exited, Run

TEXT, OUTPUT, PLOT = "issue.md", "output.txt", "rss.svg"
DIFF = "fix.diff"
MARK = "<!-- made by `python -m repro issue` -->"
"""The first line of the text: the folder is ours to write."""

MOST = 4000  # characters of each output in the text; GitHub takes 65536 in all
CORE_MOST = 1500  # characters of the output of the core
CODE = re.compile(  # a code span, a call, or what has an underscore or a dot between names
    r"`[^`]+`"
    r"|(?<![\w`])[\w./:]+(?:\([^()`]*\)(?:\.\w+)*)+"
    r"|(?<![\w`])[\w./*:=-]*(?:_|\w\(|[A-Za-z]\.[a-z]\w)[^\s`']*[^\s`'.,;:]"
)
NAMES = {
    "datasets": "`datasets` version",
    "commit": "`datasets` commit",
    "platform": "Platform",
    "python": "Python version",
    "huggingface_hub": "`huggingface_hub` version",
    "pyarrow": "PyArrow version",
    "pandas": "Pandas version",
}
FORM = f"{UPSTREAM}/issues/new?template=bug-report.yml"
DROP = "Comments such as this one do not show. GitHub takes files by drag and drop, SVG too."


def bundle(
    judgement: Judgement,
    environment: Mapping[str, str],
    documents: Sequence[Document],
    private: Private,
    origin: str | None = None,
    proof: Proof | None = None,
) -> dict[str, str]:
    """The files of a bundle, by name.

    Args:
        judgement: of the run that the bundle is about.
        environment: of that run: versions by the name of the package, python and platform.
        documents: what was measured before, in order of releases; that run takes the place of an
            earlier one of its release.
        private: what to leave out of the output.
        origin: the URL that this project can be had from; None if nobody knows one.
        proof: The core, the fix and the test; None if the bug has none.
    """
    bug = judgement.bug
    this = verdicts.document([judgement], environment)
    others = [document for document in documents if label(document) != label(this)]
    measured = story(in_order([*others, this]), bug)
    script = bug.script.read_text()
    files = {
        TEXT: "\n".join(_text(judgement, environment, measured, private, origin, proof)),
        bug.script.name: script,
        OUTPUT: "\n".join(_runs(judgement, private, most=None)) + "\n",
    }
    if proof is not None:
        files[f"test_{bug.id.replace('-', '_')}.py"] = proof.test
    if proof is not None and proof.diff:
        files[DIFF] = proof.diff
    return files | ({PLOT: f"{measured.plot}\n"} if measured.plot else {})


def _issues(bug: Bug) -> list[str]:
    """The URLs of the issues that are about a bug."""
    return [url for url in bug.threads if "/issues/" in url]


def _text(
    judgement: Judgement,
    environment: Mapping[str, str],
    measured: Story,
    private: Private,
    origin: str | None,
    proof: Proof | None,
) -> Iterator[str]:
    bug = judgement.bug
    script = bug.script.read_text()
    yield MARK
    yield f"<!--\nTitle: {bug.title}\n"
    yield f"{_where_to(measured)}\n"
    yield f"{DROP}\n-->\n"
    yield "### Describe the bug\n"
    yield f"{prose(_summary(bug, script))}\n"
    if proof is not None and proof.shows:
        for paragraph in beginning(proof, lambda run: _shown_run(run, private)):
            yield f"{paragraph}\n"
    yield f"{_finding(judgement, measured, private)}\n"
    yield f"{_threads(bug)}\n"
    yield f"**Cause.** {prose(bug.cause)}{_since(bug)}\n"
    yield f"{_releases(measured.stretches, private)}\n"
    if measured.plot:
        yield f"<!-- Drop {PLOT} here: memory over time, with and without the bug. -->\n"
        yield f"{ABOVE_THE_CAP}\n"
    yield "### Steps to reproduce the bug\n"
    for paragraph in steps(bug, environment, script, origin):
        yield f"{paragraph}\n"
    yield f"<details open><summary><code>{bug.script.name}</code></summary>\n"
    yield f"{fenced(script, 'python')}\n\n</details>\n"
    yield "Its output:\n"
    yield fenced("\n".join(_runs(judgement, private, MOST))) + "\n"
    yield "### Expected behavior\n"
    yield f"{prose(bug.expected)}\n"
    if proof is not None and proof.shows:
        for paragraph in ending(proof):
            yield f"{paragraph}\n"
    yield "### Environment info\n"
    names = NAMES | {name: f"`{name}` version" for name in environment if name not in NAMES}
    for name in (name for name in names if name in environment):
        yield f"- {names[name]}: {environment[name]}"
    yield ""


def _where_to(measured: Story) -> str:
    """Say where the text belongs, if anywhere."""
    issues = " ".join(_issues(measured.bug))
    if measured.fixed:
        also = f" What is new in it belongs in {issues}" if issues else ""
        return f"Fixed: the newest release measured does not have it. Upgrade, do not report.{also}"
    if issues:
        return f"Known: {issues}\nComment there; if that is closed, open one that refers to it."
    return f"No issue is known. Look for one, then open it: {FORM}"


def _summary(bug: Bug, script: str) -> str:
    """Return the first sentence of the script, or the title as a sentence."""
    doc = ast.get_docstring(ast.parse(script)) or f"{bug.title[0].upper()}{bug.title[1:]}."
    return doc.partition("\n\n")[0]


def _finding(judgement: Judgement, measured: Story, private: Private) -> str:
    """Return the measurement of this run, and those of other releases."""
    on, figure = f"On datasets {judgement.datasets}", private.hide(judgement.figure)
    match judgement.verdict:
        case Verdict.REPRODUCED:
            finding = f"{on}: **{prose(figure)}**."
        case Verdict.ABSENT:
            finding = f"**{on} it is absent**: {prose(figure)}."
        case _:
            finding = f"**{on} it cannot be tested**:\n\n{fenced(figure)}\n"
    newest = "; the newest release measured does not have it" if measured.fixed else ""
    return f"{finding}\nReleases that were measured to have it: {measured.affected}{newest}."


def _threads(bug: Bug) -> str:
    """The threads, as links."""
    issues = _issues(bug)
    others = [url for url in bug.threads if url not in issues]
    sentences = []
    if issues:
        sentences.append(f"Follow-up to {_links(issues)}.")
    if others:
        sentences.append(f"See also {_links(others)}.")
    return " ".join(sentences)


def _since(bug: Bug) -> str:
    """Return the upstream changes that a bug began and ended with, as sentences with links."""
    changes = {"It began with": bug.introduced, "It ended with": bug.fixed}
    return "".join(
        f" {words} {change_link(change)}."
        for words, change in changes.items()
        if change is not None
    )


def change_link(change: Change) -> str:
    """Return an upstream change as Markdown, as in `[#8064](...) of 2026-03-16`."""
    date = f" of {change.date}" if change.date else ""
    if change.pr is not None:
        return f"[#{change.pr}]({UPSTREAM}/pull/{change.pr}){date}"
    return f"[{change.commit[:SHORT]}]({UPSTREAM}/commit/{change.commit}){date}"


def _links(urls: Sequence[str]) -> str:
    return ", ".join(f"[{thread(url)}]({url})" for url in urls)


def _releases(stretches: Sequence[Stretch], private: Private) -> str:
    """One row for neighbouring releases on which the same was measured."""
    large = any(stretch.large for stretch in stretches)
    rows = [
        [stretch.releases, shown_verdict(stretch), stretch.figure, stretch.peak_mib, stretch.ended]
        + ([stretch.large] if large else [])
        for stretch in stretches
    ]
    headers = ["datasets", "verdict", "measured", "peak RSS, MiB", "script"]
    headers += ["large run under a memory cap"] if large else []
    cells = [[cell(private.hide(text)) for text in row] for row in rows]
    return tabulate(cells, headers, tablefmt="github", disable_numparse=True)


def _runs(judgement: Judgement, private: Private, most: int | None) -> Iterator[str]:
    """The output of the run, and of the large one, and how they ended."""
    script = judgement.bug.script.name
    yield from _output(f"$ python {script}", judgement.run, private, most)
    if (capped := judgement.capped) is not None:
        cap = f"{(capped.cap_bytes or 0) // MIB} MiB of memory, enforced by {capped.enforced_by}"
        yield ""
        yield from _output(f"$ python {script} --large  # in {cap}", capped, private, most)


def _output(command: str, run: Run, private: Private, most: int | None) -> Iterator[str]:
    yield command
    for stream in (run.stdout, run.stderr):
        if shown := _tail(private.hide(_shown(stream)), most):
            yield shown
    status = "" if isinstance(run.ended, Exited) else f", status {run.ended.status}"
    peak = f"peak RSS {run.peak_rss_bytes // MIB} MiB"
    yield f"# {run.ended}{status}, after {run.seconds:.1f} s, {peak}"


def _shown_run(run: Run, private: Private) -> str:
    """Return the end of what a run printed, without what is private."""
    return _tail(private.hide(_shown(run.stdout + run.stderr)), CORE_MOST)


def _shown(output: str) -> str:
    """Return the output as a terminal shows it in the end: of a progress bar, its last state."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in output.split("\n"))
    return "\n".join(lines).strip("\n")


def _tail(text: str, most: int | None) -> str:
    """The last lines of a text, that many characters at most."""
    if most is None or len(text) <= most:
        return text
    end = text[-most:]
    return f"[...]\n{end.partition(chr(10))[2] or end}"


def prose(text: str) -> str:
    """Plain text as Markdown: names of the code become code, and mean nothing else."""
    return CODE.sub(_as_code, text)


def _as_code(finding: re.Match[str]) -> str:
    token, rest = finding[0], ""
    while token.count(")") > token.count("("):
        token, rest = token[:-1], token[-1] + rest
    return (token if token.startswith("`") else f"`{token}`") + rest
