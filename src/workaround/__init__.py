"""An uploader for datasets with files in their cells, where `Dataset.push_to_hub` fails.

The rooms, from the top: `cli` (the command), `push`, `restoration` (BIDS trees written back),
`verification` (the Hub compared with the disk), `prepare`, `upload` (shards, the journal, the
commit), `recipes` (folders of any layout as datasets), `bids` (BIDS folders as datasets),
`planning` (how rows become shards), `tables` (file tables as datasets), `preflight` (the check),
`parquet` (files written and read in constant memory), `arrow` (files in cells), `hub` (the client),
`errors`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from workaround.errors import (
    AccessError,
    ArgumentError,
    BidsError,
    CardConflictError,
    CheckError,
    DamagedError,
    DiskFullError,
    ForeignFilesError,
    JournalError,
    Problem,
    RecipeError,
    RefusedError,
    RestoreError,
    RowTooLargeError,
    SourceChangedError,
    SourceDamagedError,
    TableError,
    TargetBusyError,
    UnreachableError,
    UnreadableCardError,
    UploadError,
    VerifyError,
    WorkersLostError,
)

if TYPE_CHECKING:
    from workaround.bids.table import bids_table
    from workaround.planning.plan import plan
    from workaround.preflight.check import check
    from workaround.push import push_to_hub
    from workaround.recipes.table import recipe_table
    from workaround.restoration.restore import restore
    from workaround.tables.infer import read_table
    from workaround.verification.verify import verify

__all__ = [
    "AccessError",
    "ArgumentError",
    "BidsError",
    "CardConflictError",
    "CheckError",
    "DamagedError",
    "DiskFullError",
    "ForeignFilesError",
    "JournalError",
    "Problem",
    "RecipeError",
    "RefusedError",
    "RestoreError",
    "RowTooLargeError",
    "SourceChangedError",
    "SourceDamagedError",
    "TableError",
    "TargetBusyError",
    "UnreachableError",
    "UnreadableCardError",
    "UploadError",
    "VerifyError",
    "WorkersLostError",
    "bids_table",
    "check",
    "plan",
    "push_to_hub",
    "read_table",
    "recipe_table",
    "restore",
    "verify",
]

_FUNCTIONS = {
    "bids_table": "workaround.bids.table",
    "plan": "workaround.planning.plan",
    "check": "workaround.preflight.check",
    "push_to_hub": "workaround.push",
    "read_table": "workaround.tables.infer",
    "recipe_table": "workaround.recipes.table",
    "restore": "workaround.restoration.restore",
    "verify": "workaround.verification.verify",
}
"""Modules of the functions, imported on first use: with `datasets` they take two seconds."""

if not TYPE_CHECKING:  # or every name would be an attribute for type checkers

    def __getattr__(name: str) -> Any:
        """Import a function when it is first asked for (PEP 562)."""
        if name not in _FUNCTIONS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = function = getattr(import_module(_FUNCTIONS[name]), name)
        return function


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted({*globals(), *__all__})
