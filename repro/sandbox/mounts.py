"""The mounts of this process, from the Linux kernel's ``/proc/self/mountinfo``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MOUNTINFO = Path("/proc/self/mountinfo")


@dataclass(frozen=True)
class Mount:
    """One line of mountinfo.

    Attributes:
        root: The path inside the file system that is mounted, `/` unless only a part of it is.
        point: Where it is mounted.
        kind: The type of the file system: `ext4`, `tmpfs`, `cgroup`, `cgroup2`, …
        options: The options of the file system itself; the controllers of a v1 cgroup are here.
    """

    root: str
    point: Path
    kind: str
    options: frozenset[str]


def parse_mountinfo(text: str) -> list[Mount]:
    """Read the text of a mountinfo file (proc_pid_mountinfo(5)), in its order."""
    mounts = []
    for line in text.splitlines():
        fixed, _, described = line.partition(" - ")
        root, point = fixed.split(" ")[3:5]
        kind, _, options = described.split(" ", 2)
        mounts.append(
            Mount(_unescape(root), Path(_unescape(point)), kind, frozenset(options.split(",")))
        )
    return mounts


def mounted() -> list[Mount]:
    """Return the mounts that this process sees; none where the system has no mountinfo."""
    return parse_mountinfo(_MOUNTINFO.read_text()) if _MOUNTINFO.exists() else []


def is_memory(folder: Path, mounts: Sequence[Mount]) -> bool:
    """Return whether the files of a folder are in memory (tmpfs, ramfs), not on a disk."""
    holders = [mount for mount in mounts if folder.resolve().is_relative_to(mount.point)]
    # Of two mounts on one point the later one hides the earlier: `>=`, hence reversed.
    nearest = max(reversed(holders), key=lambda mount: len(mount.point.parts), default=None)
    return nearest is not None and nearest.kind in {"tmpfs", "ramfs"}


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
