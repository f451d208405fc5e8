"""Fixtures of the tests of restoring."""

from tests.workaround.bids.conftest import touch as touch
