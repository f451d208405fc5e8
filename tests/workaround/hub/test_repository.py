"""A dataset repository on the Hub, and who may write to it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import Dataset
from huggingface_hub import HfApi

from mockhub.server import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, contents, loaded, preuploads, sessions
from workaround import push_to_hub
from workaround.errors import AccessError, CardConflictError
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


def test_repository_of_another_namespace_is_refused(own_hub: Hub) -> None:
    other = Repository(own_hub.url, "other/data", token="hf_writer")
    with pytest.raises(AccessError, match="a repository of your own: `hf auth whoami`"):
        other.ensure(private=None)


def test_branch_in_a_repository_of_somebody_else_is_refused(own_hub: Hub) -> None:
    other = Repository(own_hub.url, REPO, "dev", token="hf_other")
    with pytest.raises(AccessError, match="a repository of your own"):
        other.ensure(private=None)


def test_card_that_is_not_utf8_is_refused_before_the_upload(hub: Hub) -> None:
    hub.add_repo(REPO, {"README.md": "# Données\n".encode("latin-1")})
    asked = preuploads(hub)
    with pytest.raises(CardConflictError, match=r"README\.md of the repository is not UTF-8"):
        push_to_hub(Dataset.from_dict({"n": [1]}), REPO)
    assert preuploads(hub) == asked


def test_card_that_the_hub_does_not_accept_is_refused_before_the_upload(hub: Hub) -> None:
    repository = Repository(hub.url, REPO, token=hub.token)
    repository.validate_card("---\nlicense: mit\n---\n")
    with pytest.raises(CardConflictError, match=r"README\.md \(.+\): correct it there"):
        repository.validate_card("---\nconfigs: 5\n---\n")


@pytest.mark.parametrize(
    ("method", "route"),
    [
        ("GET", "/api/datasets/user/data(/revision/main)?$"),
        ("GET", "/tree/"),
        ("POST", "/preupload/"),
        ("POST", "/objects/batch"),
        ("POST", "/commit/"),
        ("GET", "/api/whoami"),
    ],
)
@pytest.mark.hub(xet=False)
def test_damaged_answer_of_the_hub_is_asked_for_again(
    hub: Hub,
    make_nifti: MakeNifti,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    route: str,
) -> None:
    monkeypatch.setattr("workaround.hub.retry.own_delay", lambda _: 0.0)
    rows = sessions(make_nifti, rows=2)
    hub.fail(method, route, corrupt="answer", count=2)
    push_to_hub(rows, REPO)
    hub.clear_faults()
    assert loaded(REPO) == contents(rows)
