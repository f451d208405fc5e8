"""How a shard goes out."""

from __future__ import annotations

import os

import hf_xet
import pytest
from datasets import Dataset

from mockhub.server.process import Hub
from workaround import push_to_hub
from workaround.upload.shard import XET_TRANSFERS

VARIABLE, LIMIT = XET_TRANSFERS


@pytest.mark.hub(xet=True)
@pytest.mark.parametrize(("theirs", "then"), [(None, LIMIT), ("9", "9")])
def test_few_blocks_are_on_their_way_unless_the_user_says_otherwise(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, theirs: str | None, then: str
) -> None:
    monkeypatch.setenv(VARIABLE, theirs or "")  # so that it is put back
    if theirs is None:
        monkeypatch.delenv(VARIABLE)
    push_to_hub(Dataset.from_dict({"n": [1]}), "user/data")
    assert os.environ[VARIABLE] == then
    if hasattr(hf_xet, "XetConfig"):  # older clients have a limit of their own
        assert hf_xet.XetConfig().get("client.ac_max_upload_concurrency") == int(then)
