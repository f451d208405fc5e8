"""Reading files: ``/resolve/``."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from mockhub.errors import EntryNotFoundError
from mockhub.paths import WEB
from mockhub.ranges import parse_range
from mockhub.state import endpoint_of, readable_repo, state_of


async def resolve(request: Request) -> Response:
    """The bytes of a file at a revision, or a part of them."""
    state, repo = state_of(request), readable_repo(request)
    sha = repo.resolve(request.path_params["revision"])
    path = request.path_params["path"]
    entry = repo.tree(sha).get(path)
    if entry is None:
        raise EntryNotFoundError(path, sha)
    name = quote(path.rpartition("/")[2])
    headers = {
        "X-Repo-Commit": sha,
        "ETag": f'"{entry.sha256 if entry.lfs else entry.oid}"',
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"inline; filename*=UTF-8''{name}; filename=\"{name}\";",
        "Content-Length": str(entry.size),
        "Content-Type": "application/octet-stream",
    }
    if entry.lfs:
        headers["X-Linked-Etag"] = headers["ETag"]
        headers["X-Linked-Size"] = str(entry.size)
        xet = state.xet_file(entry.sha256)
        if xet is not None:
            token = f"{endpoint_of(request)}/api/{repo.type}s/{repo.id}/xet-read-token/{sha}"
            headers["X-Xet-Hash"] = xet.hash
            headers["Link"] = f'<{token}>; rel="xet-auth"'
    part = parse_range(request.headers.get("range"), entry.size)
    start, stop = part or (0, entry.size)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{entry.size}"
        headers["Content-Length"] = str(stop - start)
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(state.read(entry.sha256, start, stop), status, headers)


routes = [
    Route(
        f"{WEB}/resolve/{{revision:seg}}/{{path:rest}}",
        resolve,
        methods=["GET", "HEAD"],
    )
]
