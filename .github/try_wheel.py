"""Try what a wheel brings as its users do, in an environment and a folder that have nothing else.

`tox run -e wheel` runs it. It imports nothing of ours, so that what the wheel lacks
does not come from here.

Exit status: 0 all of it works; else the traceback says what does not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

import nibabel
import numpy as np

SECONDS = 300
SCRIPTS = Path(sys.executable).parent
BUG = "embed-zero-bytes"
COMMANDS = {
    "workaround --help": "check",
    "workaround --version": "workaround ",
    "mockhub --version": "mockhub ",
    "nifti-repro --version": "nifti-repro ",
    "mockhub --help": "--port",
    "nifti-repro --help": "matrix",
    "python -m repro list": BUG,
    "nifti-repro list": BUG,
    # The environment of tox is in the clone, whose conftest.py is not to be loaded.
    f"pytest --pyargs repro -m repro -k {BUG} --confcutdir={sys.prefix}": "1 passed",
}


def run(command: str, folder: Path, **environment: str) -> str:
    """Run a command of the environment in a folder, and return its output.

    Raises:
        SystemExit: It failed; the message has its output.
    """
    name, *arguments = command.split()
    done = subprocess.run(  # noqa: S603 - commands of this file
        [SCRIPTS / name, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{command}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def upload(folder: Path) -> None:
    """Start the local Hub by its command, push a table to it, and verify it.

    Raises:
        SystemExit: A command failed.
    """
    image = nibabel.Nifti1Image(np.zeros((2, 2, 2), "i2"), np.eye(4))  # type: ignore[no-untyped-call]
    nibabel.save(image, folder / "scan.nii.gz")
    (folder / "table.csv").write_text("subject,scan\nsub-1,scan.nii.gz\n")
    with subprocess.Popen(  # noqa: S603 - a command of the environment
        [SCRIPTS / "mockhub"], stdout=subprocess.PIPE, text=True
    ) as hub:
        try:
            url = hub.stdout.readline().strip() if hub.stdout else ""
            with urlopen(f"{url}/health", timeout=SECONDS) as answer:  # noqa: S310 - the local Hub
                print(f"{url}/health: {answer.read().decode()}")
            variables = {"HF_ENDPOINT": url, "HF_TOKEN": "hf_mockhub", "HF_HOME": str(folder)}
            for command in ("push table.csv user/data", "verify user/data --against table.csv"):
                text = f"workaround {command}"
                print(text, run(text, folder, **variables), sep="\n")
        finally:
            hub.terminate()


def main() -> None:
    """Try the commands, then an upload.

    Raises:
        SystemExit: A command failed, or printed something else than expected.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for command, expected in COMMANDS.items():
            output = run(command, folder)
            if expected not in output:
                raise SystemExit(f"{command}: no {expected!r} in\n{output}")
            print(f"{command}: as expected")
        upload(folder)


if __name__ == "__main__":
    main()
