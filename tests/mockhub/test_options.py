"""Options: one list for the command line, for tests and for resets."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from mockhub.options import Options

UNUSUAL: dict[str, Any] = {
    "upload_mode": "lfs",
    "xet": False,
    "discard": True,
    "part_size": 7,
    "users": ["ann:hf_a", "ben:hf_b:read"],
    "orgs": ["lab:ann,ben=read"],
}


@pytest.mark.parametrize("options", [Options(), Options.from_json(UNUSUAL)])
def test_command_line_says_all(options: Options) -> None:
    parser = argparse.ArgumentParser()
    Options.add_to(parser)
    assert Options.from_arguments(parser.parse_args(options.arguments())) == options


def test_first_user_administers() -> None:
    assert Options.from_json(UNUSUAL).administrator.token == "hf_a"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"pagesize": 1}, "no such option: pagesize"),
        ({"upload_mode": "git"}, "upload_mode must be one of auto, lfs, regular"),
        ({"upload_mode": ["lfs"]}, "upload_mode must be one of"),
        ({"xet": "yes"}, "xet must be of type bool"),
        ({"page_size": "1"}, "page_size must be of type int"),
        ({"page_size": True}, "page_size must be of type int"),
        ({"page_size": 0}, "page_size must be above 0"),
        ({"users": "ann:hf_a"}, "users must be a list of strings"),
        ({"users": [7]}, "users must be a list of strings"),
        ({"users": []}, "users must have at least one entry"),
        ({"users": ["ann"]}, "expected NAME:TOKEN"),
        ({"users": ["ann:hf_a:read"]}, "the first of users must have a token that may write"),
        ({"orgs": ["lab:nobody"]}, "--org lab:nobody"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Options.from_json(options)
