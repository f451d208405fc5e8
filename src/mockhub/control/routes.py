"""The routes by which tests steer a server: faults, the log, a fresh start.

They need the token of an account that may write, or that of the administrator the server was
started with. They are neither logged nor sabotaged.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
import tempfile
from pathlib import Path
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.control.faults import Fault, Faults
from mockhub.control.request_log import ADMIN, Log
from mockhub.errors import BadRequestError, ConflictError, ForbiddenError
from mockhub.options import Options
from mockhub.state import State, read_json, require_account, state_of


def _require_rights(request: Request) -> None:
    if request.headers.get("authorization") == f"Bearer {request.app.state.admin_token}":
        return  # it may be no account's any more: a reset can change them all
    if not require_account(request).can_write:
        raise ForbiddenError


def _faults(request: Request) -> Faults:
    _require_rights(request)
    return cast("Faults", request.app.state.faults)


def _log(request: Request) -> Log:
    _require_rights(request)
    return cast("Log", request.app.state.log)


async def plan_fault(request: Request) -> JSONResponse:
    """Plan a fault."""
    faults, body = _faults(request), await read_json(request)
    try:
        faults.plan(Fault.from_json(body))
    except ValueError as error:
        raise BadRequestError(f"Not a fault: {error}") from None
    return JSONResponse({})


async def clear_faults(request: Request) -> JSONResponse:
    """Forget all faults."""
    _faults(request).clear()
    return JSONResponse({})


async def requests(request: Request) -> JSONResponse:
    """The log of requests, oldest first: all, or those of a ``method`` and ``path``."""
    log, query = _log(request), request.query_params
    try:
        path = re.compile(query.get("path", ""))
    except re.error as error:
        raise BadRequestError(f"Not a regular expression: {error}") from None
    found = log.find(query.get("method", "*").upper(), path)
    return JSONResponse([dataclasses.asdict(each) for each in found])


async def clear_requests(request: Request) -> JSONResponse:
    """Forget all requests."""
    _log(request).clear()
    return JSONResponse({})


async def reset(request: Request) -> JSONResponse:
    """Begin anew: no repositories, no faults, an empty log; with options by name."""
    faults, log, body = _faults(request), _log(request), await read_json(request)
    scratch: Path | None = request.app.state.scratch
    if scratch is None:
        raise ConflictError("A server that was given a --root keeps it, and cannot be reset")
    try:
        options = Options.from_json(body)
    except ValueError as error:
        raise BadRequestError(f"Not options: {error}") from None
    old = state_of(request).root
    fresh = Path(tempfile.mkdtemp(dir=scratch))
    request.app.state.hub = await run_in_threadpool(State, fresh, options)
    faults.clear()
    log.clear()
    # A request that is still going on may write to the old folder; all go when the server ends.
    await run_in_threadpool(shutil.rmtree, old, ignore_errors=True)
    return JSONResponse({})


routes = [
    Route(f"{ADMIN}faults", plan_fault, methods=["POST"]),
    Route(f"{ADMIN}faults", clear_faults, methods=["DELETE"]),
    Route(f"{ADMIN}requests", requests),
    Route(f"{ADMIN}requests", clear_requests, methods=["DELETE"]),
    Route(f"{ADMIN}reset", reset, methods=["POST"]),
]
