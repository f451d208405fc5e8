"""Write the README's tables and its plot from the verdicts in docs/measured.

`python benchmarks/readme.py FILE...` first takes in new ones (`python -m repro matrix`).
"""

import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from repro.catalog.bugs import find
from repro.report import markdown, plots
from repro.results import store as collected
from repro.results.document import Document
from repro.results.store import MEASURED

ROOT = Path(__file__).parents[1]
OUTPUT = MEASURED / "output.txt"  # the end of what `python -m repro run` printed of some on 5.2.0
UPLOADS = MEASURED / "upload" / "datasets-5.2.0.json"
SURVIVAL = MEASURED / "survival.json"
SHOWN = (
    "dict-push-deletes-foreign-files",
    "card-keeps-old-features",
    "default-config-lost",
    "set-default-again-loses-split",
    "cwd-file-replaces-cell",
    "two-configs-one-data-dir",
    "stream-reorders-rows",
    "undecoded-lists-not-embedded",
    "edited-image-uploads-original",
    "colon-path-cut",
    "cells-over-2gib-fail",
    "shard-count-ignores-nifti",
    "sliced-list-embed",
    "num-proc-loses-rows",
    "embed-zero-bytes",
)
"""Bugs that lose or change data, end an upload, or fill the memory."""
PLOT = ROOT / "docs" / "sliced-list-embed.svg"


def tables(documents: Sequence[Document]) -> dict[str, str]:
    """The README's generated parts, by the name of their place."""
    survival = json.loads(SURVIVAL.read_text())["summary"]
    uploads = json.loads(UPLOADS.read_text())["results"]
    return {
        "bugs": markdown.bugs(documents, [find(bug) for bug in SHOWN]),
        "uploads": markdown.figures(uploads, files=8, shards=8),
        "survival": textwrap.fill(survival, 120),
        "output": f"```text\n{OUTPUT.read_text()}```",
    }


def plot(documents: Sequence[Document]) -> str:
    """RSS over time of `sliced-list-embed --large`, where it has the bug and where not."""
    bug = find("sliced-list-embed")
    title = "Embedding one row of 8 MiB, of a dataset of 376 MiB"
    return plots.rss(plots.curves(documents, bug), bug.cap_bytes, title) + "\n"


def main() -> None:
    """Take in what is named, and write."""
    for file in sys.argv[1:]:
        collected.write(MEASURED, collected.read_file(Path(file)))
    documents = collected.read(MEASURED)
    readme = ROOT / "README.md"
    text = readme.read_text()
    for name, table in tables(documents).items():
        text = markdown.fill(text, name, table)
    readme.write_text(text)
    PLOT.write_text(plot(documents))


if __name__ == "__main__":
    main()
