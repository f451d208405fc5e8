"""Faults: the requests they apply to, and error statuses as clients see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from datasets import Dataset
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from mockhub.control.faults import Fault, Faults
from mockhub.server.process import Hub
from tests.support.mockhub.wire import send


def upload(path: str = "x") -> None:
    HfApi().upload_file(
        path_or_fileobj=b"text", path_in_repo=path, repo_id="user/data", repo_type="dataset"
    )


def files() -> list[str]:
    result = HfApi().list_repo_files("user/data", repo_type="dataset")
    return [path for path in result if path != ".gitattributes"]


@pytest.fixture
def repo_hub(hub: Hub) -> Hub:
    """A Hub with a repository."""
    HfApi().create_repo("user/data", repo_type="dataset")
    return hub


def test_fault_meets_the_next_matching_requests_and_no_others(repo_hub: Hub) -> None:
    repo_hub.fail("DELETE", ".", status=418)
    repo_hub.fail("POST", r"/commit/main$", status=409, count=2, headers={"X-Note": "7"})
    for _ in range(2):
        with pytest.raises(HfHubHTTPError, match="Another commit operation is in") as caught:
            upload()
        assert caught.value.response.status_code == 409
        assert caught.value.response.headers["X-Note"] == "7"
    assert files() == []
    upload()
    assert files() == ["x"]
    assert [request.status for request in repo_hub.requests("POST", "/commit/")] == [409, 409, 200]


def test_fault_lets_pass_what_comes_before_it() -> None:
    faults = Faults()
    late = Fault(method="GET", path="/a", status=500, after=1, count=2)
    any_path = Fault(method="*", path="", delay=1)
    faults.plan(late)
    faults.plan(any_path)
    met = [faults.take(method, "/a/b") for method in ("GET", "GET", "POST", "GET", "GET")]
    assert met == [any_path, late, None, late, None]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_client_tries_again_when_the_hub_is_not_to_be_had(repo_hub: Hub, status: int) -> None:
    repo_hub.fail("POST", "/preupload/", status=status)
    upload()
    assert files() == ["x"]
    assert [request.status for request in repo_hub.requests("POST", "/preupload/")] == [status, 200]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, {"RateLimit": '"api";r=0;t=1', "Retry-After": None}),
        ({"Retry-After": "3"}, {"RateLimit": None, "Retry-After": "3"}),
    ],
)
def test_rate_limit_says_when_to_come_back(
    repo_hub: Hub, headers: dict[str, str], expected: dict[str, str | None]
) -> None:
    repo_hub.fail("POST", "/commit/", status=429, headers=headers)
    with pytest.raises(HfHubHTTPError, match="We had to rate limit you") as caught:
        upload()
    assert {name: caught.value.response.headers.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    "call",
    [
        lambda api: api.whoami(),
        lambda api: api.dataset_info("user/data"),
        lambda api: api.hf_hub_download("user/data", "x", repo_type="dataset"),
    ],
)
def test_expired_token_is_no_missing_repository(
    repo_hub: Hub, call: Callable[[HfApi], Any]
) -> None:
    upload()
    repo_hub.fail("*", "^/(api|datasets)/", status=401)
    with pytest.raises(HfHubHTTPError) as caught:
        call(HfApi())
    assert type(caught.value) is HfHubHTTPError
    assert caught.value.response.status_code == 401
    message = caught.value.response.headers["X-Error-Message"]
    assert message == "Invalid credentials in Authorization header"
    call(HfApi())


def test_push_of_a_dataset_ends_at_a_busy_commit(repo_hub: Hub) -> None:
    repo_hub.fail("POST", "/commit/", status=409)
    with pytest.raises(HfHubHTTPError, match="409"):
        Dataset.from_dict({"n": [1]}).push_to_hub("user/data")
    assert files() == []


def test_cleared_faults_do_not_happen(hub: Hub) -> None:
    hub.fail("*", ".", status=500, count=100)
    hub.clear_faults()
    assert HfApi().whoami()["name"] == "user"


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},  # no path
        {"path": "x"},  # no effect
        {"path": "(", "status": 500},
        {"path": 7, "status": 500},
        {"path": "x", "method": 7, "status": 500},
        {"path": "x", "status": 200},
        {"path": "x", "status": "500"},
        {"path": "x", "status": 500, "count": "many"},
        {"path": "x", "status": 500, "count": 0},
        {"path": "x", "status": 500, "after": -1},
        {"path": "x", "status": 500, "headers": ["a"]},
        {"path": "x", "status": 500, "headers": {"a": 7}},
        {"path": "x", "status": 500, "headers": {"a": "b\r\nc: d"}},
        {"path": "x", "status": 500, "truncate": 1},
        {"path": "x", "headers": {"a": "b"}, "truncate": 1},
        {"path": "x", "truncate": True},
        {"path": "x", "delay": "long"},
        {"path": "x", "delay": -1},
        {"path": "x", "lose_answer": "yes"},
        {"path": "x", "corrupt": "all"},
        {"path": "x", "explode": True},
    ],
)
def test_malformed_fault_is_refused(shared_hub: Hub, fault: dict[str, object]) -> None:
    answer = send(shared_hub, "POST", "/mockhub/faults", fault)
    assert answer.status == 400
    assert answer.json["error"].startswith("Invalid fault: ")


def test_remaining_faults_count_down() -> None:
    faults = Faults()
    faults.plan(Fault(method="GET", path="/a", status=503, count=2, after=1))
    faults.plan(Fault(method="GET", path="/b", delay=0.1))
    for path in ("/a", "/a", "/b"):
        faults.take("GET", path)
    (fault,) = faults.remaining()
    assert (fault.path, fault.after, fault.count) == ("/a", 0, 1)
