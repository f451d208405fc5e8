"""The storage that the Hub wants files in."""

from __future__ import annotations

import pytest
from huggingface_hub import HfApi

from mockhub.server import Hub
from tests.support.constants import REPO
from workaround.errors import UnreachableError
from workaround.hub.repository import Repository
from workaround.hub.upload_modes import UploadModes


@pytest.fixture
def repository(hub: Hub) -> Repository:
    HfApi().create_repo(REPO, repo_type="dataset")
    return Repository(hub.url, REPO, token=hub.token)


def test_many_files_are_asked_for_at_once_as_they_are_needed(
    hub: Hub, repository: Repository
) -> None:
    paths = [f"data/{number}.parquet" for number in range(300)]
    modes = UploadModes(repository, dict.fromkeys(paths, 1))
    assert hub.requests("POST", "/preupload/") == []
    assert modes.of(paths[3]) == "lfs"
    assert len(hub.requests("POST", "/preupload/")) == 1
    assert {modes.of(path) for path in paths} == {"lfs"}
    assert len(hub.requests("POST", "/preupload/")) == 2


@pytest.mark.hub(upload_mode="regular")
def test_hub_may_want_regular_files(repository: Repository) -> None:
    assert UploadModes(repository, {"data/a.parquet": 1}).of("data/a.parquet") == "regular"


def test_damaged_answer_is_asked_for_again_and_then_given_up(
    hub: Hub, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workaround.hub.retry.own_delay", lambda _: 0.0)
    hub.fail("POST", "/preupload/", corrupt="answer", count=100)
    with pytest.raises(UnreachableError):
        UploadModes(repository, {"data/a.parquet": 1}).of("data/a.parquet")
    assert len(hub.requests("POST", "/preupload/")) == 8
