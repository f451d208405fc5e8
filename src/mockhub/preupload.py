"""Before an upload: how each file will travel, and whether the card is sound."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, HubError
from mockhub.paths import API
from mockhub.patterns import attribute_mode, is_ignored
from mockhub.repo import Entry
from mockhub.state import (
    State,
    UploadMode,
    read_json,
    readable_repo,
    require_account,
    state_of,
    wants_pull_request,
    writable_repo,
)

MAX_REGULAR = 10 << 20
MAX_FILES = 256
ALWAYS_REGULAR = {"README.md", ".gitattributes"}

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?\n)?---[ \t]*(\r?\n|$)", re.DOTALL)


def upload_mode(
    path: str, size: int, sample: bytes, gitattributes: str, forced: UploadMode
) -> Literal["lfs", "regular"]:
    """Whether a file becomes an LFS or a regular one.

    Args:
        path: In the repository.
        size: Bytes of the file.
        sample: Its first bytes.
        gitattributes: The text of ``.gitattributes``.
        forced: The server's own wish; "auto" for none.
    """
    if path in ALWAYS_REGULAR or size == 0:
        return "regular"
    if forced != "auto":
        return forced
    by_attribute = attribute_mode(gitattributes, path)
    if by_attribute is not None:
        return by_attribute
    return "lfs" if size > MAX_REGULAR or b"\0" in sample else "regular"


async def preupload(request: Request) -> JSONResponse:
    """Tell for each file how to upload it, whether it is ignored, and what is there now."""
    if wants_pull_request(request):
        require_account(request)
        repo = readable_repo(request)
    else:
        repo, _ = writable_repo(request)
    state = state_of(request)
    body = await read_json(request)
    tree = repo.tree(repo.resolve(request.path_params["revision"]))
    gitattributes = _text(state, tree, ".gitattributes")
    gitignore = body.get("gitIgnore")
    if not isinstance(gitignore, str):
        gitignore = _text(state, tree, ".gitignore")
    files = body.get("files")
    if not isinstance(files, list):
        raise BadRequestError("The body needs 'files'")
    if len(files) > MAX_FILES:
        raise HubError(413, f"At most {MAX_FILES} files per call")
    answers = []
    for file in files:
        try:
            path, size = str(file["path"]), int(file["size"])
            sample = base64.b64decode(file.get("sample", ""), validate=True)
        except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
            raise BadRequestError("Every file needs 'path', 'size' and a base64 'sample'") from None
        answer: dict[str, Any] = {
            "path": path,
            "uploadMode": upload_mode(path, size, sample, gitattributes, state.options.upload_mode),
            "shouldIgnore": is_ignored(gitignore, path),
        }
        if (entry := tree.get(path)) is not None:
            answer["oid"] = entry.sha256 if entry.lfs else entry.oid
        answers.append(answer)
    return JSONResponse({"files": answers})


def _text(state: State, tree: Mapping[str, Entry], path: str) -> str:
    entry = tree.get(path)
    if entry is None:
        return ""
    return b"".join(state.read(entry.sha256, 0, entry.size)).decode(errors="replace")


async def validate_yaml(request: Request) -> JSONResponse:
    """Check that a card begins with metadata."""
    body = await read_json(request)
    warnings = []
    if not _FRONT_MATTER.match(str(body.get("content", ""))):
        warnings.append({"message": "empty or missing yaml metadata in repo card"})
    return JSONResponse({"errors": [], "warnings": warnings})


routes = [
    Route("/api/validate-yaml", validate_yaml, methods=["POST"]),
    Route(f"{API}/preupload/{{revision:rest}}", preupload, methods=["POST"]),
]
