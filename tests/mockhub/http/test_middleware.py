"""Answers to any request: ids, refusals of malformed and foreign requests, crashes."""

from __future__ import annotations

import asyncio
import json

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from starlette.types import Message, Receive, Scope, Send

from mockhub.http.middleware import CrashMiddleware
from mockhub.server.process import Hub
from tests.support.mockhub.wire import send

TOKEN = "hf_secret_of_somebody"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Request-Id": "mine"}, "mine"),
        ({"X-Amzn-Trace-Id": "trace"}, "trace"),
        ({"X-Request-Id": "mine", "X-Amzn-Trace-Id": "trace"}, "mine"),
    ],
)
def test_answer_carries_the_id_of_the_request(
    shared_hub: Hub, headers: dict[str, str], expected: str
) -> None:
    assert send(shared_hub, "GET", "/nowhere", headers=headers).headers["X-Request-Id"] == expected


def test_each_request_without_an_id_gets_its_own(shared_hub: Hub) -> None:
    ids = {send(shared_hub, "GET", "/api/whoami-v2").headers["X-Request-Id"] for _ in range(2)}
    assert len(ids) == 2


def test_client_shows_the_id_in_its_error(shared_hub: Hub) -> None:
    with pytest.raises(HfHubHTTPError, match="Request ID: ") as caught:
        HfApi(endpoint=shared_hub.url, token="hf_unknown").list_repo_refs("user/data")
    sent = caught.value.response.request.headers["X-Amzn-Trace-Id"]
    assert caught.value.request_id == sent


def test_crash_is_answered_and_logged_without_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def crash(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError(f"of {TOKEN}")

    answer = asyncio.run(_call(crash))
    assert answer[0]["status"] == 500
    assert "Internal Error" in json.loads(answer[1]["body"])["error"]
    assert "ZeroDivisionError: of ***" in caplog.text
    assert "Traceback" in caplog.text
    assert TOKEN not in caplog.text


async def _call(app: object) -> list[Message]:
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    headers = [(b"authorization", f"Bearer {TOKEN}".encode())]
    scope = {"type": "http", "headers": headers}
    await CrashMiddleware(app)(scope, receive, keep)  # type: ignore[arg-type]
    return sent
