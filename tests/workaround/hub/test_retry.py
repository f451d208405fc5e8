"""Transient and permanent failures, the waits between attempts, and their messages."""

from __future__ import annotations

import itertools
import json
import logging
import traceback
from collections.abc import Callable
from threading import Event
from types import SimpleNamespace
from typing import Never

import pytest
from datasets import Dataset
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
from huggingface_hub.hf_api import RepoFile

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, sessions
from workaround import push_to_hub
from workaround.errors import RefusedError, UnreachableError, UploadError
from workaround.hub import retry as module
from workaround.hub.retry import PATIENCE, TRIES, advice, is_transient, retry, retry_until

SIGNED = "https://s3.example/part?X-Amz-Signature=5ec4e7&X-Amz-Expires=900"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of the waits, which are skipped."""
    pauses: list[float] = []
    monkeypatch.setattr(module, "sleep", pauses.append)
    return pauses


def failing(error: Exception) -> Callable[[], Never]:
    def action() -> Never:
        raise error

    return action


def asking(hub: Hub) -> str:
    return str(HfApi().repo_info(REPO, repo_type="dataset").sha)


@pytest.mark.parametrize("status", [401, 403, 404, 413])
@pytest.mark.parametrize("route", ["/xorbs/", "/shards", "/xet-write-token"])
def test_what_xet_refuses_is_refused_at_once(
    hub: Hub, make_nifti: MakeNifti, pauses: list[float], route: str, status: int
) -> None:
    hub.fail("*", route, status=status, count=100)
    with pytest.raises(RefusedError) as raised:
        push_to_hub(sessions(make_nifti, rows=2), REPO)
    assert str(raised.value).endswith(module._HINTS[status])
    assert pauses == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ConnectionError, "Network error: Request error: HTTP status client error ({})"),
        (RuntimeError, "Data processing error: Client error: HTTP status client error ({})"),
        (RuntimeError, "CAS service error : Reqwest Error: HTTP status client error ({})"),
        (RuntimeError, "retry limit exceeded after 5 attempts (status = {}, value = Response)"),
    ],
    ids=["1.8.0", "1.4.3", "1.2.0", "1.1.5"],
)
def test_status_of_a_failure_of_xet_is_in_its_text(
    pauses: list[float], kind: type[Exception], text: str
) -> None:
    with pytest.raises(RefusedError, match="write access"):
        retry("Uploading", failing(kind(text.format("403 Forbidden"))))
    assert pauses == []
    for status in ("429 Too Many Requests", "500 Internal Server Error", "503 Unavailable"):
        with pytest.raises(UnreachableError):
            retry("Uploading", failing(kind(text.format(status))))
    assert len(pauses) > 2 * (TRIES - 1)


def test_type_of_a_failure_of_xet_tells_what_is_refused(pauses: list[float]) -> None:
    kind = type("XetAuthenticationError", (PermissionError,), {})
    with pytest.raises(RefusedError, match="hf auth login"):
        retry("Uploading", failing(kind("no valid token")))
    assert pauses == []


@pytest.mark.parametrize(
    "error",
    [
        ConnectionError("Network error: error sending request for url (http://x)"),
        RuntimeError("ReqwestMiddleware Error: error sending request"),
        RuntimeError("Internal error: The chunks of file 01ff have another hash"),
    ],
)
def test_lost_connection_of_xet_passes(pauses: list[float], error: Exception) -> None:
    with pytest.raises(UnreachableError):
        retry("Uploading", failing(error))
    assert len(pauses) == TRIES - 1


def test_failure_that_nobody_knows_is_raised_as_it_is(pauses: list[float]) -> None:
    with pytest.raises(RuntimeError, match="no space left"):
        retry("Uploading", failing(RuntimeError("no space left")))
    assert pauses == []


def test_wait_for_the_next_window_of_the_hub_is_no_try(hub: Hub, pauses: list[float]) -> None:
    headers = {"RateLimit": '"api";r=0;t=280', "RateLimit-Policy": '"fixed window";"api";q=9;w=300'}
    hub.fail("POST", "/commit/", status=429, count=TRIES + 2, headers=headers)
    push_to_hub(Dataset.from_dict({"n": [1]}), REPO)
    assert len(pauses) == TRIES + 2
    assert all(280 <= pause <= 280 * 1.1 for pause in pauses)


def test_hub_that_never_opens_a_window_is_given_up(hub: Hub, pauses: list[float]) -> None:
    HfApi().create_repo(REPO, repo_type="dataset")
    hub.fail("GET", "/api/datasets", status=429, count=100, headers={"RateLimit": '"a";r=0;t=280'})
    with pytest.raises(UnreachableError, match=r"asks to wait for 0\.1 h, after (1\.9|2\.0) h"):
        retry("Asking", lambda: asking(hub))
    assert PATIENCE - 600 < sum(pauses) <= PATIENCE


def test_wait_of_a_day_is_reported_and_not_slept(hub: Hub, pauses: list[float]) -> None:
    hub.fail("POST", "/commit/", status=429, headers={"Retry-After": "86400"})
    with pytest.raises(UnreachableError, match=r"asks to wait for 24\.0 h, after 0\.0 h"):
        push_to_hub(Dataset.from_dict({"n": [1]}), REPO)
    assert pauses == []


@pytest.mark.parametrize("after", ["0", "1", "30"])
def test_hub_that_always_asks_for_a_moment_is_given_up(
    hub: Hub, pauses: list[float], after: str
) -> None:
    HfApi().create_repo(REPO, repo_type="dataset")
    hub.fail("GET", "/api/datasets", status=503, count=100, headers={"Retry-After": after})
    with pytest.raises(UnreachableError, match="times, at last with"):
        retry("Asking", lambda: asking(hub))
    assert TRIES - 1 <= len(pauses) <= 2 * TRIES


@pytest.mark.parametrize("status", [409, 412])
def test_conflict_is_tried_again_soon(hub: Hub, pauses: list[float], status: int) -> None:
    hub.fail("POST", "/commit/", status=status)
    push_to_hub(Dataset.from_dict({"n": [1]}), REPO)
    assert len(pauses) == 1
    assert pauses[0] <= 1


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (OfflineModeIsEnabled("offline mode is enabled"), "Unset HF_HUB_OFFLINE"),
        (ConnectionError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), "SSL_CERT_FILE"),
    ],
)
def test_what_waiting_does_not_help_is_refused_at_once(
    pauses: list[float], error: Exception, hint: str
) -> None:
    with pytest.raises(RefusedError, match=hint):
        retry("Preparing", failing(error))
    assert pauses == []


def test_web_page_in_the_place_of_an_answer_is_refused_at_once(pauses: list[float]) -> None:
    with pytest.raises(RefusedError, match="web page"):
        retry("Preparing", lambda: json.loads("\n<!doctype html><title>Log in</title>"))
    assert pauses == []


def test_damaged_answer_is_asked_for_again(pauses: list[float]) -> None:
    answers = iter(['{"sha": "0', '{"sha": "01"}'])
    assert retry("Reading", lambda: json.loads(next(answers))) == {"sha": "01"}
    assert len(pauses) == 1


@pytest.mark.parametrize("status", [500, 501, 507, 520, 524, 530])
def test_every_error_of_a_server_is_tried_again(hub: Hub, pauses: list[float], status: int) -> None:
    hub.fail("GET", "/api/datasets/user/data", status=status)
    push_to_hub(Dataset.from_dict({"n": [1]}), REPO)
    assert len(pauses) == 1


@pytest.mark.parametrize("endpoint", ["127.0.0.1", "nothing://127.0.0.1"])
def test_endpoint_that_is_no_url_is_refused_at_once(pauses: list[float], endpoint: str) -> None:
    api = HfApi(endpoint=endpoint, token="hf_mock")
    with pytest.raises(RefusedError, match="Check HF_ENDPOINT"):
        retry("Preparing", lambda: api.repo_info(REPO, repo_type="dataset"))
    assert pauses == []


def test_server_that_is_not_there_may_come(pauses: list[float]) -> None:
    api = HfApi(endpoint="http://127.0.0.1:9", token="hf_mock")
    with pytest.raises(UnreachableError):
        retry("Preparing", lambda: api.repo_info(REPO, repo_type="dataset"))
    assert len(pauses) == TRIES - 1


def test_token_that_no_header_can_hold_is_refused_without_showing_it(
    hub: Hub, pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    secret = "5EC2E7" * 2
    api = HfApi(headers={"authorization": f"Bearer hf_{secret}\n"})
    with pytest.raises(RefusedError, match="Check the token") as raised:
        retry("Preparing", lambda: api.repo_info(REPO, repo_type="dataset", token=False))
    assert pauses == []
    shown = "".join(traceback.format_exception(raised.value))
    assert secret not in caplog.text + str(raised.value) + shown


@pytest.mark.parametrize("text", ["403 Forbidden", "500 Internal Server Error"])
def test_signature_of_a_url_is_in_no_message(
    pauses: list[float], caplog: pytest.LogCaptureFixture, text: str
) -> None:
    error = RuntimeError(f"Error while uploading to {SIGNED}.")
    error.__cause__ = ValueError(f"HTTP status client error ({text}) for url ({SIGNED})")
    with pytest.raises(UploadError, match=r"https://s3\.example/part\?\*\*\*") as raised:
        retry("Uploading", failing(error))
    shown = "".join(traceback.format_exception(raised.value))
    assert "5ec4e7" not in caplog.text + str(raised.value) + shown


def test_only_waits_that_follow_are_logged(
    pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(UnreachableError):
        retry("Asking", failing(TimeoutError("too slow")))
    assert len(pauses) == TRIES - 1
    assert [record.getMessage() for record in caplog.records] == [
        f"Asking failed (too slow); trying again in {pause:.0f} s" for pause in pauses
    ]


def test_interruption_of_a_wait_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    def action() -> Never:
        calls.append(1)
        raise TimeoutError

    monkeypatch.setattr(module, "sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        retry("Asking", action)
    assert len(calls) == 1


def test_waiting_thread_hears_that_it_shall_stop() -> None:
    stop = Event()

    def action() -> Never:
        stop.set()
        raise TimeoutError("too slow")

    with pytest.raises(TimeoutError, match="too slow"):
        retry_until(stop, "Uploading", action)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("httpx", "Check the token."),
        ("httpx2._exceptions", "Check the token."),
        ("requests.exceptions", "Check the token."),
        ("elsewhere", None),
        ("elsewhere.httpx", None),
    ],
)
def test_unsent_request_is_known_by_package_and_name(package: str, expected: str | None) -> None:
    error = type("InvalidHeader", (Exception,), {"__module__": package})("bad header")
    assert advice(error) == expected


def test_refused_request_is_not_transient() -> None:
    text = "HTTP status client error ({})"
    assert is_transient(ConnectionError(text.format("503 Unavailable")))
    assert not is_transient(ConnectionError(text.format("403 Forbidden")))


def test_delays_grow_with_the_failures(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "own_delay", float)
    with pytest.raises(UnreachableError, match=f"failed {TRIES} times"):
        retry("Reading", failing(ConnectionError("reset")))
    assert pauses == [*map(float, range(TRIES - 1))]


def test_stop_that_is_never_set_waits_only_for_the_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "own_delay", lambda _: 0.001)
    with pytest.raises(UnreachableError):
        retry_until(Event(), "Reading", failing(ConnectionError("reset")))


def test_answer_that_lacks_what_the_client_reads_is_asked_for_again(pauses: list[float]) -> None:
    with pytest.raises(UnreachableError, match="failed 8 times"):
        retry("Listing", RepoFile, path="a.parquet")
    assert len(pauses) == TRIES - 1


def test_mistakes_of_our_own_are_raised_as_they_are(pauses: list[float]) -> None:
    empty: dict[str, int] = {}
    with pytest.raises(KeyError):
        retry("Listing", lambda: empty["size"])
    assert pauses == []


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (ValueError("LFS batch API returned errors:\nObject is too large"), "too large"),
        (RuntimeError("can't start new thread"), "ulimit -u"),
    ],
)
def test_refusals_of_other_kinds_are_typed(
    pauses: list[float], error: Exception, hint: str
) -> None:
    with pytest.raises(RefusedError, match=hint):
        retry("Uploading", failing(error))
    assert pauses == []


def refusal(status: int) -> HfHubHTTPError:
    """An error of the client with an answer; its arguments depend on the release."""
    error = HfHubHTTPError.__new__(HfHubHTTPError, "refused")
    error.response = SimpleNamespace(status_code=status, headers={})  # type: ignore[assignment]
    return error


def wrapped(status: int) -> RuntimeError:
    """An error as the client raises it for the upload of a file."""
    error = RuntimeError("Error while uploading")
    error.__cause__ = refusal(status)
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (wrapped(403), True),  # an expired link
        (wrapped(418), False),
        (refusal(403), False),
        (refusal(503), True),
        (ConnectionError("HTTP status client error (400 Bad Request)"), True),  # damaged on the way
        (ConnectionError("HTTP status client error (401 Unauthorized)"), False),
    ],
)
def test_storage_may_take_what_it_refused(error: Exception, expected: bool) -> None:
    assert is_transient(error) is expected


def test_refusal_without_advice_is_permanent() -> None:
    assert advice(refusal(418)) == ""


def test_parts_that_are_tried_again_spend_the_attempts_of_the_whole(pauses: list[float]) -> None:
    attempts = itertools.count()

    def part() -> None:
        if next(attempts) % 2 == 0:
            raise ConnectionError("reset")

    def whole() -> None:
        retry("Reading", part)
        raise ConnectionError("reset")

    with pytest.raises(UnreachableError, match=f"failed {TRIES} times"):
        retry("Committing", whole)
    assert len(pauses) == TRIES - 1


def test_attempts_of_one_operation_are_not_those_of_the_next(pauses: list[float]) -> None:
    for _ in range(2):
        with pytest.raises(UnreachableError):
            retry("Reading", failing(ConnectionError("reset")))
    assert len(pauses) == 2 * (TRIES - 1)


def test_refusal_of_a_part_is_raised_as_it_is() -> None:
    def whole() -> None:
        retry("Reading", failing(refusal(404)))

    with pytest.raises(RefusedError) as raised:
        retry("Committing", whole)
    assert str(raised.value).startswith("Reading: ")
