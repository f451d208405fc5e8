"""Names and sizes that many tests share."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = str(ROOT / "src")
"""For PYTHONPATH."""

REPO = "user/data"
"""A repository: the local Hub's own user is called `user`."""

MIB = 1 << 20
