"""The choices of a reader of BIDS folders."""

from __future__ import annotations

from workaround.bids.options import SIDECARS
from workaround.bids.terms.schema import schema


def test_fields_that_come_along_are_known_to_bids() -> None:
    assert set(SIDECARS) <= schema().metadata.keys()
