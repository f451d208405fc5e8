"""An uploader for datasets with files in their cells, where `Dataset.push_to_hub` fails.

The rooms, from the top: `cli` (the command), `push`, `verification` (the Hub compared with the
disk), `prepare`, `upload` (shards, the journal, the commit), `bids` (BIDS folders as datasets),
`planning` (how rows become shards), `tables` (file tables as datasets), `preflight` (the check),
`parquet` (files written and read in constant memory), `arrow` (files in cells), `hub` (the client),
`errors`.
"""

from workaround.bids.table import bids_table
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
    RefusedError,
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
from workaround.planning.plan import plan
from workaround.preflight.check import check
from workaround.push import push_to_hub
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
    "RefusedError",
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
    "verify",
]
