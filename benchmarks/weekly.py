"""Compare small uploads with `Dataset.push_to_hub`, and tell which have become slower.

`python benchmarks/weekly.py` takes about a minute. It prints a line for each comparison whose ratio
is worse than the recorded one by more than the noise of both, and then ends with status 1;
`--record` writes the ratios that later runs are compared with.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, it sees its own folder only

from benchmarks.upload import MEASURED, MODES, Case, measure

BASELINE = MEASURED / "weekly" / "ratios.json"
TURNS = 5
CASES = {
    "16 files of 8 MiB": Case("weekly", 8, 16, 4),
    "2000 files of 4 KiB": Case("weekly", 1 / 256, 2000, 4),
}


@dataclass(frozen=True)
class Ratio:
    """The time of the uploader over that of `Dataset.push_to_hub`.

    Attributes:
        median: Of several turns.
        noise: Largest distance of a turn from it.
    """

    median: float
    noise: float

    @classmethod
    def of(cls, ours: Sequence[float], upstream: Sequence[float]) -> Ratio:
        """Return the ratio of uploads that took turns."""
        ratios = [one / other for one, other in zip(ours, upstream, strict=True)]
        middle = median(ratios)
        return cls(middle, max(abs(ratio - middle) for ratio in ratios))


def drifts(now: Mapping[str, Ratio], before: Mapping[str, Ratio]) -> list[str]:
    """Return a line for each comparison that has become worse by more than noise."""
    return [
        f"{name}: {ratio.median:.2f} of upstream's time, was {old.median:.2f} (noise {noise:.2f})"
        for name, ratio in now.items()
        if (old := before.get(name)) is not None
        and ratio.median - old.median > (noise := max(old.noise, ratio.noise))
    ]


def ratios() -> dict[str, Ratio]:
    """Measure all comparisons."""
    result = {}
    for name, case in CASES.items():
        for mode in MODES:
            taken = measure(case, mode, TURNS, ("uploader", "upstream"))
            ratio = Ratio.of(taken["uploader"].runs, taken["upstream"].runs)
            result[f"{name}, {mode}"] = ratio
            print(f"{name}, {mode}: {ratio.median:.2f} (noise {ratio.noise:.2f})", flush=True)
    return result


def main() -> int:
    """Measure, and compare or record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--record", action="store_true", help="compare later runs with this one")
    parser.add_argument("--baseline", type=Path, default=BASELINE, help="file of recorded ratios")
    arguments = parser.parse_args()
    now = ratios()
    if arguments.record:
        arguments.baseline.parent.mkdir(exist_ok=True)
        plain = {name: asdict(ratio) for name, ratio in now.items()}
        arguments.baseline.write_text(json.dumps(plain, indent=1) + "\n")
        return 0
    recorded = json.loads(arguments.baseline.read_text())
    worse = drifts(now, {name: Ratio(**fields) for name, fields in recorded.items()})
    print("\n".join(worse) or "No ratio is worse by more than its noise.")
    return int(bool(worse))


if __name__ == "__main__":
    sys.exit(main())
