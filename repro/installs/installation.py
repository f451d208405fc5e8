"""The packages that a Python has installed: the versions that a verdict depends on.

Runs by itself too, in any Python, and prints its own: standard library only.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

PACKAGES = (
    "datasets",
    "huggingface_hub",
    "hf_xet",
    "pyarrow",
    "pandas",
    "fsspec",
    "numpy",
    "nibabel",
)


def environment() -> dict[str, str]:
    """The versions that a verdict depends on, and the platform, with nothing of the user in it."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    system = f"{platform.system()} {platform.machine()}"
    return versions | {"python": platform.python_version(), "platform": system} | _commit()


def _commit() -> dict[str, str]:
    """The commit of datasets, where it was installed from git (PEP 610)."""
    try:
        origin = json.loads(distribution("datasets").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return {}
    commit = origin.get("vcs_info", {}).get("commit_id")
    return {"commit": commit} if commit else {}


@dataclass(frozen=True)
class Installation:
    """A Python to run scripts with.

    Attributes:
        python: Its interpreter.
        environment: What `environment` says there.
        overlay: A folder of packages that shadow those installed; None if there is none.
    """

    python: Path
    environment: Mapping[str, str]
    overlay: Path | None = None

    @classmethod
    def this(cls) -> Installation:
        """The Python that runs this."""
        return cls(Path(sys.executable), environment())

    @classmethod
    def of(cls, python: Path) -> Installation:
        """Another Python.

        Raises:
            OSError: There is no such program.
            subprocess.CalledProcessError: It cannot say what it has.
        """
        answer = subprocess.run(  # noqa: S603 - an interpreter that the caller chose
            [python, "-P", __file__], capture_output=True, text=True, check=True
        )
        return cls(python, json.loads(answer.stdout))

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that scripts need to see the overlay."""
        if self.overlay is None:
            return {}
        inherited = filter(None, [os.environ.get("PYTHONPATH")])
        return {"PYTHONPATH": os.pathsep.join([os.fspath(self.overlay), *inherited])}

    @property
    def datasets(self) -> str:
        """The version of datasets."""
        return self.environment["datasets"]


if __name__ == "__main__":
    print(json.dumps(environment()))
