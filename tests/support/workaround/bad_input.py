"""A bad input, and the judgement of what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mockhub.server import Hub
from workaround.errors import UploadError

LONG = "x" * 300
SURROGATE = "\ud800"


@dataclass(frozen=True)
class BadInput:
    """An input.

    Attributes:
        name: Name of the kind and the value.
        push: Pushes it; the argument is an empty folder.
    """

    name: str
    push: Callable[[Path], object]


def complaint(bad: BadInput, folder: Path, hub: Hub) -> str | None:
    """Push an input and return what is wrong with the result; None if nothing is.

    Args:
        bad: The input.
        folder: An empty folder.
        hub: The Hub in use, without repositories.
    """
    try:
        bad.push(folder)
    except UploadError as error:
        if not str(error).strip():
            return f"{type(error).__name__} without a message"
        if created := hub.requests("POST", "/api/repos/create"):
            return f"{error} came after {created[0].path}"
        return None
    except BaseException as error:
        return f"{type(error).__name__} is not typed: {error}"
    return None


def without_folder(call: Callable[[], object]) -> Callable[[Path], object]:
    """Return a push of something that needs no folder."""
    return lambda _: call()
