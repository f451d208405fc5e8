"""Shards."""

from __future__ import annotations

import pytest

from tests.support.mockhub.cas import Cas, OneXorb
from tests.support.mockhub.wire import NewRepo


def unique(repo: NewRepo) -> OneXorb:
    """A file of three chunks that no other test has."""
    return OneXorb([repo.id.encode()[:10], b"b" * 20, repo.id.encode()[:30]])


@pytest.mark.parametrize("length", [0, 20, 100, 190, 240])
def test_cut_off_shard_is_refused(repo: NewRepo, length: int) -> None:
    cas, file = Cas.of(repo), unique(repo)
    cas.put_xorb(file)
    for version in (1, 2):
        answer = cas.send("POST", f"/v{version}/shards", file.shard[:length])
        assert (answer.status, answer.json["error"]) == (400, "The shard is truncated")
