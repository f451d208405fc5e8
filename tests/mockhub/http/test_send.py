"""Sending a content: ranges and conditions, as headers ask for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.types import Message

from mockhub.errors import HubError
from mockhub.http.send import disposition, send_content

CONTENT = bytes(range(100))


def read(start: int, stop: int) -> Iterator[bytes]:
    yield CONTENT[start:stop]


def get(method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of the answer to a request with these headers."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    request = Request({"type": "http", "method": method, "headers": raw})
    response = send_content(request, len(CONTENT), "tag", read, {"X-Repo-Commit": "sha"})
    body = bytearray()

    async def send(message: Message) -> None:
        body.extend(message.get("body", b""))

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    asyncio.run(response({"type": "http", "method": method}, receive, send))
    return response.status_code, dict(response.headers), bytes(body)


def test_whole_content_is_sent_without_a_range() -> None:
    status, headers, body = get()
    assert (status, body) == (200, CONTENT)
    assert (headers["etag"], headers["content-length"]) == ('"tag"', "100")
    assert headers["x-repo-commit"] == "sha"
    assert "content-range" not in headers


def test_range_is_sent_with_its_position() -> None:
    status, headers, body = get(range="bytes=10-19")
    assert (status, body) == (206, CONTENT[10:20])
    assert (headers["content-range"], headers["content-length"]) == ("bytes 10-19/100", "10")


def test_head_has_the_size_and_no_body() -> None:
    status, headers, body = get("HEAD")
    assert (status, headers["content-length"], body) == (200, "100", b"")


@pytest.mark.parametrize("known", ['"tag"', 'W/"tag"', '"other", "tag"', "*"])
def test_known_content_is_not_sent_again(known: str) -> None:
    status, headers, body = get(if_none_match=known)
    assert (status, headers["etag"], body) == (304, '"tag"', b"")


@pytest.mark.parametrize(("tag", "status"), [('"tag"', 206), ('"old"', 200)])
def test_range_of_an_older_content_is_ignored(tag: str, status: int) -> None:
    assert get(range="bytes=0-9", if_range=tag)[0] == status


@pytest.mark.parametrize(
    ("headers", "status"), [({"if_match": '"old"'}, 412), ({"range": "bytes=100-"}, 416)]
)
def test_failed_condition_is_refused(headers: dict[str, str], status: int) -> None:
    with pytest.raises(HubError) as caught:
        get(**headers)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.txt", "inline; filename*=UTF-8''a.txt; filename=\"a.txt\";"),
        ("ü.txt", "inline; filename*=UTF-8''%C3%BC.txt; filename=\"_.txt\";"),
        ('"\\', 'inline; filename*=UTF-8\'\'%22%5C; filename="\\"\\\\";'),
        ("a\r\nb", "inline; filename*=UTF-8''a%0D%0Ab; filename=\"a__b\";"),
    ],
)
def test_any_name_fits_into_a_header(name: str, header: str) -> None:
    assert disposition(name) == header
