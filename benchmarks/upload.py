"""Measure uploads side by side: the uploader, `Dataset.push_to_hub`, and `upload_folder`.

`python benchmarks/upload.py [--scale 0.125] [--repeat 5] [--mode lfs] [FIGURES...]` measures, with
the installed releases, and writes a file in docs/measured/upload, after each comparison; with
`--continue` only those are made that the file lacks. `floor` beside them reads the files, hashes
them and sends them through a socket, and no more.

Each upload is a process of its own with a Hub of its own that has nothing yet: one that knows the
content would be sent little of it. `upload_folder` gets the Parquet files that the uploader left on
its Hub. The ways take turns; the median of the times and the highest memory of each count. A long
comparison ends after three turns. All of them take half an hour on two quiet cores.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, it sees its own folder only

from benchmarks.slow_link import slow_link
from mockhub.server.process import Hub
from repro.installs.installation import environment
from repro.sandbox import run as isolate
from repro.synthetic.nifti import write_nifti

ROOT = Path(__file__).parents[1]
ONE_UPLOAD = Path(__file__).with_name("one_upload.py")
MEASURED = ROOT / "docs" / "measured" / "upload"
MIB = 2**20
WAYS = ("uploader", "upstream", "upload_folder", "floor")
MODES = ("lfs", "xet")
SECONDS = 900.0
LEAST, BUDGET = 3, 60.0
"""Turns of every comparison, and seconds after which there are no more."""
MOST_SAMPLES = 150


@dataclass(frozen=True)
class Case:
    """An upload to measure.

    Attributes:
        figure: The comparison that it is a part of.
        file_mib: Size of every file, each in a row of its own.
        files: Number of them.
        shards: Number of them.
        rows: Number of rows where there are no files.
        columns: Number of columns of these.
        latency_ms: Time from a request to the answer of the Hub, besides its work.
        link_mb: Megabytes per second that get to the Hub; 0 for all that the machine can.
    """

    figure: str
    file_mib: float
    files: int
    shards: int
    rows: int = 0
    columns: int = 0
    latency_ms: int = 0
    link_mb: int = 0


CASES = (
    Case("file size", 8, 64, 8),
    Case("file size", 32, 16, 8),
    Case("file size", 128, 8, 8),
    Case("file size", 512, 4, 4),
    Case("number of shards", 8, 64, 64),
    Case("small files", 1 / 256, 50_000, 4),
    Case("rows", 0, 0, 4, rows=1_000_000, columns=20),
    Case("tiny shards", 0, 0, 1600, rows=1600, columns=1),
    *(Case("columns", 0, 0, 1, rows=2, columns=columns) for columns in (2_000, 10_000)),
    *(Case("latency", 8, 4, 4, latency_ms=latency) for latency in (0, 50, 300)),
    Case("bandwidth", 8, 4, 4, link_mb=20),
)
"""Time counts from 8 shards on: what is written and what is on its way overlap, but for the first
and the last."""


@dataclass(frozen=True)
class Taken:
    """The time and the memory of an upload.

    Attributes:
        seconds: Of the call; of several runs, the median.
        cpu_seconds: Of the process, without the Hub; likewise.
        rise_bytes: Peak RSS over that after the imports; of several runs, the highest.
        bytes_read: By the read calls of the process.
        samples: Seconds since the start of the process and its RSS in bytes.
        runs: Seconds of each run, in their order.
    """

    seconds: float
    cpu_seconds: float
    rise_bytes: int
    bytes_read: int
    samples: tuple[tuple[float, int], ...]
    runs: tuple[float, ...] = ()

    @classmethod
    def median(cls, runs: Sequence[Taken]) -> Taken:
        """Return the median of several runs, with the highest memory of any."""
        middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
        return replace(
            middle,
            seconds=median(run.seconds for run in runs),
            cpu_seconds=median(run.cpu_seconds for run in runs),
            rise_bytes=max(run.rise_bytes for run in runs),
            runs=tuple(run.seconds for run in runs),
        )


def measure(
    case: Case, mode: str, repeat: int, ways: Sequence[str] = WAYS, budget: float = BUDGET
) -> dict[str, Taken]:
    """Upload in some ways, in turns: so many, or three once they have taken so many seconds."""
    runs: dict[str, list[Taken]] = {name: [] for name in ways}
    begin = time.monotonic()
    with _folder() as files, _folder() as shards:
        for number in range(case.files):
            name = f"{number:06d}.nii" if case.file_mib < 1 else f"{number:04d}.nii.gz"
            write_nifti(files / name, round(case.file_mib * MIB), seed=number)
        for turn in range(repeat):
            if turn >= LEAST and time.monotonic() - begin > budget:
                break
            for name in ways:
                prepared = name == "upload_folder" or (name == "floor" and not case.files)
                source = shards if prepared else files
                runs[name].append(_run(case, mode, name, source, shards))
    return {name: Taken.median(those) for name, those in runs.items()}


def _run(case: Case, mode: str, name: str, source: Path, shards: Path) -> Taken:
    if name == "floor":
        return _upload({}, name, source, case)
    with Hub.start(xet=mode == "xet") as hub, ExitStack() as stack:
        env = hub.env()
        if case.link_mb:
            env["HF_ENDPOINT"] = stack.enter_context(slow_link(hub.url, case.link_mb * 10**6))
        if case.latency_ms:
            hub.fail("*", "/", delay=case.latency_ms / 1000, count=10**9)
        taken = _upload(env, name, source, case)
        hub.clear_faults()
        if name == "uploader" and not any(shards.iterdir()):
            _download(hub, shards)
        return taken


def _upload(endpoint: Mapping[str, str], name: str, source: Path, case: Case) -> Taken:
    numbers = map(str, (case.shards, case.rows, case.columns))
    argv: list[str | Path] = [sys.executable, ONE_UPLOAD, name, source, *numbers]
    env = {**endpoint, "PYTHONPATH": str(ROOT / "src"), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    run = isolate.run(argv, timeout=SECONDS, env=env)
    if run.ended != isolate.Exited(0):
        raise RuntimeError(f"{name} {run.ended}: {run.stderr}")
    answer = json.loads(run.stdout.splitlines()[-1])
    return Taken(**answer, samples=run.samples)


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
    """A case with fewer bytes in as many files, or with fewer files if they are small, or rows."""
    if case.file_mib < 1:
        few = max(case.shards, round(case.files * scale)) if case.files else 0
        return replace(
            case, files=few, rows=max(min(case.rows, case.shards), round(case.rows * scale))
        )
    return replace(case, file_mib=max(1, round(case.file_mib * scale)))


def main() -> None:
    """Measure what the command line asks for, and write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("figures", nargs="*", help="comparisons (default: all)")
    parser.add_argument("--scale", type=float, default=1.0, help="of the size of all files")
    parser.add_argument("--repeat", type=int, default=5, help="uploads in each way")
    parser.add_argument("--mode", choices=MODES, action="append", help="of the Hub (default: both)")
    name = f"datasets-{environment()['datasets']}.json"
    parser.add_argument("--output", type=Path, default=MEASURED / name)
    parser.add_argument(
        "--continue", dest="resume", action="store_true", help="measure only what the output lacks"
    )
    arguments = parser.parse_args()
    results: list[dict[str, Any]] = []
    if arguments.resume and arguments.output.exists():
        results = json.loads(arguments.output.read_text())["results"]
    for case in CASES:
        if arguments.figures and case.figure not in arguments.figures:
            continue
        small = scaled(case, arguments.scale)
        for mode in arguments.mode or MODES:
            measured = {**asdict(small), "mode": mode}
            if any(measured.items() <= result.items() for result in results):
                continue
            taken = measure(small, mode, arguments.repeat)
            results.append({**measured, "ways": _plain(taken)})
            content = f"{small.file_mib:g} MiB x {small.files}"
            if not small.files:
                content = f"{small.rows} rows x {small.columns} columns"
            latency = f" {small.latency_ms} ms to an answer," if small.latency_ms else ""
            latency += f" {small.link_mb} MB/s to the Hub," if small.link_mb else ""
            print(f"{small.figure}: {content}, {small.shards} shards,{latency} {mode}", flush=True)
            ours = taken["uploader"].seconds
            for name, upload in taken.items():
                times, rise = upload.seconds, upload.rise_bytes / MIB
                cpu = f"{upload.cpu_seconds:6.2f} s of CPU"
                print(f"  {name:13}  {times:6.2f} s  {cpu}  {rise:6.0f} MiB  x {ours / times:.2f}")
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
