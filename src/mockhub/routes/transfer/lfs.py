"""Git LFS: the batch call, the uploads it hands out links for, and copies between repositories.

Protocol: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md, and the multipart
transfer as ``huggingface_hub.lfs`` speaks it.
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mockhub.errors import BadRequestError, HubError
from mockhub.http.paths import API, WEB
from mockhub.http.requests import endpoint_of, read_json, receive_body
from mockhub.repos.repo import Repo
from mockhub.routes.permissions import (
    content_repo,
    named_repo,
    require_account,
    require_write,
    writable_repo,
)
from mockhub.state import SHA256, State, state_of
from mockhub.storage.multipart import Upload
from mockhub.storage.signed_tokens import TicketError

MEDIA_TYPE = "application/vnd.git-lfs+json"
PURPOSE = "lfs"


async def batch(request: Request) -> JSONResponse:
    """Say for each object how to upload it, or by leaving out actions that it is here."""
    repo, _ = writable_repo(request)
    state = state_of(request)
    body = await read_json(request)
    if body.get("operation") != "upload":
        raise BadRequestError("Only the operation 'upload' is served")
    try:
        asked = [(str(item["oid"]), int(item["size"])) for item in body["objects"]]
        transfers = set(body.get("transfers", ["basic"]))
    except (KeyError, TypeError, ValueError):
        raise BadRequestError("Every object needs 'oid' and 'size'") from None
    if state.options.xet and "xet" in transfers:
        objects: list[dict[str, Any]] = [{"oid": oid, "size": size} for oid, size in asked]
        return JSONResponse({"transfer": "xet", "objects": objects}, media_type=MEDIA_TYPE)
    in_parts = "multipart" in transfers
    objects = [_object(request, repo, oid, size, in_parts=in_parts) for oid, size in asked]
    transfer = "multipart" if in_parts else "basic"
    return JSONResponse({"transfer": transfer, "objects": objects}, media_type=MEDIA_TYPE)


def _object(request: Request, repo: Repo, oid: str, size: int, *, in_parts: bool) -> dict[str, Any]:
    """What the batch call says about one object."""
    state = state_of(request)
    item: dict[str, Any] = {"oid": oid, "size": size}
    held = state.owned_size(repo.oid, oid)
    if not SHA256.fullmatch(oid) or size < 0:
        return item | {"error": {"code": 422, "message": f"Not a SHA-256 and a size: {oid} {size}"}}
    if held is not None:
        wrong = {"error": {"code": 422, "message": f"Object {oid} has {held} bytes, not {size}"}}
        return item if held == size else item | wrong
    part_size = state.options.part_size if in_parts and size > state.options.part_size else 0
    link, _ = state.tickets.issue(PURPOSE, holder=repo.oid, oid=oid, size=size, part_size=part_size)
    href = f"{endpoint_of(request)}/lfs-storage/{link}"
    header = {}
    if part_size:
        parts = range(1, -(-size // part_size) + 1)
        header = {"chunk_size": str(part_size), **{str(each): f"{href}/{each}" for each in parts}}
    verify_path = request.url.path.removesuffix("objects/batch") + "verify"
    actions = {
        "upload": {"href": href, "header": header},
        "verify": {"href": endpoint_of(request) + verify_path, "header": {}},
    }
    return item | {"authenticated": True, "actions": actions}


async def put_object(request: Request) -> Response:
    """Take a whole object."""
    state, upload = state_of(request), _expected(request)
    with state.blobs.receive(discard=state.options.discard) as incoming:
        await receive_body(request, incoming.write)
        if (incoming.size, incoming.sha256) != (upload.size, upload.oid):
            raise BadRequestError(
                f"Expected {upload.size} bytes with SHA-256 {upload.oid},"
                f" got {incoming.size} with {incoming.sha256}"
            )
        state.blobs.keep(incoming)
    state.holdings.add(upload.holder, upload.oid)
    return Response()


async def put_part(request: Request) -> Response:
    """Take one part of an object."""
    state, upload = state_of(request), _expected(request)
    with state.blobs.receive() as incoming:
        await receive_body(request, incoming.write)
        if not state.holdings.has(upload.holder, upload.oid):
            number = request.path_params["number"]
            await run_in_threadpool(state.uploads.add_part, upload, number, incoming)
    return Response(headers={"ETag": f'"{incoming.sha256}"'})


async def complete(request: Request) -> JSONResponse:
    """End an upload in parts; once more, if the answer did not reach the client."""
    state, upload = state_of(request), _expected(request)
    body = await read_json(request)
    try:
        numbers = sorted(int(part["partNumber"]) for part in body["parts"])
    except (KeyError, TypeError, ValueError):
        raise BadRequestError("Every part needs 'partNumber'") from None
    if numbers != list(range(1, upload.parts + 1)):
        raise BadRequestError(f"The upload has {upload.parts} parts, and each is to be named once")
    if not state.holdings.has(upload.holder, upload.oid):
        await run_in_threadpool(state.uploads.complete, upload)
        state.holdings.add(upload.holder, upload.oid)
    return JSONResponse({"success": True})


def _expected(request: Request) -> Upload:
    """The upload a link stands for: clients send no token to storage.

    Raises:
        HubError: 403, the link has expired or is not ours; 404, it is for an upload of the other
            kind, in parts or not.
    """
    try:
        claims = state_of(request).tickets.read(PURPOSE, request.path_params["link"])
    except TicketError as error:
        raise HubError(403, f"The upload link cannot be used: {error}") from None
    upload = Upload(
        **{name: claims[name] for name in ("holder", "oid", "size", "part_size", "nonce")}
    )
    whole = request.method == "PUT" and "number" not in request.path_params
    if whole == bool(upload.part_size):
        raise HubError(404, "The upload link is for another kind of upload")
    return upload


async def verify(request: Request) -> JSONResponse:
    """Confirm that an object is stored."""
    repo = content_repo(request)
    body = await read_json(request)
    size = state_of(request).owned_size(repo.oid, str(body.get("oid")))
    if size is None or size != body.get("size"):
        raise HubError(404, "The object is not stored, or has another size")
    return JSONResponse({})


async def duplicate(request: Request) -> JSONResponse:
    """Let another repository point to files of this one, so that they can be committed there."""
    source, state = content_repo(request), state_of(request)
    body = await read_json(request)
    try:
        target = named_repo(request, body["target"]["type"], body["target"]["name"])
        files = [(str(item["sha256"]), str(item["xetHash"])) for item in body["files"]]
    except (KeyError, TypeError):
        raise BadRequestError("The body needs 'target' and 'files'") from None
    require_write(require_account(request), target.id)
    missing = [
        {"sha256": sha256, "error": f"{source.id} has no such file"}
        for sha256, xet_hash in files
        if not _copy(state, source, target, sha256, xet_hash)
    ]
    return JSONResponse({"failed": missing})


def _copy(state: State, source: Repo, target: Repo, sha256: str, xet_hash: str) -> bool:
    """Whether a file could be copied."""
    if state.owned_size(source.oid, sha256) is None:
        return False
    file = state.xet_file(sha256)
    if file is None or file.hash != xet_hash:
        return False
    state.holdings.add(target.oid, sha256, xet_hash)
    return True


_INFO = f"{WEB}.git/info/lfs"

routes = [
    Route(f"{_INFO}/objects/batch", batch, methods=["POST"]),
    Route(f"{_INFO}/verify", verify, methods=["POST"]),
    Route("/lfs-storage/{link}", put_object, methods=["PUT"]),
    Route("/lfs-storage/{link}", complete, methods=["POST"]),
    Route("/lfs-storage/{link}/{number:int}", put_part, methods=["PUT"]),
    Route(f"{API}/lfs-files/duplicate", duplicate, methods=["POST"]),
]
