"""Uploads to Xet of files that are still being written."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub import constants

from workaround.hub import xet
from workaround.hub.xet import (
    PENDING_BYTES,
    PIECE,
    STALL,
    StreamError,
    XetStream,
    XetUpload,
    has_streams,
)


class Commit:
    """A commit object of hf_xet that sends nothing by itself."""

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments
        self.formed = self.completed = 0

    def progress(self) -> Any:
        return SimpleNamespace(
            total_transfer_bytes=self.formed, total_transfer_bytes_completed=self.completed
        )

    def abort(self) -> None:
        pass


@pytest.fixture
def upload(monkeypatch: pytest.MonkeyPatch) -> XetUpload:
    monkeypatch.setattr(xet, "_pending", xet._Pending())
    monkeypatch.setattr(xet, "_session", lambda _: SimpleNamespace(new_upload_commit=Commit))
    return XetUpload("https://hub/token", {"authorization": "Bearer hf_secret", "user-agent": "x"})


def test_storage_does_not_get_the_token_of_the_hub(upload: XetUpload) -> None:
    assert upload._commit.arguments["custom_headers"] == {"user-agent": "x"}
    assert "hf_secret" not in repr(upload)


def test_small_writes_are_collected(upload: XetUpload) -> None:
    pieces: list[bytes] = []
    stream = XetStream(upload, SimpleNamespace(write=pieces.append), lambda _: None)
    for _ in range(PIECE // 1024 + 1):
        stream.write(b"x" * 1024)
    assert [len(piece) for piece in pieces] == [PIECE]


def test_writer_is_held_until_enough_is_sent(
    upload: XetUpload, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload._commit.formed = PENDING_BYTES + 10

    def sleep(_: float) -> None:
        upload._commit.completed += 6

    monkeypatch.setattr(time, "sleep", sleep)
    xet._pending.hold(upload)
    assert upload._commit.completed == 12


def test_held_writer_of_an_upload_that_was_given_up_gets_an_error(upload: XetUpload) -> None:
    other = XetUpload("https://hub/token", {})
    other._commit.formed = PENDING_BYTES
    upload.abort()
    stream = XetStream(upload, SimpleNamespace(write=None), lambda _: None)
    with pytest.raises(StreamError) as failure:
        stream.write(bytes(PIECE))
    assert isinstance(failure.value.__cause__, ConnectionAbortedError)


def test_writer_is_not_held_by_what_the_hub_has_already(
    upload: XetUpload, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such bytes fill no block, and count as completed only at the end."""
    monkeypatch.setattr(time, "sleep", None)
    stream = XetStream(upload, SimpleNamespace(write=len), lambda _: None)
    for _ in range(4):
        stream.write(bytes(PENDING_BYTES // 2))


def test_writer_is_let_on_where_nothing_moves(
    upload: XetUpload, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure of the network shows only in the next call of hf_xet."""
    upload._commit.formed = PENDING_BYTES
    clock = iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    xet._pending.hold(upload)
    assert STALL < next(clock) < STALL + 10


def test_setting_of_the_client_turns_streams_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    assert not has_streams()
