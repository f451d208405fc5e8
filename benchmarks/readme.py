"""Write the README's tables and its plot from the verdicts in docs/measured.

`python benchmarks/readme.py FILE...` first takes in new ones (`python -m repro matrix`).
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt

from repro.catalog import MIB, find
from repro.report import collected, markdown
from repro.report.collected import MEASURED

ROOT = Path(__file__).parents[1]
OUTPUT = MEASURED / "output.txt"  # what `pytest -m repro -q` printed on AFFECTED
PLOT = ROOT / "docs" / "sliced-list-embed.svg"
AFFECTED, FIXED = "4.4.2", "5.2.0"


def tables(documents: Sequence[markdown.Document]) -> dict[str, str]:
    """The README's generated parts, by the name of their place."""
    return {
        "bugs": markdown.bugs(documents),
        "matrix": markdown.matrix(documents),
        "claims": markdown.claims(),
        "output": f"```text\n{OUTPUT.read_text()}```",
    }


def plot(documents: Sequence[markdown.Document]) -> None:
    """RSS over time of `sliced-list-embed --large`, where it has the bug and where not."""
    bug = find("sliced-list-embed")
    mpl.rcParams["svg.hashsalt"] = bug.id  # the same figures make the same file
    figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
    for release, colour in ((AFFECTED, "tab:red"), (FIXED, "tab:blue")):
        document = next(each for each in documents if markdown.release(each) == release)
        run = markdown.entry(document, bug)["capped"]
        seconds, rss = zip(*run["samples"], strict=True)
        label = f"datasets {release}: {run['ended']}"
        axes.plot(seconds, [each / MIB for each in rss], color=colour, label=label)
    axes.axhline((bug.cap_bytes or 0) / MIB, color="grey", linestyle="--", label="memory cap")
    axes.set(xlabel="seconds", ylabel="RSS of the process tree, MiB", ylim=(0, None))
    axes.set_title("Embedding one row of 8 MiB, of a dataset of 376 MiB")
    axes.legend()
    figure.savefig(PLOT, metadata={"Date": None})


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
    plot(documents)


if __name__ == "__main__":
    main()
