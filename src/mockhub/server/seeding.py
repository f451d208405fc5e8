"""Repositories for tests to start from, created without a client."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.request import Request, urlopen

SECONDS_TO_ANSWER = 60
SAMPLE = 512
FILES_PER_CALL = 256

Send = Callable[[str, str, object], Any]
"""Sends a method, a path or URL, and a body; returns the JSON of the answer."""


def add_repo(
    url: str,
    token: str,
    repo_id: str,
    files: Mapping[str, bytes | str],
    *,
    repo_type: str,
    private: bool,
) -> None:
    """Create a repository with files, over LFS or git as a client would upload them.

    Args:
        url: URL of the server.
        token: Token of an account that may write there.
        repo_id: ``namespace/name``.
        files: Contents by path; strings are encoded as UTF-8.
        repo_type: "dataset", "model" or "space".
        private: Hide it from other accounts.

    Raises:
        urllib.error.HTTPError: The server refuses the repository or a file.
    """

    def send(method: str, target: str, body: object) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        full, headers = target, {}
        if not target.startswith(url):
            full, headers = url + target, {"Authorization": f"Bearer {token}"}
        request = Request(full, method=method, data=data, headers=headers)  # noqa: S310 - our own server
        with urlopen(request, timeout=SECONDS_TO_ANSWER) as response:  # noqa: S310 - our own server
            return json.loads(response.read() or b"{}")

    namespace, _, name = repo_id.partition("/")
    create = {"type": repo_type, "organization": namespace, "name": name, "private": private}
    send("POST", "/api/repos/create", create | ({"sdk": "static"} if repo_type == "space" else {}))
    contents = {
        path: content.encode() if isinstance(content, str) else content
        for path, content in files.items()
    }
    if contents:
        api = f"/api/{repo_type}s/{repo_id}"
        lfs = _lfs_paths(send, api, contents)
        prefix = "" if repo_type == "model" else f"{repo_type}s/"
        for path in lfs:
            _upload(send, f"/{prefix}{repo_id}.git/info/lfs/objects/batch", contents[path])
        lines: list[dict[str, Any]] = [{"key": "header", "value": {"summary": "Add files"}}]
        lines += [_line(path, content, lfs=path in lfs) for path, content in contents.items()]
        send("POST", f"{api}/commit/main", b"\n".join(json.dumps(line).encode() for line in lines))


def _lfs_paths(send: Send, api: str, contents: Mapping[str, bytes]) -> set[str]:
    """Return the paths that the server wants over LFS."""
    files = [
        {
            "path": path,
            "size": len(content),
            "sample": base64.b64encode(content[:SAMPLE]).decode(),
        }
        for path, content in contents.items()
    ]
    paths = set()
    for start in range(0, len(files), FILES_PER_CALL):
        body = {"files": files[start : start + FILES_PER_CALL]}
        answers = send("POST", f"{api}/preupload/main", body)["files"]
        paths |= {answer["path"] for answer in answers if answer["uploadMode"] == "lfs"}
    return paths


def _upload(send: Send, batch: str, content: bytes) -> None:
    oid = hashlib.sha256(content).hexdigest()
    body = {"operation": "upload", "objects": [{"oid": oid, "size": len(content)}]}
    (item,) = send("POST", batch, body)["objects"]
    if "actions" in item:  # otherwise it is stored already
        send("PUT", item["actions"]["upload"]["href"], content)


def _line(path: str, content: bytes, *, lfs: bool) -> dict[str, Any]:
    if lfs:
        oid = hashlib.sha256(content).hexdigest()
        value: dict[str, Any] = {"path": path, "algo": "sha256", "oid": oid, "size": len(content)}
        return {"key": "lfsFile", "value": value}
    text = base64.b64encode(content).decode()
    return {"key": "file", "value": {"path": path, "encoding": "base64", "content": text}}
