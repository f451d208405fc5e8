"""The routes by which tests steer a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from huggingface_hub import HfApi

from mockhub.server.process import Hub
from tests.support.mockhub.wire import OTHERS, send

ROUTES = [
    ("POST", "faults"),
    ("DELETE", "faults"),
    ("GET", "requests"),
    ("DELETE", "requests"),
    ("POST", "reset"),
    ("PUT", "datasets/user/data"),
]


@pytest.mark.parametrize(
    ("token", "status"),
    [(None, 401), ("hf_unknown", 401), (OTHERS["reader"], 403), (OTHERS["stranger"], 403)],
)
@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_control_routes_are_for_the_administrator(
    shared_hub: Hub, method: str, route: str, token: str, status: int
) -> None:
    assert send(shared_hub, method, f"/mockhub/{route}", {}, token=token).status == status


def test_reset_forgets_everything_and_changes_the_options(hub: Hub) -> None:
    api = HfApi()
    api.create_repo("user/data", repo_type="dataset")
    run = send(hub, "GET", "/api/datasets/user/data/xet-write-token/main").json["casUrl"]
    hub.fail("*", ".", status=500, count=100)
    hub.clear_faults()
    hub.fail("GET", "/whoami", status=500)
    (hub.home / "token").write_text("hf_old")
    other = hub.reset(users=["ann:hf_ann"])
    assert (other.url, other.pid) == (hub.url, hub.pid)
    assert not hub.home.exists()
    assert list(other.home.iterdir()) == []
    ann = HfApi(endpoint=other.url, token=other.token)
    assert ann.whoami()["name"] == other.user == "ann"
    assert [request.path for request in other.requests()] == ["/api/whoami-v2"]
    assert send(other, "GET", "/api/whoami-v2", token=hub.token).status == 401
    assert list(ann.list_datasets()) == []
    ann.create_repo("ann/data", repo_type="dataset")
    assert send(other, "GET", "/api/datasets/ann/data/xet-write-token/main").json["casUrl"] != run
    assert send(other, "GET", "/mockhub/requests", token=hub.token).status == 200
    assert send(other, "GET", "/mockhub/requests", token=other.token).status == 200


def test_reset_removes_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Hub.start() as hub:
        api = HfApi(endpoint=hub.url, token=hub.token)
        api.create_repo("user/data", repo_type="dataset")
        (before,) = tmp_path.glob("mockhub-*/*/blobs")
        hub.reset()
        (after,) = tmp_path.glob("mockhub-*/*/blobs")
        assert after != before


@pytest.mark.parametrize("options", [{"unheard_of": 1}, {"xet": "perhaps"}, {"users": []}])
def test_reset_with_impossible_options_is_refused(hub: Hub, options: dict[str, Any]) -> None:
    HfApi().create_repo("user/data", repo_type="dataset")
    answer = send(hub, "POST", "/mockhub/reset", options)
    assert answer.status == 400
    assert answer.json["error"].startswith("Invalid options: ")
    assert HfApi().repo_exists("user/data", repo_type="dataset")


def test_server_that_was_given_a_root_keeps_it(tmp_path: Path) -> None:
    with Hub.start(tmp_path) as hub:
        HfApi(endpoint=hub.url, token=hub.token).create_repo("user/data", repo_type="dataset")
        with pytest.raises(HTTPError, match="409"):
            hub.reset()
        assert HfApi(endpoint=hub.url).repo_exists("user/data", repo_type="dataset")
