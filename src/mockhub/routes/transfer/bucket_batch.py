"""The route that changes the files of a bucket: ``POST /api/buckets/NAMESPACE/NAME/batch``.

The answer follows the Hub's OpenAPI description (huggingface_hub#4940). Deleting a file that does
not exist succeeds, as in other object stores; the Hub's own answer is not documented.
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
from mockhub.http.requests import read_body
from mockhub.routes.permissions import named_repo
from mockhub.routes.transfer.buckets import find_bucket, writable_bucket
from mockhub.state import SHA256, state_of
from mockhub.storage.buckets import Bucket, BucketFile, Change
from mockhub.xet.shards import XetFile

MAX_OPERATIONS = 10_000


class OperationError(ValueError):
    """An operation of a batch is invalid; the others still run."""


async def batch(request: Request) -> JSONResponse:
    """Add, copy and delete files, in order; report the operations that fail."""
    bucket = writable_bucket(request)
    operations = _read_lines(await read_body(request))
    failed = await run_in_threadpool(_apply, request, bucket, operations)
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
    if len(operations) > MAX_OPERATIONS:
        raise HubError(413, f"At most {MAX_OPERATIONS} operations per call")
    if not all(isinstance(operation, dict) for operation in operations):
        raise BadRequestError("A line of the batch is not an object")
    return operations


def _apply(
    request: Request, bucket: Bucket, operations: list[dict[str, Any]]
) -> list[dict[str, str]]:
    """Apply operations, and return the failed ones with their reasons."""
    changes: list[Change] = []
    failed: list[dict[str, str]] = []
    for operation in operations:
        try:
            changes.append(_change(request, bucket, operation))
        except OperationError as error:
            failed.append({"path": str(operation.get("path")), "error": str(error)})
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
            state_of(request).ownership.add(bucket.oid, content.hash)
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
    """Return True for a valid path: printable, without empty, ``.`` and ``..`` components."""
    return {"", ".", ".."}.isdisjoint(path.split("/")) and path.isprintable()


def _content(request: Request, holder: str, operation: dict[str, Any]) -> XetFile:
    """Return the content of an operation, if the bucket or repository owns it."""
    state, name = state_of(request), operation.get("xetHash")
    file = state.xet.file(name) if isinstance(name, str) and SHA256.fullmatch(name) else None
    if file is None or not state.holds(holder, file):
        raise OperationError(f"Unknown Xet hash: {name}")
    return file


def _source(request: Request, operation: dict[str, Any]) -> str:
    """Return the internal id of the bucket or repository to copy from."""
    source_type, source_id = operation.get("sourceRepoType"), operation.get("sourceRepoId")
    try:
        if source_type == "bucket":
            return find_bucket(request, str(source_id)).oid
        return named_repo(request, source_type, source_id).oid
    except HubError as error:
        raise OperationError(f"Cannot copy from {source_id}: {error.message}") from None


def _time(milliseconds: object) -> str:
    """Return a modification time as the Hub writes it; the current time without one."""
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
