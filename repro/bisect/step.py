"""One step of `git bisect run`: `python -m repro.bisect.step`, in a checkout of datasets.

Runs the script of a bug on the sources of the commit, over the packages of an installation. Exits
with 0 if the commit is like the old end of the range, 1 if not, and 125 if it cannot be tested.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from repro.judge.outcome import Verdict
from repro.judge.verdict import last_object, measured
from repro.sandbox import run as isolate

SKIP, ABORT = 125, 255  # exit statuses with a meaning to git bisect run


def main(argv: Sequence[str] | None = None) -> int:
    """Run the step; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("script", type=Path)
    parser.add_argument("--python", type=Path, required=True)
    parser.add_argument("--old", type=Verdict, required=True)
    parser.add_argument("--timeout", type=float, required=True)
    arguments = parser.parse_args(argv)
    try:
        run = isolate.run(
            [arguments.python, arguments.script],
            timeout=arguments.timeout,
            env={
                "PYTHONPATH": os.fspath(Path.cwd() / "src"),
                "PYTHONDONTWRITEBYTECODE": "1",  # two checkouts in one second look alike to Python
            },
        )
        verdict, reason = measured(run, last_object(run.stdout))
        print(f"{verdict:<10}  {_head()}" + (f": {reason}" if reason else ""), flush=True)
    except (isolate.IsolationError, OSError) as error:
        print(error, file=sys.stderr)
        return ABORT
    return SKIP if verdict is Verdict.UNTESTABLE else int(verdict is not arguments.old)


def _head() -> str:
    command = ["git", "log", "-1", "--format=%h %cs %s"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - the git that runs us


if __name__ == "__main__":
    sys.exit(main())
