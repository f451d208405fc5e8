"""Write the README's tables and its plot from the verdicts in docs/measured.

`python benchmarks/readme.py FILE...` first takes in new ones (`python -m repro matrix`).
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from repro.catalog.bugs import find
from repro.report import markdown, plots
from repro.results import store as collected
from repro.results.document import Document
from repro.results.store import MEASURED

ROOT = Path(__file__).parents[1]
OUTPUT = MEASURED / "output.txt"  # what `pytest -m repro` printed on 4.4.2
PLOT = ROOT / "docs" / "sliced-list-embed.svg"


def tables(documents: Sequence[Document]) -> dict[str, str]:
    """The README's generated parts, by the name of their place."""
    return {
        "bugs": markdown.bugs(documents),
        "matrix": markdown.matrix(documents),
        "claims": markdown.claims(),
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
