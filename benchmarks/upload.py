"""Measure uploads side by side: the uploader, `Dataset.push_to_hub`, and `upload_folder`.

`python benchmarks/upload.py [--scale 0.125] [--repeat 3] [--mode lfs] [FIGURES...]` measures, with
the installed releases, and writes a file in docs/measured/upload.

Each upload is a process of its own with a Hub of its own that has nothing yet: one that knows the
content would be sent little of it. `upload_folder` gets the Parquet files that the uploader left on
its Hub. The ways take turns, and the fastest time and the highest memory of each count.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mockhub.server.process import Hub
from repro.installs.installation import environment
from repro.sandbox import run as isolate
from repro.synthetic.nifti import write_nifti

ROOT = Path(__file__).parents[1]
ONE_UPLOAD = Path(__file__).with_name("one_upload.py")
MEASURED = ROOT / "docs" / "measured" / "upload"
MIB = 2**20
WAYS = ("uploader", "upstream", "upload_folder")
MODES = ("lfs", "xet")
SECONDS = 900.0
MOST_SAMPLES = 150


@dataclass(frozen=True)
class Case:
    """An upload to measure.

    Attributes:
        figure: The comparison that it is a part of.
        file_mib: Size of every file, each in a row of its own.
        files: Number of them.
        shards: Number of them.
    """

    figure: str
    file_mib: int
    files: int
    shards: int


CASES = (
    Case("file size", 8, 64, 8),
    Case("file size", 32, 16, 8),
    Case("file size", 128, 8, 8),
    Case("file size", 512, 4, 4),
    *(Case("number of shards", 8, 64, shards) for shards in (2, 16, 64)),
    *(Case("dataset size", 8, files, files // 8) for files in (16, 192)),
)
"""The others differ from the first in one way each. Time counts from 8 shards on: what is written
and what is on its way overlap, and the first and the last shard have nothing to overlap with."""


@dataclass(frozen=True)
class Taken:
    """The time and the memory of an upload.

    Attributes:
        seconds: Of the call.
        rise_bytes: Peak RSS over that after the imports.
        bytes_read: By the read calls of the process.
        samples: Seconds since the start of the process and its RSS in bytes.
    """

    seconds: float
    rise_bytes: int
    bytes_read: int
    samples: tuple[tuple[float, int], ...]

    @classmethod
    def best(cls, runs: Sequence[Taken]) -> Taken:
        """The fastest of several runs, with the highest memory of any."""
        fastest = min(runs, key=lambda run: run.seconds)
        highest = max(run.rise_bytes for run in runs)
        return cls(fastest.seconds, highest, fastest.bytes_read, fastest.samples)


def measure(case: Case, mode: str, repeat: int) -> dict[str, Taken]:
    """Upload in each way, in turns."""
    runs: dict[str, list[Taken]] = {name: [] for name in WAYS}
    with _folder() as files, _folder() as shards:
        for number in range(case.files):
            write_nifti(files / f"{number:04d}.nii.gz", case.file_mib * MIB, seed=number)
        for _ in range(repeat):
            for name in WAYS:
                source = shards if name == "upload_folder" else files
                with Hub.start(xet=mode == "xet") as hub:
                    runs[name].append(_upload(hub, name, source, case.shards))
                    if name == "uploader" and not any(shards.iterdir()):
                        _download(hub, shards)
    return {name: Taken.best(those) for name, those in runs.items()}


def _upload(hub: Hub, name: str, source: Path, num_shards: int) -> Taken:
    argv: list[str | Path] = [sys.executable, ONE_UPLOAD, name, source, str(num_shards)]
    env = {**hub.env(), "PYTHONPATH": str(ROOT / "src"), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    run = isolate.run(argv, timeout=SECONDS, env=env)
    if run.ended != isolate.Exited(0):
        raise RuntimeError(f"{name} {run.ended}: {run.stderr}")
    answer = json.loads(run.stdout.splitlines()[-1])
    return Taken(answer["seconds"], answer["rise_bytes"], answer["bytes_read"], run.samples)


def _download(hub: Hub, folder: Path) -> None:
    """Fetch the shards in another process: ours would remember this Hub."""
    fetch = "import sys, huggingface_hub as hub; hub.snapshot_download("
    fetch += "'user/data', repo_type='dataset', allow_patterns='*.parquet', local_dir=sys.argv[1])"
    run = isolate.run([sys.executable, "-c", fetch, folder], timeout=SECONDS, env=hub.env())
    if run.ended != isolate.Exited(0):
        raise RuntimeError(f"download {run.ended}: {run.stderr}")
    shutil.rmtree(folder / ".cache")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        yield Path(folder)


def scaled(case: Case, scale: float) -> Case:
    """A case with fewer bytes in as many files."""
    return replace(case, file_mib=max(1, round(case.file_mib * scale)))


def main() -> None:
    """Measure what the command line asks for, and write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("figures", nargs="*", help="comparisons (default: all)")
    parser.add_argument("--scale", type=float, default=1.0, help="of the size of all files")
    parser.add_argument("--repeat", type=int, default=3, help="uploads in each way")
    parser.add_argument("--mode", choices=MODES, action="append", help="of the Hub (default: both)")
    name = f"datasets-{environment()['datasets']}.json"
    parser.add_argument("--output", type=Path, default=MEASURED / name)
    arguments = parser.parse_args()
    results = []
    for case in CASES:
        if arguments.figures and case.figure not in arguments.figures:
            continue
        for mode in arguments.mode or MODES:
            taken = measure(scaled(case, arguments.scale), mode, arguments.repeat)
            results.append({**asdict(case), "mode": mode, "ways": _plain(taken)})
            print(case.figure, f"{case.file_mib} MiB x {case.files}, {case.shards} shards,", mode)
            for name, upload in taken.items():
                print(f"  {name:13}  {upload.seconds:6.2f} s  {upload.rise_bytes / MIB:6.0f} MiB")
            document = {"environment": environment(), "results": results}  # what there is so far
            arguments.output.write_text(json.dumps(document) + "\n")


def _plain(taken: dict[str, Taken]) -> dict[str, Any]:
    return {
        name: {**asdict(upload), "samples": thinned(upload.samples)}
        for name, upload in taken.items()
    }


def thinned(samples: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """As many samples as a plot shows: the highest of each stretch."""
    step = len(samples) // MOST_SAMPLES + 1
    return [
        max(samples[start : start + step], key=lambda sample: sample[1])
        for start in range(0, len(samples), step)
    ]


if __name__ == "__main__":
    main()
