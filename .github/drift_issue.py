"""Tell in an issue of this repository which verdicts drift: `drift_issue.py FOLDER URL`.

All files `drift.json` of the folder and of those in it are read.

One open issue has the label; it is opened if there is none, else its text is replaced, with a
comment where other verdicts drift than it said: nobody is told of a text that is replaced. Nothing
is done where nothing drifts. Standard library and `gh` only: this runs with a token that may write
issues, beside nothing of what was installed to be measured.

Exit status: 0 done, 1 `gh` failed (it says why), 2 no list of drifts can be read.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TITLE = "Verdicts drift"
LABEL = "drift"
ABOUT = "A verdict of the matrix is not what the catalog expects"
COLOUR = "d93f0b"
MOST_CHARACTERS = 60_000  # GitHub takes 65536


def line(drift: dict[str, Any]) -> str:
    """A drift on a line: of a figure, or of a verdict."""
    if "noise" in drift:
        moved = f"{drift['bug']}: {drift['figure']} moved on datasets {drift['datasets']}"
        packages = f"; {drift['packages']}" if drift["packages"] else ""
        return f"{moved}: {drift['was']} -> {drift['now']} (noise {drift['noise']}){packages}"
    change = f"{drift['bug']}: {drift['was']} -> {drift['now']} on datasets {drift['datasets']}"
    return f"{change} ({drift['reason'] or drift['figure']})"


def body(lines: Sequence[str], url: str) -> str:
    """The text of the issue: what drifts, and the run that measured it.

    The lines are in a code block, where nothing that a script printed can be a link or a mention.
    """
    text = "\n".join(lines).replace("`", "'")
    if len(text) > MOST_CHARACTERS:
        text = f"{text[:MOST_CHARACTERS]}\n..."
    return (
        f"{ABOUT}, or not what it was.\n\n```text\n{text}\n```\n\n"
        "Run the script by hand on that release and on the one before it, then bring"
        " its entry in `repro/bugs` up to date with what you measured. Close this issue then.\n\n"
        f"Measured by {url}, with the report among its artifacts.\n"
    )


def reported(text: str) -> list[str]:
    """The words about drift in the text of an issue, whatever ends its lines.

    Without the values of figures, which are others in each run: that is no news.
    """
    lines = text.partition("```text")[2].partition("```")[0]
    return re.sub(r"( moved on datasets [^:]*):.*", r"\1", lines).split()


def gh(*arguments: str, text: str | None = None) -> str:
    """Run `gh` and return its output.

    Raises:
        subprocess.CalledProcessError: it failed; it said why on stderr.
    """
    done = subprocess.run(  # noqa: S603 - our own arguments
        ["gh", *arguments],  # noqa: S607 - that of the runner
        check=True,
        input=text,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return done.stdout.strip()


def report(text: str) -> str:
    """Open the issue, or replace the text of the one that is open; returns its address.

    Raises:
        subprocess.CalledProcessError: `gh` failed.
    """
    gh("label", "create", LABEL, "--description", ABOUT, "--color", COLOUR, "--force")
    known = ("--label", LABEL, "--state", "open", "--limit", "1", "--json", "number,body")
    for issue in json.loads(gh("issue", "list", *known)):
        number = str(issue["number"])
        address = gh("issue", "edit", number, "--body-file", "-", text=text)
        if reported(issue["body"]) != reported(text):
            gh("issue", "comment", number, "--body-file", "-", text=f"This drifts now.\n\n{text}")
        return address
    new = ("--title", TITLE, "--label", LABEL, "--body-file", "-")
    return gh("issue", "create", *new, text=text)


def main(arguments: Sequence[str]) -> int:
    """Read the files, and report; returns the exit status."""
    try:
        folder, url = arguments
        files = sorted(Path(folder).rglob("drift.json"))
        lines = [line(drift) for file in files for drift in json.loads(file.read_text())]
    except (OSError, ValueError, TypeError, KeyError) as error:
        print(f"drift_issue: no list of drifts: {error!r}", file=sys.stderr)
        return 2
    if not files:
        print(f"drift_issue: no drift.json in {folder}", file=sys.stderr)
        return 2
    if not lines:
        print("nothing drifts")
        return 0
    try:
        print(report(body(lines, url)))
    except subprocess.CalledProcessError as error:
        print(f"drift_issue: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
