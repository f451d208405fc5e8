"""The client library without its own retries."""

from __future__ import annotations

import os
import threading
from typing import Any

import hf_xet
import huggingface_hub
import pytest
from datasets import Dataset
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from packaging.version import Version

from mockhub.server import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, contents, loaded, sessions
from workaround import push_to_hub
from workaround.errors import UnreachableError
from workaround.hub import retry as module
from workaround.hub.client import XET_SETTINGS, set_up_xet, single_attempts


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of our waits, which are skipped; a wait of the client itself fails the test."""
    pauses: list[float] = []

    class Stopped(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout is None:
                return super().wait()
            pauses.append(timeout)
            return False

    def client_sleep(seconds: float) -> None:
        raise AssertionError(f"the client waits for {seconds} s")

    for waiting in ("upload.pipeline", "verification.verify"):
        monkeypatch.setattr(f"workaround.{waiting}.Event", Stopped)
    monkeypatch.setattr(module, "sleep", pauses.append)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", client_sleep)
    return pauses


ROUTES = [
    ("POST", "/preupload/"),
    ("POST", "/objects/batch"),
    ("PUT", "/lfs-storage/"),
    ("GET", "/tree/"),
    ("GET", "/(resolve|cdn)/"),
]


@pytest.mark.hub(xet=False)
@pytest.mark.parametrize(("method", "route"), [*ROUTES, ("POST", "/info/lfs/verify")])
def test_delay_of_a_day_is_not_slept_by_the_client(
    hub: Hub, make_nifti: MakeNifti, pauses: list[float], method: str, route: str
) -> None:
    hub.fail(method, route, status=429, count=100, headers={"Retry-After": "86400"})
    with pytest.raises(UnreachableError, match=r"asks to wait for 24\.0 h, after 0\.0 h"):
        push_to_hub(sessions(make_nifti, rows=2), REPO, verify="full")
    assert pauses == []
    assert len(hub.requests(method, route)) == 1


@pytest.mark.hub(xet=False)
@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_each_failure_is_followed_by_one_attempt_of_ours(
    hub: Hub, make_nifti: MakeNifti, pauses: list[float], method: str, route: str
) -> None:
    rows = sessions(make_nifti, rows=2)
    hub.fail(method, route, reset_after=0)
    hub.fail(method, route, status=503)
    push_to_hub(rows, REPO, verify="full")
    assert len(pauses) == 2
    hub.clear_faults()
    assert loaded(REPO) == contents(rows)


@pytest.mark.parametrize(
    ("fault", "route"),
    [
        pytest.param({"status": 403}, "/lfs-storage/", marks=pytest.mark.hub(xet=False)),
        pytest.param({"corrupt": "request"}, "/lfs-storage/", marks=pytest.mark.hub(xet=False)),
        pytest.param(
            {"corrupt": "request"},
            "/lfs-storage/",
            marks=pytest.mark.hub(xet=False, part_size=30_000),
        ),
        pytest.param({"corrupt": "request"}, "/xorbs/", marks=pytest.mark.hub(xet=True)),
    ],
    ids=["expired link", "damaged file", "damaged part", "damaged block"],
)
def test_bytes_that_the_storage_refuses_are_sent_again_with_another_link(
    hub: Hub, make_nifti: MakeNifti, pauses: list[float], fault: dict[str, Any], route: str
) -> None:
    rows = sessions(make_nifti, rows=2)
    hub.fail("*", route, **fault)
    push_to_hub(rows, REPO)
    assert len(pauses) == 1
    assert len(hub.requests("POST", "/objects/batch")) == (0 if hub.xet else 2)
    assert loaded(REPO) == contents(rows)


@pytest.mark.hub(xet=False)
def test_link_that_is_always_refused_is_given_up(
    hub: Hub, make_nifti: MakeNifti, pauses: list[float]
) -> None:
    hub.fail("PUT", "/lfs-storage/", status=403, count=1000)
    with pytest.raises(UnreachableError, match="failed 8 times") as failure:
        push_to_hub(sessions(make_nifti, rows=2), REPO)
    assert "auth login" not in str(failure.value)


@pytest.mark.skipif(
    Version(huggingface_hub.__version__) < Version("1"), reason="it does not repeat this request"
)
def test_other_users_of_the_client_keep_its_retries(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", slept.append)
    api = HfApi()
    api.create_repo(REPO, repo_type="dataset")
    hub.fail("GET", "/tree/", status=503, count=2)
    with single_attempts(), pytest.raises(HfHubHTTPError):
        list(api.list_repo_tree(REPO, repo_type="dataset"))
    assert slept == []
    list(api.list_repo_tree(REPO, repo_type="dataset"))
    assert len(slept) == 1


LIMIT = "HF_XET_CLIENT_AC_MAX_UPLOAD_CONCURRENCY"


@pytest.mark.parametrize(("own", "expected"), [(None, str(XET_SETTINGS[LIMIT])), ("9", "9")])
def test_settings_of_xet_are_ours_unless_the_user_has_some(
    monkeypatch: pytest.MonkeyPatch, own: str | None, expected: str
) -> None:
    for name in XET_SETTINGS:
        monkeypatch.setenv(name, "")  # so that it is restored
        monkeypatch.delenv(name)
    if own is not None:
        monkeypatch.setenv(LIMIT, own)
    set_up_xet()
    assert os.environ[LIMIT] == expected
    if hasattr(hf_xet, "XetConfig"):  # older clients have a limit of their own
        config = hf_xet.XetConfig()
        assert config.get("client.ac_max_upload_concurrency") == int(expected)
        assert (
            config.get("client.retry_max_attempts")
            == (XET_SETTINGS["HF_XET_CLIENT_RETRY_MAX_ATTEMPTS"])
        )


def test_push_without_failures_never_waits(hub: Hub, pauses: list[float]) -> None:
    push_to_hub(Dataset.from_dict({"n": [1]}), REPO)
    assert pauses == []
