"""Raw requests to a local Hub, and repositories to send them to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from huggingface_hub import HfApi

from mockhub.server.process import Hub

OTHERS = {"reader": "hf_reader", "stranger": "hf_stranger", "Guest": "hf_guest"}
"""Accounts beside the first; the token of `reader` may only read."""
ORG = "lab"
"""An organization: ``user`` may write there, ``Guest`` only read."""


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def send(
    hub: Hub,
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = "",
    headers: dict[str, str] | None = None,
    follow: bool = True,
) -> Answer:
    """Send a request with any path, body and token (None for no token)."""
    headers = dict(headers or {})
    if token is not None:
        headers["Authorization"] = f"Bearer {token or hub.token}"
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    url = path if path.startswith("http://127.0.0.1") else hub.url + path
    request = Request(url, method=method, data=data, headers=headers)
    opener = build_opener() if follow else build_opener(_NoRedirects)
    try:
        with opener.open(request, timeout=30) as response:
            return Answer(response.status, response.headers, response.read())
    except HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


class _NoRedirects(HTTPRedirectHandler):
    """A handler that does not follow redirects."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


def client(hub: Hub, user: str | None = "user") -> HfApi:
    """Return the client of an account; with None, an anonymous one."""
    token = {**OTHERS, hub.user: hub.token}[user] if user else False
    return HfApi(endpoint=hub.url, token=token)


@dataclass(frozen=True)
class NewRepo:
    """A new dataset repository on a Hub that tests share."""

    hub: Hub
    id: str

    @property
    def api(self) -> HfApi:
        """The client of its owner."""
        return HfApi(endpoint=self.hub.url, token=self.hub.token)

    def send(self, method: str, path: str, body: object = None, **options: Any) -> Answer:
        """Send a request about this repository: `path` follows ``/api/datasets/ID``."""
        return send(self.hub, method, f"/api/datasets/{self.id}{path}", body, **options)

    def commit(self, *lines: dict[str, Any], query: str = "", **header: str | None) -> Answer:
        """Send a commit of raw lines to ``main``."""
        first = {"key": "header", "value": {"summary": "test", **header}}
        body = b"\n".join(json.dumps(line).encode() for line in (first, *lines))
        return self.send("POST", f"/commit/main{query}", body)

    def upload(self, path: str, content: bytes) -> None:
        """Upload a file as its owner."""
        self.api.upload_file(
            path_or_fileobj=content, path_in_repo=path, repo_id=self.id, repo_type="dataset"
        )

    def read(self, path: str, revision: str = "main", **headers: str) -> Answer:
        """Download a file."""
        url = f"/datasets/{self.id}/resolve/{revision}/{path}"
        return send(self.hub, "GET", url, headers=headers)

    def files(self, revision: str = "main") -> list[str]:
        """Its files, ``.gitattributes`` aside."""
        paths = self.api.list_repo_files(self.id, repo_type="dataset", revision=revision)
        return [path for path in paths if path != ".gitattributes"]
