"""The options of BIDS folders."""

from __future__ import annotations

import argparse

from workaround.cli.bids_options import BIDS_OPTIONS, add_bids_options


def test_defaults_are_those_of_the_parser() -> None:
    parser = argparse.ArgumentParser()
    add_bids_options(parser)
    assert vars(parser.parse_args([])) == BIDS_OPTIONS
