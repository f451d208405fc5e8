"""The fix of a bug, as its file beside the script says it."""

from pathlib import Path

import msgspec

from repro.catalog import bugs as catalog
from repro.catalog.bugs import Bug, CatalogError

ACTIONS = ("before", "after", "replace", "substitute")


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change at one place of a function.

    Attributes:
        module: The dotted name of the module.
        function: The qualified name of a function or class there; empty for the module itself.
        anchor: Text that is unique in the function.
        before: Lines to put before the statement around the anchor.
        after: Lines to put after it.
        replace: Lines to put in its place; empty ones remove it.
        substitute: Text to put in the place of the anchor.
        every: Edit all places where the anchor is.
    """

    module: str
    anchor: str
    function: str = ""
    before: str | None = None
    after: str | None = None
    replace: str | None = None
    substitute: str | None = None
    every: bool = False

    def __post_init__(self) -> None:
        """Refuse an edit without an anchor, or without exactly one action."""
        if not self.anchor:
            raise ValueError("the anchor is empty")
        if sum(getattr(self, action) is not None for action in ACTIONS) != 1:
            raise ValueError(f"an edit has one of {', '.join(ACTIONS)}")


class Fix(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The smallest change to upstream that ends a bug.

    Attributes:
        bug: The id of the bug.
        summary: The change, in one sentence.
        edits: Its edits, made in this order.
        flips: Other bugs whose verdicts it changes, and the reasons, by id.
    """

    bug: str
    summary: str
    edits: tuple[Edit, ...]
    flips: dict[str, str] = {}


def file_of(bug: Bug) -> Path:
    """Return the path of the fix of a bug, whether there is one or not."""
    return catalog.SCRIPTS / f"{bug.id}{catalog.FIX}.toml"


def find(bug: Bug) -> Fix | None:
    """Return the fix of a bug, or None if it has none.

    Raises:
        CatalogError: Its file cannot be read.
    """
    file = file_of(bug)
    if not file.exists():
        return None
    try:
        table = msgspec.toml.decode(file.read_bytes())
        return msgspec.convert({"bug": bug.id, **table}, Fix)
    except ValueError as error:
        raise CatalogError(f"{file}: {error}") from error
