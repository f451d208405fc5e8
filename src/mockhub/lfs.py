"""Git LFS: the batch call, and the uploads it hands out links for.

Protocol: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md, and the multipart
transfer as ``huggingface_hub.lfs`` speaks it.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mockhub.blobs import READ_SIZE, BlobStore, Incoming
from mockhub.errors import BadRequestError, HubError
from mockhub.paths import WEB
from mockhub.state import (
    SHA256,
    endpoint_of,
    read_json,
    readable_repo,
    receive_body,
    state_of,
    writable_repo,
)
from mockhub.uploads import Upload

MEDIA_TYPE = "application/vnd.git-lfs+json"


async def batch(request: Request) -> JSONResponse:
    """Say for each object how to upload it, or by leaving out actions that it is here."""
    writable_repo(request)
    state = state_of(request)
    body = await read_json(request)
    if body.get("operation") != "upload":
        raise BadRequestError("Only the operation 'upload' is served")
    transfers = body.get("transfers", ["basic"])
    try:
        uploads = [Upload(str(item["oid"]), int(item["size"])) for item in body["objects"]]
    except (KeyError, TypeError, ValueError):
        raise BadRequestError("Every object needs 'oid' and 'size'") from None
    if state.options.xet and "xet" in transfers:
        objects = [{"oid": each.oid, "size": each.size} for each in uploads]
        return JSONResponse({"transfer": "xet", "objects": objects}, media_type=MEDIA_TYPE)
    # Discarded bytes are hashed as they come; parts may come in any order.
    in_parts = "multipart" in transfers and not state.options.discard
    part_size = state.options.part_size if in_parts else None
    verify = f"{endpoint_of(request)}{request.url.path.removesuffix('objects/batch')}verify"
    objects = []
    for each in uploads:
        item: dict[str, Any] = {"oid": each.oid, "size": each.size}
        if not SHA256.fullmatch(each.oid):
            item["error"] = {"code": 422, "message": f"Not a SHA-256: {each.oid}"}
        elif state.size(each.oid) is None:
            key = state.uploads.expect(each)
            href = f"{endpoint_of(request)}/lfs-storage/{key}"
            item["authenticated"] = True
            item["actions"] = {
                "upload": _upload_action(href, each, part_size),
                "verify": {"href": verify, "header": {}},
            }
        objects.append(item)
    transfer = "multipart" if in_parts else "basic"
    return JSONResponse({"transfer": transfer, "objects": objects}, media_type=MEDIA_TYPE)


def _upload_action(href: str, upload: Upload, part_size: int | None) -> dict[str, Any]:
    """The link of an upload; with a part size, those of its parts as numbered headers."""
    if part_size is None or upload.size <= part_size:
        return {"href": href, "header": {}}
    numbers = range(1, math.ceil(upload.size / part_size) + 1)
    links = {str(number): f"{href}/{number}" for number in numbers}
    return {"href": href, "header": {"chunk_size": str(part_size), **links}}


async def put_object(request: Request) -> Response:
    """Take a whole object."""
    state = state_of(request)
    key = request.path_params["key"]
    upload = state.uploads.get(key)
    with state.blobs.receive(discard=state.options.discard) as incoming:
        await receive_body(request, incoming)
        keep_checked(state.blobs, incoming, upload)
    state.uploads.finish(key)
    return Response()


async def put_part(request: Request) -> Response:
    """Take one part of an object."""
    state = state_of(request)
    key, number = request.path_params["key"], request.path_params["number"]
    upload = state.uploads.get(key)
    if not 1 <= number <= math.ceil(upload.size / state.options.part_size):
        raise BadRequestError(f"There is no part {number}")
    with state.blobs.receive() as incoming:
        await receive_body(request, incoming)
        incoming.move_to(state.uploads.part(key, number))
    return Response(headers={"ETag": f'"{incoming.sha256}"'})


async def complete(request: Request) -> JSONResponse:
    """Join the parts of an object."""
    state = state_of(request)
    key = request.path_params["key"]
    upload = state.uploads.get(key)
    body = await read_json(request)
    count = math.ceil(upload.size / state.options.part_size)
    try:
        numbers = sorted(int(part["partNumber"]) for part in body["parts"])
    except (KeyError, TypeError, ValueError):
        raise BadRequestError("Every part needs 'partNumber'") from None
    parts = [state.uploads.part(key, number) for number in range(1, count + 1)]
    if numbers != list(range(1, count + 1)) or not all(part.exists() for part in parts):
        raise BadRequestError(f"The upload has {count} parts, and not all of them are here")
    with state.blobs.receive() as incoming:
        await run_in_threadpool(_join, parts, incoming)
        keep_checked(state.blobs, incoming, upload)
    state.uploads.finish(key)
    return JSONResponse({"success": True})


def _join(parts: list[Path], incoming: Incoming) -> None:
    for part in parts:
        with part.open("rb") as file:
            while piece := file.read(READ_SIZE):
                incoming.write(piece)


def keep_checked(blobs: BlobStore, incoming: Incoming, upload: Upload) -> None:
    """Keep a received content if it is the expected one.

    Raises:
        BadRequestError: Size or hash differ.
    """
    if (incoming.size, incoming.sha256) != (upload.size, upload.oid):
        raise BadRequestError(
            f"Expected {upload.size} bytes with SHA-256 {upload.oid},"
            f" got {incoming.size} with {incoming.sha256}"
        )
    blobs.keep(incoming)


async def verify(request: Request) -> JSONResponse:
    """Confirm that an object is stored."""
    readable_repo(request)
    body = await read_json(request)
    size = state_of(request).size(str(body.get("oid")))
    if size is None or size != body.get("size"):
        raise HubError(404, "The object is not stored, or has another size")
    return JSONResponse({})


_INFO = f"{WEB}.git/info/lfs"

routes = [
    Route(f"{_INFO}/objects/batch", batch, methods=["POST"]),
    Route(f"{_INFO}/verify", verify, methods=["POST"]),
    Route("/lfs-storage/{key}", put_object, methods=["PUT"]),
    Route("/lfs-storage/{key}", complete, methods=["POST"]),
    Route("/lfs-storage/{key}/{number:int}", put_part, methods=["PUT"]),
]
