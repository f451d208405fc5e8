"""Lookups of contents across the stores of a server."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mockhub.errors import HubError
from mockhub.options import Options
from mockhub.state import State
from mockhub.xet.xorbs import IncomingXorb
from tests.support.mockhub.cas import OneXorb

CONTENT = b"content"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FILE = OneXorb([b"one" * 100, b"two" * 100])


def add_blob(state: State) -> None:
    with state.blobs.receive() as incoming:
        incoming.write(CONTENT)
        state.blobs.keep(incoming)


def add_xet(state: State) -> None:
    with state.blobs.spool(discard=state.options.discard) as spool:
        incoming = IncomingXorb(spool)
        incoming.write(FILE.xorb_bytes)
        state.xet.xorbs.add(FILE.xorb, incoming)
    state.xet.keep(FILE.file)


def test_content_is_known_however_it_was_uploaded(tmp_path: Path) -> None:
    state = State(tmp_path, Options())
    add_blob(state)
    add_xet(state)
    assert (state.size(SHA256), state.size(FILE.sha256)) == (len(CONTENT), 600)
    assert b"".join(state.read(SHA256, 1, 3)) == CONTENT[1:3]
    assert b"".join(state.read(FILE.sha256, 299, 302)) == FILE.content[299:302]


@pytest.mark.parametrize("sha256", ["", "0" * 64, "../key", SHA256.upper()])
def test_unknown_content_has_no_size(tmp_path: Path, sha256: str) -> None:
    state = State(tmp_path, Options())
    add_blob(state)
    assert state.size(sha256) is None
    assert state.owned_size("repo", sha256) is None


def test_content_is_for_its_owners(tmp_path: Path) -> None:
    state = State(tmp_path, Options())
    add_blob(state)
    state.ownership.add("repo", SHA256)
    assert state.owned_size("repo", SHA256) == len(CONTENT)
    assert state.owned_size("other", SHA256) is None


@pytest.mark.parametrize("name", [FILE.hash, FILE.sha256])
def test_xet_file_is_owned_by_either_hash(tmp_path: Path, name: str) -> None:
    state = State(tmp_path, Options())
    state.ownership.add("repo", name)
    assert state.holds("repo", FILE.file)
    assert not state.holds("other", FILE.file)


def test_server_without_xet_offers_no_xet_form(tmp_path: Path) -> None:
    add_xet(State(tmp_path, Options()))
    assert State(tmp_path, Options()).xet_file(FILE.sha256) == FILE.file
    plain = State(tmp_path, Options(xet=False))
    assert plain.xet_file(FILE.sha256) is None
    assert b"".join(plain.read(FILE.sha256, 0, 600)) == FILE.content


def test_discarded_xet_content_is_refused(tmp_path: Path) -> None:
    state = State(tmp_path, Options(discard=True))
    add_xet(state)
    assert state.size(FILE.sha256) == 600
    with pytest.raises(HubError, match="--discard"):
        state.read(FILE.sha256, 0, 1)
