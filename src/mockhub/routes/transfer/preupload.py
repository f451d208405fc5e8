"""The route before an upload: the mode of each file, LFS or regular."""

from __future__ import annotations

import base64
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, HubError
from mockhub.git.attributes import Mode, attribute_mode, is_ignored
from mockhub.git.tree import MAX_DEPTH, Entry, Tree
from mockhub.http.paths import API
from mockhub.http.requests import read_json
from mockhub.options import UploadMode
from mockhub.routes.permissions import pushed_repo
from mockhub.state import State, state_of

MAX_REGULAR = 10 << 20
MAX_FILES = 256
MAX_GITIGNORE = 1 << 20
GITATTRIBUTES = ".gitattributes"
ALWAYS_REGULAR = {"README.md", GITATTRIBUTES}


def upload_mode(
    path: str, size: int, sample: bytes, gitattributes: str, forced: UploadMode
) -> Mode:
    """Return the mode of a file to upload.

    Args:
        path: Path in the repository.
        size: Bytes of the file.
        sample: First bytes of the file.
        gitattributes: Content of ``.gitattributes``.
        forced: Mode from the options of the server; "auto" to decide as the Hub does.
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
    """Return the mode of each file, whether it is ignored, and the id of its current version."""
    repo, _ = pushed_repo(request)
    state = state_of(request)
    body = await read_json(request)
    sha = repo.resolve(request.path_params["revision"])
    tree = await run_in_threadpool(repo.tree, sha)
    gitattributes = text_of(state, tree.get(GITATTRIBUTES))
    gitignore = body.get("gitIgnore")
    if not isinstance(gitignore, str):
        gitignore = text_of(state, tree.get(".gitignore"))
    if len(gitignore) > MAX_GITIGNORE:
        raise HubError(413, f"'gitIgnore' must not have more than {MAX_GITIGNORE} characters")
    files = body.get("files")
    if not isinstance(files, list):
        raise BadRequestError("The body needs 'files'")
    if len(files) > MAX_FILES:
        raise HubError(413, f"At most {MAX_FILES} files per call")
    answers = await run_in_threadpool(
        lambda: [_answer(state, tree, file, gitattributes, gitignore) for file in files]
    )
    return JSONResponse({"files": answers})


def _answer(
    state: State, tree: Tree, file: Any, gitattributes: str, gitignore: str
) -> dict[str, Any]:
    try:
        path, size = str(file["path"]), int(file["size"])
        sample = base64.b64decode(file.get("sample", ""), validate=True)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        raise BadRequestError("Every file needs 'path', 'size' and a base64 'sample'") from None
    if path.count("/") >= MAX_DEPTH:
        raise BadRequestError(f"A path must not have more than {MAX_DEPTH} components")
    mode = upload_mode(path, size, sample, gitattributes, state.options.upload_mode)
    ignored = is_ignored(gitignore, path)
    answer: dict[str, Any] = {"path": path, "uploadMode": mode, "shouldIgnore": ignored}
    if (entry := tree.get(path)) is not None:
        answer["oid"] = entry.sha256 if entry.lfs else entry.oid
    return answer


def text_of(state: State, entry: Entry | None) -> str:
    """Return the text of a regular file; empty without an entry."""
    if entry is None:
        return ""
    return b"".join(state.read(entry.sha256, 0, entry.size)).decode(errors="replace")


routes = [
    Route(f"{API}/preupload/{{revision:rest}}", preupload, methods=["POST"]),
]
