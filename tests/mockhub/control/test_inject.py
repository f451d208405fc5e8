"""Broken connections and damaged bodies, as clients meet them."""

from __future__ import annotations

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset, load_dataset
from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError

from mockhub.server.process import Hub

CONTENT = np.random.default_rng(0).bytes(300_000)
XORBS = "/xorbs?/default/"
no_xet = pytest.mark.hub(xet=False, redirect="none")
resets: dict[str, dict[str, Any]] = {
    "before the body": {"reset_after": 0},
    "in the body": {"reset_after": 1000},
    "after the body": {"reset_after": 10**9},
}


@pytest.fixture(autouse=True)
def _repo(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_XET_CLIENT_RETRY_BASE_DELAY", "50ms")
    HfApi().create_repo("user/data", repo_type="dataset")
    hub.clear_requests()


def upload(content: bytes = CONTENT, path: str = "a.bin") -> None:
    HfApi().upload_file(
        path_or_fileobj=content, path_in_repo=path, repo_id="user/data", repo_type="dataset"
    )


def download(**options: Any) -> bytes:
    return Path(hf_hub_download("user/data", "a.bin", repo_type="dataset", **options)).read_bytes()


def statuses(hub: Hub, method: str, path: str) -> list[int | None]:
    return [request.status for request in hub.requests(method, path)]


def files() -> list[str]:
    result = HfApi().list_repo_files("user/data", repo_type="dataset")
    return [path for path in result if path != ".gitattributes"]


@no_xet
@pytest.mark.parametrize("fault", resets.values(), ids=resets)
def test_client_sends_an_lfs_file_again_after_a_reset(hub: Hub, fault: dict[str, Any]) -> None:
    hub.fail("PUT", "/lfs-storage/", **fault)
    upload()
    lost, kept = hub.requests("PUT", "/lfs-storage/")
    assert (lost.status, kept.status) == (None, 200)
    assert lost.received >= min(fault["reset_after"], len(CONTENT))
    assert download() == CONTENT


@pytest.mark.parametrize("fault", resets.values(), ids=resets)
def test_client_sends_a_xorb_again_after_a_reset(hub: Hub, fault: dict[str, Any]) -> None:
    hub.fail("POST", XORBS, **fault)
    upload()
    assert statuses(hub, "POST", XORBS) == [None, 200]
    assert download() == CONTENT


@pytest.mark.parametrize("fault", resets.values(), ids=resets)
def test_commit_whose_request_is_cut_off_does_not_happen(hub: Hub, fault: dict[str, Any]) -> None:
    hub.fail("POST", "/commit/", **fault)
    # A client that is still sending may notice it then, and see a closed connection later.
    with pytest.raises(Exception, match=r"reset|Broken pipe|disconnected"):
        upload(b"text" * 1000, "a.txt")
    assert statuses(hub, "POST", "/commit/") == [None]
    assert files() == []


def test_commit_whose_answer_is_lost_has_happened(hub: Hub) -> None:
    hub.fail("POST", "/commit/", lose_answer=True)
    with pytest.raises(Exception, match="reset"):
        upload(b"text", "a.txt")
    assert files() == ["a.txt"]


def test_commit_behind_a_gateway_that_gives_up_has_happened(hub: Hub) -> None:
    hub.fail("POST", "/commit/", lose_answer=True, status=504)
    with pytest.raises(HfHubHTTPError, match="504"):
        upload(b"text", "a.txt")
    assert files() == ["a.txt"]


def test_push_whose_commit_was_lost_to_it_loads(hub: Hub) -> None:
    hub.fail("POST", "/commit/", lose_answer=True)
    with pytest.raises(Exception, match="reset"):
        Dataset.from_dict({"n": [1, 2]}).push_to_hub("user/data")
    assert load_dataset("user/data", split="train")["n"][:] == [1, 2]


@no_xet
@pytest.mark.parametrize("fault", [{"lose_answer": True}, {"lose_answer": True, "status": 504}])
def test_lfs_upload_survives_a_lost_answer(hub: Hub, fault: dict[str, Any]) -> None:
    hub.fail("PUT", "/lfs-storage/", **fault)
    upload()
    assert statuses(hub, "PUT", "/lfs-storage/") == [fault.get("status"), 200]
    assert download() == CONTENT


@pytest.mark.hub(xet=False, part_size=100_000)
def test_one_part_of_an_lfs_upload_is_sent_again(hub: Hub) -> None:
    hub.fail("PUT", "/lfs-storage/", after=1, reset_after=1000)
    upload()
    assert statuses(hub, "PUT", "/lfs-storage/") == [200, None, 200, 200]
    assert download() == CONTENT


@pytest.mark.parametrize("path", [XORBS, "/shards"])
@pytest.mark.parametrize(
    "fault", [{"lose_answer": True}, {"lose_answer": True, "status": 504}, {"status": 503}]
)
def test_xet_upload_survives_a_lost_answer(hub: Hub, path: str, fault: dict[str, Any]) -> None:
    hub.fail("POST", path, **fault)
    upload()
    assert statuses(hub, "POST", path)[0] == fault.get("status")
    assert download() == CONTENT


@pytest.mark.parametrize("path", [XORBS, "/shards"])
def test_xet_upload_ends_when_its_token_is_refused(hub: Hub, path: str) -> None:
    hub.fail("POST", path, status=401)
    with pytest.raises(ConnectionError, match="401 Unauthorized"):
        upload()
    assert files() == []


@no_xet
@pytest.mark.parametrize("fault", [{"truncate": 1000}, {"truncate": 0}])
def test_download_resumes_when_the_connection_is_closed(hub: Hub, fault: dict[str, Any]) -> None:
    upload()
    hub.fail("GET", "/resolve/", **fault)
    assert download() == CONTENT
    first, _ = hub.requests("GET", "/resolve/")
    assert first.sent == fault["truncate"]


@no_xet
def test_download_ends_when_the_connection_is_reset(hub: Hub) -> None:
    upload()
    hub.fail("GET", "/resolve/", reset_answer=1000)
    with pytest.raises(Exception, match="reset"):
        download()
    assert [request.sent for request in hub.requests("GET", "/resolve/")] == [1000]
    assert download() == CONTENT


@pytest.mark.parametrize("fault", [{"truncate": 100}, {"reset_answer": 100}, {"status": 503}])
def test_xet_download_asks_for_a_xorb_again(hub: Hub, fault: dict[str, Any]) -> None:
    upload()
    hub.fail("GET", "/xorb/", **fault)
    assert download() == CONTENT
    assert len(hub.requests("GET", "/xorb/")) == 2


def test_xet_download_asks_for_a_reconstruction_again(hub: Hub) -> None:
    upload()
    hub.fail("GET", "/reconstructions/", status=503)
    assert download() == CONTENT
    assert statuses(hub, "GET", "/reconstructions/")[0] == 503


@no_xet
def test_flipped_bit_of_a_download_is_not_noticed(hub: Hub) -> None:
    upload()
    hub.fail("GET", "/resolve/", corrupt="answer")
    damaged = download()
    different = [one ^ other for one, other in zip(damaged, CONTENT, strict=True) if one != other]
    assert different == [1]
    assert download(force_download=True) == CONTENT


def test_flipped_bit_of_a_xorb_is_not_noticed(hub: Hub) -> None:
    upload()
    hub.fail("GET", "/xorb/", corrupt="answer")
    assert download() != CONTENT


@no_xet
def test_flipped_bit_of_an_lfs_upload_is_refused(hub: Hub) -> None:
    hub.fail("PUT", "/lfs-storage/", corrupt="request")
    with pytest.raises(RuntimeError, match="Error while uploading"):
        upload()
    assert statuses(hub, "PUT", "/lfs-storage/") == [400]
    assert files() == []


def test_flipped_bit_of_a_xorb_upload_is_refused(hub: Hub) -> None:
    hub.fail("POST", XORBS, corrupt="request")
    with pytest.raises(ConnectionError, match="400 Bad Request"):
        upload()
    assert files() == []


def test_flipped_bit_of_a_commit_is_stored(hub: Hub) -> None:
    content = b64decode("BBBB" * 3000)  # "C", which differs by one bit, is base64 too
    hub.fail("POST", "/commit/", corrupt="request")
    upload(content, "a.txt")
    path = hf_hub_download("user/data", "a.txt", repo_type="dataset")
    assert Path(path).read_bytes() != content


@no_xet
def test_wrong_hash_reaches_the_client(hub: Hub) -> None:
    upload()
    url = hf_hub_url("user/data", "a.bin", repo_type="dataset")
    hub.fail("HEAD", "/resolve/", corrupt="hash")
    wrong, right = get_hf_file_metadata(url).etag, get_hf_file_metadata(url).etag
    assert right is not None
    assert wrong == right[::-1] != right


def test_wrong_xet_hash_is_not_found(hub: Hub) -> None:
    upload()
    hub.fail("HEAD", "/resolve/", corrupt="hash")
    with pytest.raises(Exception, match="404 Not Found"):
        download()


@no_xet
def test_client_asks_again_when_the_answer_takes_long(hub: Hub) -> None:
    upload()
    hub.fail("HEAD", "/resolve/", delay=2)
    assert download(etag_timeout=0.2) == CONTENT
    assert len(hub.requests("HEAD", "/resolve/")) == 2


@no_xet
def test_slow_body_comes_whole(hub: Hub) -> None:
    upload()
    hub.fail("GET", "/resolve/", pace=600_000)
    assert download() == CONTENT


@no_xet
def test_client_asks_again_when_a_body_stalls(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT", 0.2)
    upload()
    hub.fail("GET", "/resolve/", pace=1)
    assert download() == CONTENT
    assert len(hub.requests("GET", "/resolve/")) == 2


def test_delay_comes_before_another_effect(hub: Hub) -> None:
    hub.fail("GET", "/whoami-v2", delay=0.01, status=503)
    with pytest.raises(HfHubHTTPError, match="503"):
        HfApi().whoami()


def test_delayed_request_holds_up_no_other(hub: Hub) -> None:
    hub.fail("GET", "/whoami-v2", delay=1)
    api = HfApi()
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(api.whoami)
        while not hub.requests("GET", "/whoami-v2"):
            pass
        assert files() == []
        assert not slow.done()
    assert slow.result()["name"] == "user"
