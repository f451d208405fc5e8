"""RSS over time as SVG, for light and dark pages."""

import html
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from repro.catalog.bugs import MIB, Bug
from repro.judge.outcome import Verdict
from repro.results.document import Document, find, label, of_git

INK, PAPER, GRID = "#1f2328", "#ffffff", "#d1d9e0"
AFFECTED, FIXED = "#b3261e", "#0b57a4"
ON_DARK = {
    INK: "#e6edf3",
    PAPER: "#14181d",
    GRID: "#3d444d",
    AFFECTED: "#ff8f80",
    FIXED: "#79b8ff",
}
"""What each colour becomes where the reader prefers a dark page."""

SIZE = (5.0, 2.9)  # inches: text of 10 points can still be read on a phone
STYLE: dict[str, Any] = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": PAPER,
    "font.size": 10,
    "grid.color": GRID,
    "svg.fonttype": "none",  # text stays text, in the reader's font
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
ABOVE_THE_CAP = (
    "RSS may read higher than the cap: "
    "pages of shared libraries count in it, and not in the cgroup."
)
DASHES = ("-", (0, (5, 1.5)), (0, (3, 1.5, 1, 1.5)))  # not by colour alone


@dataclass(frozen=True)
class Curve:
    """The memory of a process tree.

    Attributes:
        label: Names it in the legend.
        samples: Pairs of seconds since the start and RSS in bytes; at least one.
        colour: As in `#b3261e`; of `ON_DARK`, or it is the same on a dark page.
    """

    label: str
    samples: Sequence[tuple[float, int]]
    colour: str

    @property
    def peak_bytes(self) -> int:
        """The largest sample."""
        return max(rss for _, rss in self.samples)


def curves(documents: Sequence[Document], bug: Bug) -> list[Curve]:
    """Return the memory of the newest release that has a bug, and of the newest that does not.

    Capped runs where there are. No curve for a kind of release that was not measured.

    Args:
        documents: In order of releases.
        bug: Of the catalog.
    """
    result = []
    of_git_first = sorted(documents, key=of_git, reverse=True)
    for verdict, word, colour in (
        (Verdict.REPRODUCED, "affected", AFFECTED),
        (Verdict.ABSENT, "not affected", FIXED),
    ):
        for document in reversed(of_git_first):
            entry = find(document, bug)
            run = entry and (entry.capped or entry)
            if entry and run and entry.verdict is verdict and run.samples:
                name = f"datasets {label(document)}, {word}: {run.ended}"
                result.append(Curve(name, run.samples, colour))
                break
    return result


def rss(curves: Sequence[Curve], cap_bytes: int | None, title: str) -> str:
    """Draw curves of RSS over time, and the cap as a line.

    The same arguments make the same text. It stands alone as a file, and can stand in HTML beside
    others of another title. On a screen whose reader prefers dark, it is dark.

    Args:
        curves: At least one.
        cap_bytes: The memory that the processes were given, in bytes.
        title: Stands above the plot.

    Returns:
        The `<svg>` element.
    """
    style: Any = {**STYLE, "svg.hashsalt": title}
    with mpl.rc_context(style):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.subplots()
        for number, curve in enumerate(curves):
            seconds, sizes = zip(*curve.samples, strict=True)
            axes.plot(
                seconds,
                [size / MIB for size in sizes],
                color=curve.colour,
                label=curve.label,
                linestyle=DASHES[number % len(DASHES)],
            )
        if cap_bytes is not None:
            cap = f"memory cap: {cap_bytes / MIB:.0f} MiB"
            axes.axhline(cap_bytes / MIB, color=INK, linestyle=":", label=cap)
        axes.set(xlabel="seconds", ylabel="RSS, MiB", xlim=(0, None), ylim=(0, None))
        axes.grid(axis="y")
        figure.legend(
            loc="outside upper left",
            title=title,
            alignment="left",
            title_fontproperties={"weight": "bold"},
            frameon=False,
            fontsize=9,
        )
        drawn = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing)
    return _adapted(drawn.getvalue(), _described(curves, cap_bytes, title))


def _described(curves: Iterable[Curve], cap_bytes: int | None, title: str) -> str:
    """The plot in words, for who cannot see it."""
    peaks = [f"{curve.label}, peak {curve.peak_bytes / MIB:.0f} MiB" for curve in curves]
    cap = [] if cap_bytes is None else [f"memory cap {cap_bytes / MIB:.0f} MiB"]
    return f"RSS over time. {title}. {'; '.join([*peaks, *cap])}."


def _adapted(svg: str, description: str) -> str:
    """The `<svg>` element alone, with its description and its colours on a dark page.

    Names of groups are dropped: nothing refers to them, and in a page they would not be unique.
    """
    dark = "".join(
        f'.rss-plot [style*="{property_}: {light}"]{{{property_}:{colour}!important}}'
        for light, colour in ON_DARK.items()
        for property_ in ("fill", "stroke")
    )
    style = (
        "<style>.rss-plot text{font-family:system-ui,sans-serif!important}"
        f"@media screen and (prefers-color-scheme:dark){{{dark}}}</style>"
    )
    element = re.sub(r'<g id="[^"]*"', "<g", svg[svg.index("<svg") :])
    element = element.replace("*{", ".rss-plot *{", 1)  # matplotlib's own style, for this plot only
    label = html.escape(description)
    opening = f'<svg class="rss-plot" role="img" aria-label="{label}"'
    return element.replace("<svg", opening, 1).replace(">", f">{style}", 1)
