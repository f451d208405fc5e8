"""The files that a piece of code opens."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_listening: list[Counter[str]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        for heard in _listening:
            heard[os.fspath(arguments[0])] += 1


sys.addaudithook(_hear)  # there is no taking it away


@contextmanager
def opened(folder: Path) -> Iterator[Counter[Path]]:
    """Count how often each file of a folder is opened in the `with` block, by whichever thread.

    The counts are there when the block has ended.
    """
    heard: Counter[str] = Counter()
    inside: Counter[Path] = Counter()
    _listening.append(heard)
    try:
        yield inside
    finally:
        _listening.remove(heard)
        for path, times in heard.items():
            if Path(path).parent == folder:
                inside[Path(path)] += times
