"""Small git repositories in the shape of a clone of datasets."""

import subprocess
from pathlib import Path

RUNS_THE_SOURCES = """
import json, sys
import datasets
print(json.dumps({"rows_lost": datasets.rows_lost}))
sys.exit(int(datasets.rows_lost > 0))
"""
"""A bug script: what the package that it imports says of itself."""

_NOBODY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")


def git(clone: Path, *arguments: str) -> str:
    """Run git there."""
    command = ["git", *_NOBODY, *arguments]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True).stdout


class Clone:
    """A repository with one module, `src/datasets/__init__.py`."""

    def __init__(self, path: Path) -> None:
        """Make it."""
        self.path = path
        self._module = path / "src" / "datasets" / "__init__.py"
        self._module.parent.mkdir(parents=True)
        git(path, "init", "--quiet", "--initial-branch=main")

    def commit(self, title: str, code: str, tag: str | None = None) -> str:
        """Commit the module with that code; returns the commit."""
        self._module.write_text(f"# {title}\n{code}\n")
        git(self.path, "add", ".")
        git(self.path, "commit", "--quiet", "--message", title)
        if tag is not None:
            git(self.path, "tag", tag)
        return git(self.path, "rev-parse", "HEAD").strip()

    def files(self) -> dict[str, bytes]:
        """Every file of it, those of git included."""
        return {
            str(path.relative_to(self.path)): path.read_bytes()
            for path in self.path.rglob("*")
            if path.is_file()
        }
