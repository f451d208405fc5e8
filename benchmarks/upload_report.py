"""Write the plots of uploads from docs/measured/upload."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

ROOT = Path(__file__).parents[1]
MEASURED = ROOT / "docs" / "measured" / "upload" / "datasets-5.2.0.json"
PLOTS = ROOT / "docs"
MIB = 2**20
SHOWN = {"uploader": "workaround.push_to_hub", "upstream": "Dataset.push_to_hub"}
COLOURS = {"uploader": "tab:blue", "upstream": "tab:red"}
STYLES = {"light": "default", "dark": "dark_background"}

Result = Mapping[str, Any]


def plot(result: Result, release: str, theme: str) -> None:
    """RSS over time of two uploads of the same files, for a light or a dark page."""
    mpl.rcParams["svg.hashsalt"] = theme  # the same figures make the same file
    with plt.style.context(STYLES[theme]):
        figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
        for name, label in SHOWN.items():
            seconds, rss = zip(*result["ways"][name]["samples"], strict=True)
            axes.plot(seconds, [nbytes / MIB for nbytes in rss], color=COLOURS[name], label=label)
        gib = result["files"] * result["file_mib"] / 1024
        title = f"Uploading {gib:g} GiB in {result['files']} files, datasets {release}"
        axes.set(xlabel="seconds", ylabel="RSS, MiB", ylim=(0, None), title=title)
        axes.legend(framealpha=0)
        figure.savefig(PLOTS / f"upload-{theme}.svg", metadata={"Date": None}, transparent=True)
    plt.close(figure)


def main() -> None:
    """Write the plots."""
    document = json.loads(MEASURED.read_text())
    largest = max(
        document["results"], key=lambda result: (result["file_mib"], result["mode"] == "lfs")
    )
    for theme in STYLES:
        plot(largest, document["environment"]["datasets"], theme)


if __name__ == "__main__":
    main()
