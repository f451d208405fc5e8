"""The arguments of a call as one object."""

from __future__ import annotations

from typing import Any

import pytest

from workaround.errors import ArgumentError
from workaround.preflight.options import PushOptions


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"repo_id": "buckets/user/data"}, "Storage buckets are not supported"),
        ({"commit_message": ""}, "commit_message cannot be empty"),
        ({"verify": False}, "verify is one of"),
    ],
)
def test_arguments_that_are_wrong_for_any_data_are_refused(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        PushOptions(**{"repo_id": "user/data", **arguments})


def test_token_is_not_in_the_representation() -> None:
    options = PushOptions(repo_id="user/data", token="hf_secret\n")
    assert "hf_secret" not in repr(options)
    assert options.usable_token == "hf_secret"
