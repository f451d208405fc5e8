"""Redirection of clients that are imported already."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from datasets import config
from huggingface_hub import HfApi, HfFileSystem, constants, hf_api

from mockhub.plugin import StartHub
from mockhub.server.environment import clear_caches, using
from mockhub.server.process import Hub


def test_several_hubs_stand_side_by_side(start_hub: StartHub, tmp_path: Path) -> None:
    first = start_hub(tmp_path, xet=False)
    second = start_hub(users=["ann:hf_ann"])
    assert HfApi().whoami()["name"] == "ann"
    assert HfApi(endpoint=first.url, token=first.token).whoami()["name"] == "user"
    assert second.url == constants.ENDPOINT
    assert (tmp_path / "blobs").exists()


def test_environment_and_modules_are_restored() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HF_HOME", raising=False)
        before = dict(os.environ), constants.ENDPOINT, config.HF_ENDPOINT, hf_api.api.endpoint
        with Hub.start() as hub, using(hub):
            assert os.environ["HF_HOME"] == constants.HF_HOME == str(hub.home)
            assert constants.ENDPOINT == config.HF_ENDPOINT == hf_api.api.endpoint == hub.url
        after = dict(os.environ), constants.ENDPOINT, config.HF_ENDPOINT, hf_api.api.endpoint
    assert after == before


def test_caches_of_clients_are_cleared() -> None:
    one = HfFileSystem(endpoint="http://localhost", token=False)
    assert HfFileSystem(endpoint="http://localhost", token=False) is one
    clear_caches()
    assert HfFileSystem(endpoint="http://localhost", token=False) is not one
