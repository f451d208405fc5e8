"""What the Hub itself refuses: said before anything is sent."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from mockhub.server.process import Hub
from workaround.errors import AccessError
from workaround.planning.hub_limits import (
    FILE_BYTES,
    FOLDER_FILES,
    GOOD_FILE_BYTES,
    REPO_FILES,
    limit_problems,
    require_write,
)
from workaround.planning.plan import Plan, Shard, SplitPlan

REPO = "user/data"
asks_for_write = pytest.mark.skipif(
    "write" not in inspect.signature(HfApi.auth_check).parameters,
    reason="this client cannot ask whether a token may write to a repository",
)


def plan_of(count: int, nbytes: int = 1000) -> Plan:
    shards = (Shard(f"data/train-{n}.parquet", n, n + 1, (n + 1,), nbytes) for n in range(count))
    return Plan((SplitPlan("train", count, count, count * nbytes, count * nbytes, tuple(shards)),))


def said(plan: Plan, stay: list[str] | None = None) -> list[tuple[str | None, str, bool]]:
    return [
        (problem.path, problem.reason.split(";")[0], problem.tolerable)
        for problem in limit_problems(plan, stay or [])
    ]


def test_full_folder_is_refused() -> None:
    assert said(plan_of(FOLDER_FILES)) == []
    assert said(plan_of(FOLDER_FILES + 1)) == [
        ("data", "10001 files are over the 10000 that the Hub takes in a folder", False)
    ]


def test_files_that_stay_count_and_replaced_ones_do_not() -> None:
    plan = plan_of(FOLDER_FILES)
    assert said(plan, ["data/train-7.parquet", "raw/train-7.parquet", "README.md"]) == []
    ((folder, _, _),) = said(plan, ["data/test-0.parquet"])
    assert folder == "data"


def test_full_repository_is_advised_against() -> None:
    stay = [f"other/{number}" for number in range(REPO_FILES)]
    assert said(plan_of(1), stay[1:]) == []
    assert said(plan_of(1), stay) == [
        (None, "100001 files are over the 100000 that the Hub advises for a repository", True)
    ]


@pytest.mark.parametrize(
    ("nbytes", "expected"),
    [
        (GOOD_FILE_BYTES, []),
        (
            GOOD_FILE_BYTES + 1,
            [("a shard of 20.0 GB is over the 20.0 GB that the Hub advises", True)],
        ),
        (FILE_BYTES + 1, [("a shard of 50.0 GB is over the 50.0 GB that the Hub takes", False)]),
    ],
)
def test_large_file_is_named(nbytes: int, expected: list[tuple[str, bool]]) -> None:
    found = said(plan_of(1, nbytes))
    assert [(reason, tolerable) for _, reason, tolerable in found] == expected
    assert {path for path, _, _ in found} <= {"data/train-0.parquet"}


@pytest.fixture
def repository(start_hub: Callable[..., Hub]) -> Hub:
    hub = start_hub(users=["user:hf_writer", "user:hf_reader:read", "other:hf_other"])
    hub_api(hub, "hf_writer").create_repo(REPO, repo_type="dataset")
    return hub


def hub_api(hub: Hub, token: str | None) -> HfApi:
    return HfApi(endpoint=hub.url, token=token)


def test_token_that_may_write_is_let_through(repository: Hub) -> None:
    require_write(hub_api(repository, "hf_writer"), REPO)


def test_token_for_reading_is_refused(repository: Hub) -> None:
    with pytest.raises(AccessError, match="settings/tokens"):
        require_write(hub_api(repository, "hf_reader"), REPO)


@asks_for_write
def test_token_of_somebody_else_is_refused(repository: Hub) -> None:
    with pytest.raises(AccessError, match=REPO):
        require_write(hub_api(repository, "hf_other"), REPO)


def test_unknown_token_is_refused(repository: Hub) -> None:
    with pytest.raises(AccessError, match=r"401|Invalid"):
        require_write(hub_api(repository, "hf_nobody"), REPO)


def test_no_token_is_refused(
    repository: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    with pytest.raises(AccessError, match="No token: log in"):
        require_write(hub_api(repository, None), REPO)


def test_token_for_reading_is_refused_by_its_role_where_clients_cannot_ask(
    repository: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def auth_check(self: HfApi, repo_id: str, *, repo_type: str | None = None) -> None:
        """That of clients before 1.0."""

    monkeypatch.setattr(HfApi, "auth_check", auth_check)
    require_write(hub_api(repository, "hf_writer"), REPO)
    with pytest.raises(AccessError, match="is for reading"):
        require_write(hub_api(repository, "hf_reader"), REPO)
