"""A dataset repository on the Hub, and who may write to it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from mockhub.server import Hub
from tests.support.constants import REPO
from workaround.errors import AccessError
from workaround.hub.repository import Repository

asks_for_write = pytest.mark.skipif(
    "write" not in inspect.signature(HfApi.auth_check).parameters,
    reason="clients before 1.0 can only ask for the role of the token",
)


def test_representation_has_no_token() -> None:
    assert "hf_secret" not in repr(Repository("https://hub", REPO, token="hf_secret"))


@pytest.fixture
def own_hub(start_hub: Callable[..., Hub]) -> Hub:
    hub = start_hub(users=["user:hf_writer", "user:hf_reader:read", "other:hf_other"])
    HfApi(endpoint=hub.url, token="hf_writer").create_repo(REPO, repo_type="dataset")
    return hub


def repository(hub: Hub, token: str | None) -> Repository:
    return Repository(hub.url, REPO, token=token)


def test_token_that_may_write_is_let_through(own_hub: Hub) -> None:
    repository(own_hub, "hf_writer").require_write()


def test_token_for_reading_is_refused(own_hub: Hub) -> None:
    with pytest.raises(AccessError, match="settings/tokens"):
        repository(own_hub, "hf_reader").require_write()


@asks_for_write
def test_token_of_somebody_else_is_refused(own_hub: Hub) -> None:
    with pytest.raises(AccessError, match=REPO):
        repository(own_hub, "hf_other").require_write()


def test_unknown_token_is_refused(own_hub: Hub) -> None:
    with pytest.raises(AccessError, match=r"401|Invalid"):
        repository(own_hub, "hf_nobody").require_write()


def test_no_token_is_refused(own_hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    with pytest.raises(AccessError, match="No token: log in"):
        repository(own_hub, None).require_write()


def test_token_for_reading_is_refused_by_its_role_where_clients_cannot_ask(
    own_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def auth_check(self: HfApi, repo_id: str, *, repo_type: str | None = None) -> None:
        """That of clients before 1.0."""

    monkeypatch.setattr(HfApi, "auth_check", auth_check)
    repository(own_hub, "hf_writer").require_write()
    with pytest.raises(AccessError, match="is for reading"):
        repository(own_hub, "hf_reader").require_write()
