"""An uploader for datasets with files in their cells, where `Dataset.push_to_hub` fails."""

from workaround.planning.plan import plan
from workaround.preflight.check import check
from workaround.push import push_to_hub
from workaround.tables.bids import bids_table
from workaround.tables.infer import read_table
from workaround.verification.verify import verify

__all__ = ["bids_table", "check", "plan", "push_to_hub", "read_table", "verify"]
