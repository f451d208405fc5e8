"""Clients in one process that use a server, which is reset for each test."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest
from datasets import Dataset, config, load_dataset
from huggingface_hub import HfApi, HfFileSystem, constants, hf_hub_download, snapshot_download

from mockhub.server.process import Hub

pytestmark = pytest.mark.clients


@pytest.mark.parametrize("xet", [True, pytest.param(False, marks=pytest.mark.hub(xet=False))])
@pytest.mark.parametrize("numbers", [[1, 2, 3], [4, 5]])
@pytest.mark.usefixtures("hub")
def test_nothing_of_another_test_is_left(numbers: list[int], xet: bool) -> None:
    """Four tests that use the same names for other contents, each of which must be the first."""
    api, content = HfApi(), bytes(numbers) * 50_000
    assert not api.repo_exists("user/data", repo_type="dataset")
    api.create_repo("user/data", repo_type="dataset")
    api.upload_file(
        path_or_fileobj=content, path_in_repo="a.bin", repo_id="user/data", repo_type="dataset"
    )
    assert HfFileSystem().info("datasets/user/data/a.bin")["size"] == len(content)
    assert HfFileSystem().cat_file("datasets/user/data/a.bin") == content
    result = hf_hub_download("user/data", "a.bin", repo_type="dataset")
    assert Path(result).read_bytes() == content
    folder = snapshot_download("user/data", repo_type="dataset")
    assert (Path(folder) / "a.bin").read_bytes() == content
    Dataset.from_dict({"n": numbers}).push_to_hub("user/numbers")
    assert load_dataset("user/numbers", split="train")["n"][:] == numbers
    stream = load_dataset("user/numbers", split="train", streaming=True)
    assert [row["n"] for row in stream] == numbers
    for home in (constants.HF_HOME, constants.HF_HUB_CACHE, config.HF_DATASETS_CACHE):
        assert str(home).startswith(os.environ["HF_HOME"])
    assert constants.HF_HUB_DISABLE_XET is not xet
    assert Path(os.environ["HF_XET_CACHE"]).exists() is xet


@pytest.mark.parametrize("turn", [1, 2])
def test_clients_ask_again_what_they_asked_in_another_test(hub: Hub, turn: int) -> None:
    name = f"user/data{turn}"
    HfApi().create_repo(name, repo_type="dataset")
    agents = pytest.importorskip("huggingface_hub.utils._detect_agent")
    if not hasattr(agents, "_get_registry"):
        pytest.skip("this client does not ask the Hub what a coding agent is")
    agents.is_agent()
    assert [request.path for request in hub.requests("GET")] == ["/api/agent-harnesses"]


@pytest.mark.parametrize("version", ["1", "2"])
def test_settings_of_hf_xet_hold_for_the_test_that_makes_them(
    hub: Hub, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(importlib.import_module("huggingface_hub.utils._xet"), "get_xet_session"):
        pytest.skip("this client keeps no session of hf_xet")
    monkeypatch.setenv("HF_XET_CLIENT_RECONSTRUCTION_API_VERSION", version)
    HfApi().create_repo("user/data", repo_type="dataset")
    HfApi().upload_file(
        path_or_fileobj=bytes(1000), path_in_repo="a.bin", repo_id="user/data", repo_type="dataset"
    )
    hf_hub_download("user/data", "a.bin", repo_type="dataset")
    assert f"/v{version}/" in hub.requests("GET", "/reconstructions/")[0].path


@pytest.mark.hub(users=["ann:hf_ann", "ben:hf_ben:read"], orgs=["lab:ann"], page_size=7)
def test_marker_says_how_the_hub_behaves(hub: Hub) -> None:
    assert (hub.user, hub.token) == ("ann", "hf_ann")
    me = HfApi().whoami()
    assert (me["name"], [org["name"] for org in me["orgs"]]) == ("ann", ["lab"])
    assert HfApi(token="hf_ben").whoami()["name"] == "ben"
