"""Faults on demand."""

from __future__ import annotations

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from mockhub.server import Hub
from tests.mockhub.wire import OTHERS, NewRepo, send


def test_fault_meets_the_next_matching_requests_and_no_others(hub: Hub) -> None:
    api = HfApi()
    api.create_repo("user/data", repo_type="dataset")
    hub.fail("DELETE", ".", 418)
    hub.fail("POST", r"/commit/main$", 409, count=2, headers={"Retry-After": "7"})

    def upload() -> None:
        api.upload_file(
            path_or_fileobj=b"x", path_in_repo="x", repo_id="user/data", repo_type="dataset"
        )

    for _ in range(2):
        with pytest.raises(HfHubHTTPError) as caught:
            upload()
        assert caught.value.response.status_code == 409
        assert caught.value.response.headers["Retry-After"] == "7"
    assert "x" not in api.list_repo_files("user/data", repo_type="dataset")
    upload()
    assert "x" in api.list_repo_files("user/data", repo_type="dataset")
    statuses = [each["status"] for each in hub.requests() if "/commit/" in each["path"]]
    assert statuses == [409, 409, 200]


def test_client_retries_what_it_should(hub: Hub) -> None:
    api = HfApi()
    api.create_repo("user/data", repo_type="dataset")
    hub.fail("POST", "/preupload/", 503)
    api.upload_file(
        path_or_fileobj=b"x", path_in_repo="x", repo_id="user/data", repo_type="dataset"
    )
    assert "x" in api.list_repo_files("user/data", repo_type="dataset")
    statuses = [each["status"] for each in hub.requests() if "/preupload/" in each["path"]]
    assert statuses == [503, 200]


def test_cleared_faults_do_not_happen(hub: Hub) -> None:
    hub.fail("*", ".", 500, count=100)
    hub.clear_faults()
    assert HfApi().whoami()["name"] == "user"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"path": "x"},
        {"path": "(", "status": 500},
        {"path": "x", "status": 42},
        {"path": "x", "status": 500, "count": "many"},
        {"path": "x", "status": 500, "headers": ["a"]},
    ],
)
def test_malformed_fault_is_refused(repo: NewRepo, body: dict[str, object]) -> None:
    assert send(repo.hub, "POST", "/mockhub/faults", body).status == 400


@pytest.mark.parametrize(("token", "status"), [(None, 401), (OTHERS["reader"], 403)])
def test_admin_routes_need_a_writing_token(shared_hub: Hub, token: str, status: int) -> None:
    assert send(shared_hub, "GET", "/mockhub/requests", token=token).status == status
