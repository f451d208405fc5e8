"""An uploader for datasets with files in their cells, where `Dataset.push_to_hub` fails."""

from workaround.bids import bids_table
from workaround.check import check
from workaround.plan import plan
from workaround.push import push_to_hub
from workaround.tables import read_table
from workaround.verify import verify

__all__ = ["bids_table", "check", "plan", "push_to_hub", "read_table", "verify"]
