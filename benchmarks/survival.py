"""Kill pushes and the Hub, let requests fail, write from several sides: nothing may be lost.

`python benchmarks/survival.py --seconds 60 --seed 1` prints one line of figures, and ends with 1 if
anything was lost or left. ``--record`` keeps them in docs/measured/survival.json and the README.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, it sees its own folder only
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"

from benchmarks.survival_rounds import (
    LOG,
    MODES,
    PROCESSES,
    Figures,
    Job,
    Place,
    fault_round,
    kill_round,
    longest_push,
    own_hub,
    server_kill_round,
)
from mockhub.server.environment import using
from mockhub.server.process import Hub

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "docs" / "measured" / "survival.json"
SHARES = {"kills": 0.27, "faults": 0.31, "sequences": 0.25, "servers": 0.04, "inputs": 0.13}
"""Parts of the time."""


log = logging.getLogger("survival")


def rounds(seconds: float) -> Iterator[int]:
    """Yield numbers until the time is over, at least one."""
    end = time.monotonic() + seconds
    number = 0
    while number == 0 or time.monotonic() < end:
        yield number
        number += 1


def kills(hub: Hub, folder: Path, seed: int, seconds: float, figures: Figures) -> None:
    """Kill pushes, in each mode of uploading; one round of 23 has workers, which take long."""
    dice = random.Random(seed)  # noqa: S311 - a plan, no secret
    longest: dict[str, float] = {}
    for number in rounds(seconds):
        upload = list(MODES)[number // 2 % len(MODES)]
        workers = 2 if number % 23 == 5 else None
        mode = f"{upload}, {workers or 1} processes"
        hub = hub.reset(**MODES[upload])
        with using(hub):
            job = Job(f"user/kill-{number}", folder, seed + number, workers)
            place = Place.make(job, figures)
            if mode not in longest:
                longest[mode] = longest_push(place, hub, folder)
            if not kill_round(place, hub, folder, dice, mode, longest[mode]):
                longest[mode] *= 0.9  # measured at a busy moment


def faults(hub: Hub, folder: Path, seed: int, seconds: float, figures: Figures) -> None:
    """Let requests fail, in each mode of uploading."""
    dice = random.Random(seed)  # noqa: S311
    for number in rounds(seconds):
        hub = hub.reset(**list(MODES.values())[number % len(MODES)])
        with using(hub):
            job = Job(f"user/fault-{number}", folder, seed + number, None)
            fault_round(Place.make(job, figures), hub, folder, dice)


def servers(folder: Path, seed: int, seconds: float, figures: Figures) -> None:
    """Kill the Hub during pushes."""
    dice = random.Random(seed)  # noqa: S311
    with own_hub(folder / "root", folder / "home") as restart:
        hub = restart()
        with using(hub):
            for number in rounds(seconds):
                job = Job(f"user/server-{number}", folder, seed + number, None)
                server_kill_round(Place.make(job, figures), hub, restart, folder, dice)


def sequences(hub: Hub, seed: int, seconds: float, figures: Figures) -> None:
    """Run random histories of several writers."""
    # Not above: workers of pushes import this module too.
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis import seed as seeded
    from hypothesis.stateful import run_state_machine_as_test

    from tests.support.workaround.history_machine import HistoryMachine

    class Counted(HistoryMachine):
        """Counts the sequences."""

        def teardown(self) -> None:
            figures.counts["sequences"] += 1

    options = settings(
        max_examples=5,
        stateful_step_count=8,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with using(hub.reset()):
        for number in rounds(seconds):
            try:
                run_state_machine_as_test(seeded(seed + number)(Counted), settings=options)
            except Exception as error:
                figures.problems.append(f"sequence {seed + number}: {error!r}")


def inputs(hub: Hub, folder: Path, seed: int, seconds: float, figures: Figures) -> None:
    """Push what cannot be pushed: each kind once, in random order."""
    from tests.support.workaround.bad_input import complaint
    from tests.support.workaround.bad_inputs import bad_inputs

    kinds = bad_inputs()
    random.Random(seed).shuffle(kinds)  # noqa: S311
    here = Path.cwd()
    for number, bad in zip(rounds(seconds), kinds, strict=False):
        work = folder / f"input-{number}"
        work.mkdir()
        hub = hub.reset()
        with using(hub):
            os.chdir(work)
            try:
                problem = complaint(bad, work, hub)
            finally:
                os.chdir(here)
        figures.counts["inputs"] += 1
        figures.expect(problem is None, f"input {bad.name}: {problem}")


def campaign(seconds: float, seed: int) -> Figures:
    """Run all parts of a campaign.

    Args:
        seconds: Limit of all parts together; each makes one round at least.
        seed: Decides the moments, the faults and the sequences.
    """
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="survival-") as name, Hub.start() as hub:
        folder = Path(name)
        PROCESSES.set_forkserver_preload(["hf_xet", "benchmarks.survival_rounds"])
        faults(hub, folder, seed, seconds * SHARES["faults"], figures)
        sequences(hub, seed, seconds * SHARES["sequences"], figures)
        inputs(hub, folder, seed, seconds * SHARES["inputs"], figures)
        servers(folder, seed, seconds * SHARES["servers"], figures)
        kills(hub, folder, seed, seconds * SHARES["kills"], figures)
        output = (folder / LOG).read_text(errors="replace")
        first = output.find("Traceback")
        figures.expect(first == -1, f"traceback: {output[first : first + 3000]}")
    return figures


KINDS = {
    "kills": "kills of a push",
    "server kills": "kills of the Hub",
    "faults": "failing requests",
    "sequences": "histories of several writers",
    "inputs": "kinds of bad input",
}
"""Events that are counted, with their names in the README."""


def record_of(figures: Figures, seed: int, seconds: float) -> dict[str, Any]:
    """Return the record of a campaign, as it is kept."""
    totals = {
        kind: sum(count for name, count in figures.counts.items() if name.startswith(kind))
        for kind in KINDS
    }
    events = ", ".join(f"{totals[kind]} {name}" for kind, name in KINDS.items())
    number = len(figures.problems)
    result = f"{number} problems" if number else "nothing lost, nothing left, no traceback"
    return {
        "summary": f"{events} ({seconds:.0f} s, seed {seed}): {result}.",
        "seed": seed,
        "seconds": round(seconds),
        **totals,
        "by_kind": dict(sorted(figures.counts.items())),
        "problems": figures.problems,
    }


def keep(record: dict[str, Any]) -> None:
    """Write a record to its file; `benchmarks/readme.py` takes it into the README."""
    OUTPUT.write_text(json.dumps(record, indent=2) + "\n")


def main() -> int:
    """Run a campaign as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", action="store_true", help=f"write {OUTPUT.relative_to(ROOT)}")
    parser.add_argument("-v", "--verbose", action="store_true", help="say what happens")
    arguments = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s")
    log.setLevel(logging.INFO if arguments.verbose else logging.WARNING)
    logging.getLogger("workaround").setLevel(logging.CRITICAL)
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    begin = time.monotonic()
    figures = campaign(arguments.seconds, arguments.seed)
    record = record_of(figures, arguments.seed, time.monotonic() - begin)
    print(record["summary"])
    for problem in figures.problems:
        print(problem, file=sys.stderr)
    if arguments.record:
        keep(record)
    return 1 if figures.problems else 0


if __name__ == "__main__":
    sys.exit(main())
