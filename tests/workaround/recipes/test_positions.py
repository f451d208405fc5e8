"""Positions of keys in TOML."""

from __future__ import annotations

import pytest

from workaround.recipes.positions import Keys, position_of

TEXT = """\
# A comment with kind = 1

key = ["a", "b"]
ignore = [
  "x", # the first
  "y",
]

[columns]
first = { kind = "nifti", pattern = "kind = {a}" }
"the second" = { pattern = "{b}" }

[columns.third]
pattern = '''
  kind = no
'''
kind = "text"
"""


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("key",), (3, 1)),
        (("key", 1), (3, 13)),
        (("ignore",), (4, 1)),
        (("ignore", 1), (6, 3)),
        (("columns",), (9, 2)),
        (("columns", "first"), (10, 1)),
        (("columns", "first", "kind"), (10, 11)),
        (("columns", "first", "pattern"), (10, 27)),
        (("columns", "the second"), (11, 1)),
        (("columns", "third"), (13, 10)),
        (("columns", "third", "pattern"), (14, 1)),
        (("columns", "third", "kind"), (17, 1)),
        (("missing",), (1, 1)),
    ],
)
def test_position_is_that_of_the_key_or_value(keys: Keys, place: tuple[int, int]) -> None:
    assert position_of(TEXT, keys) == place
