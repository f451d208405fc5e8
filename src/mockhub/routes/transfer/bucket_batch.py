"""Changing the files of a bucket: ``POST /api/buckets/NAMESPACE/NAME/batch``.

The answer is that of the Hub's OpenAPI description (huggingface_hub#4940). To delete a file that is
not there does no harm, as in other object stores; what the Hub says then is nowhere written.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, HubError
from mockhub.git.commits import now
from mockhub.routes.permissions import named_repo
from mockhub.routes.transfer.buckets import find_bucket, writable_bucket
from mockhub.state import SHA256, state_of
from mockhub.storage.buckets import Bucket, BucketFile, Change
from mockhub.xet.shards import XetFile


class OperationError(ValueError):
    """An operation cannot be carried out; the others of its batch still are."""


async def batch(request: Request) -> JSONResponse:
    """Add, copy and delete files, in order. What fails is told, and the rest is done."""
    bucket = writable_bucket(request)
    operations = _read_lines(await request.body())
    failed = await run_in_threadpool(_carry_out, request, bucket, operations)
    report = {
        "success": not failed,
        "processed": len(operations),
        "succeeded": len(operations) - len(failed),
        "failed": failed,
    }
    return JSONResponse(report, 422 if failed and len(failed) == len(operations) else 200)


def _read_lines(body: bytes) -> list[dict[str, Any]]:
    try:
        operations = [json.loads(line) for line in body.splitlines() if not line.isspace()]
    except (ValueError, RecursionError):
        raise BadRequestError("A line of the batch is not JSON") from None
    if not all(isinstance(each, dict) for each in operations):
        raise BadRequestError("A line of the batch is not an object")
    return operations


def _carry_out(
    request: Request, bucket: Bucket, operations: list[dict[str, Any]]
) -> list[dict[str, str]]:
    """Why some operations were not carried out."""
    changes: list[Change] = []
    failed: list[dict[str, str]] = []
    for each in operations:
        try:
            changes.append(_change(request, bucket, each))
        except OperationError as error:
            failed.append({"path": str(each.get("path")), "error": str(error)})
    state_of(request).buckets.apply(bucket, changes)
    return failed


def _change(request: Request, bucket: Bucket, operation: dict[str, Any]) -> Change:
    path, kind = operation.get("path"), operation.get("type")
    if not isinstance(path, str) or not _is_path(path):
        raise OperationError("Invalid path")
    match kind:
        case "deleteFile":
            return Change(path, None)
        case "addFile":
            content = _content(request, bucket.oid, operation)
        case "copyFile":
            content = _content(request, _source(request, operation), operation)
            state_of(request).holdings.add(bucket.oid, content.hash)
        case _:
            raise OperationError(f"Unknown operation: {kind}")
    content_type = operation.get("contentType")
    file = BucketFile(
        path=path,
        xet_hash=content.hash,
        size=content.size,
        uploaded=now(),
        modified=_time(operation.get("mtime")),
        content_type=content_type if isinstance(content_type, str) else None,
    )
    return Change(path, file)


def _is_path(path: str) -> bool:
    """Whether a file may be called so: no part of a path is empty or leads elsewhere."""
    return {"", ".", ".."}.isdisjoint(path.split("/")) and path.isprintable()


def _content(request: Request, holder: str, operation: dict[str, Any]) -> XetFile:
    """The content an operation names, which came in through a bucket or repository."""
    state, name = state_of(request), operation.get("xetHash")
    file = state.xet.file(name) if isinstance(name, str) and SHA256.fullmatch(name) else None
    if file is None or not state.holds(holder, file):
        raise OperationError(f"There is no content with the Xet hash {name}")
    return file


def _source(request: Request, operation: dict[str, Any]) -> str:
    """Internal id of the bucket or repository to copy from."""
    source_type, source_id = operation.get("sourceRepoType"), operation.get("sourceRepoId")
    try:
        if source_type == "bucket":
            return find_bucket(request, str(source_id)).oid
        return named_repo(request, source_type, source_id).oid
    except HubError as error:
        raise OperationError(f"Cannot copy from {source_id}: {error.message}") from None


def _time(milliseconds: object) -> str:
    """A modification time, as the Hub writes it."""
    if milliseconds is None:
        return now()
    try:
        moment = datetime.fromtimestamp(int(str(milliseconds)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise OperationError(f"Not a time in milliseconds: {milliseconds}") from None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


routes = [
    Route("/api/buckets/{namespace:seg}/{name:seg}/batch", batch, methods=["POST"]),
]
