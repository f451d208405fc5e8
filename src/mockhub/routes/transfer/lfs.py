"""The routes of Git LFS: batch, uploads by signed links, and copies between repositories.

Protocol: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md, and the multipart
transfer of ``huggingface_hub.lfs``.
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
MAX_OBJECTS = 1000
MAX_PARTS = 10_000
"""Most parts of an upload, as in S3."""


async def batch(request: Request) -> JSONResponse:
    """Return an upload link for each object; objects that are stored already have no actions."""
    repo, _ = writable_repo(request)
    state = state_of(request)
    body = await read_json(request)
    if body.get("operation") != "upload":
        raise BadRequestError("Only the operation 'upload' is supported")
    try:
        wanted = [(str(item["oid"]), int(item["size"])) for item in body["objects"]]
        transfers = set(body.get("transfers", ["basic"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BadRequestError("Every object needs 'oid' and 'size'") from None
    if len(wanted) > MAX_OBJECTS:
        raise HubError(413, f"At most {MAX_OBJECTS} objects per call")
    if state.options.xet and "xet" in transfers:
        objects: list[dict[str, Any]] = [{"oid": oid, "size": size} for oid, size in wanted]
        return JSONResponse({"transfer": "xet", "objects": objects}, media_type=MEDIA_TYPE)
    in_parts = "multipart" in transfers
    objects = [_object(request, repo, oid, size, in_parts=in_parts) for oid, size in wanted]
    transfer = "multipart" if in_parts else "basic"
    return JSONResponse({"transfer": transfer, "objects": objects}, media_type=MEDIA_TYPE)


def _object(request: Request, repo: Repo, oid: str, size: int, *, in_parts: bool) -> dict[str, Any]:
    """Return the answer of the batch call for one object."""
    state = state_of(request)
    item: dict[str, Any] = {"oid": oid, "size": size}
    stored = state.owned_size(repo.oid, oid)
    if not SHA256.fullmatch(oid) or size < 0:
        return item | {"error": {"code": 422, "message": f"Not a SHA-256 and a size: {oid} {size}"}}
    if stored is not None:
        wrong = {"error": {"code": 422, "message": f"Object {oid} has {stored} bytes, not {size}"}}
        return item if stored == size else item | wrong
    part_size = state.options.part_size if in_parts and size > state.options.part_size else 0
    if part_size and -(-size // part_size) > MAX_PARTS:
        return item | {"error": {"code": 422, "message": f"{oid} has more than {MAX_PARTS} parts"}}
    link, _ = state.tickets.issue(PURPOSE, holder=repo.oid, oid=oid, size=size, part_size=part_size)
    href = f"{endpoint_of(request)}/lfs-storage/{link}"
    header = {}
    if part_size:
        parts = range(1, -(-size // part_size) + 1)
        header = {"chunk_size": str(part_size), **{str(part): f"{href}/{part}" for part in parts}}
    verify_path = request.url.path.removesuffix("objects/batch") + "verify"
    actions = {
        "upload": {"href": href, "header": header},
        "verify": {"href": endpoint_of(request) + verify_path, "header": {}},
    }
    return item | {"authenticated": True, "actions": actions}


async def put_object(request: Request) -> Response:
    """Receive an object."""
    state, upload = state_of(request), _upload_of(request)
    with state.blobs.receive(discard=state.options.discard) as incoming:
        await receive_body(request, incoming.write)
        if (incoming.size, incoming.sha256) != (upload.size, upload.oid):
            raise BadRequestError(
                f"Expected {upload.size} bytes with SHA-256 {upload.oid},"
                f" got {incoming.size} with {incoming.sha256}"
            )
        state.blobs.keep(incoming)
    state.ownership.add(upload.holder, upload.oid)
    return Response()


async def put_part(request: Request) -> Response:
    """Receive one part of an object."""
    state, upload = state_of(request), _upload_of(request)
    with state.blobs.receive() as incoming:
        await receive_body(request, incoming.write)
        if not state.ownership.has(upload.holder, upload.oid):
            number = request.path_params["number"]
            await run_in_threadpool(state.uploads.add_part, upload, number, incoming)
    return Response(headers={"ETag": f'"{incoming.sha256}"'})


async def complete(request: Request) -> JSONResponse:
    """Complete an upload in parts, also a second time if the first answer was lost."""
    state, upload = state_of(request), _upload_of(request)
    body = await read_json(request)
    try:
        numbers = sorted(int(part["partNumber"]) for part in body["parts"])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BadRequestError("Every part needs 'partNumber'") from None
    if numbers != list(range(1, upload.parts + 1)):
        raise BadRequestError(f"Name each of the {upload.parts} parts of the upload exactly once")
    if not state.ownership.has(upload.holder, upload.oid):
        await run_in_threadpool(state.uploads.complete, upload)
        state.ownership.add(upload.holder, upload.oid)
    return JSONResponse({"success": True})


def _upload_of(request: Request) -> Upload:
    """Return the upload of a signed link: clients send no token to storage.

    Raises:
        HubError: 403, the link has expired or is invalid; 404, it is for an upload in parts and
            the request is not, or the reverse.
    """
    try:
        claims = state_of(request).tickets.read(PURPOSE, request.path_params["link"])
    except TicketError as error:
        raise HubError(403, f"Invalid upload link: {error}") from None
    upload = Upload(
        **{name: claims[name] for name in ("holder", "oid", "size", "part_size", "nonce")}
    )
    whole = request.method == "PUT" and "number" not in request.path_params
    if whole == bool(upload.part_size):
        raise HubError(404, "The upload link is for another kind of upload")
    return upload


async def verify(request: Request) -> JSONResponse:
    """Verify that an object is stored."""
    repo = content_repo(request)
    body = await read_json(request)
    size = state_of(request).owned_size(repo.oid, str(body.get("oid")))
    if size is None or size != body.get("size"):
        raise HubError(404, "The object is not stored, or has another size")
    return JSONResponse({})


async def duplicate(request: Request) -> JSONResponse:
    """Copy LFS files to another repository, where they can then be committed."""
    source, state = content_repo(request), state_of(request)
    body = await read_json(request)
    try:
        target = named_repo(request, body["target"]["type"], body["target"]["name"])
        files = [(str(item["sha256"]), str(item["xetHash"])) for item in body["files"]]
    except (KeyError, TypeError):
        raise BadRequestError("The body needs 'target' and 'files'") from None
    require_write(require_account(request), target.id)
    missing = [
        {"sha256": sha256, "error": f"{source.id} does not have this file"}
        for sha256, xet_hash in files
        if not _copy(state, source, target, sha256, xet_hash)
    ]
    return JSONResponse({"failed": missing})


def _copy(state: State, source: Repo, target: Repo, sha256: str, xet_hash: str) -> bool:
    """Copy a file; return False if the source does not have it."""
    if state.owned_size(source.oid, sha256) is None:
        return False
    file = state.xet_file(sha256)
    if file is None or file.hash != xet_hash:
        return False
    state.ownership.add(target.oid, sha256, xet_hash)
    return True


_INFO = f"{WEB}.git/info/lfs"

routes = [
    Route(f"{_INFO}/objects/batch", batch, methods=["POST"]),
    Route(f"{_INFO}/verify", verify, methods=["POST"]),
    Route("/lfs-storage/{link}", put_object, methods=["PUT"]),
    Route("/lfs-storage/{link}", complete, methods=["POST"]),
    Route("/lfs-storage/{link}/{number:part}", put_part, methods=["PUT"]),
    Route(f"{API}/lfs-files/duplicate", duplicate, methods=["POST"]),
]
