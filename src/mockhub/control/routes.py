"""The control routes, for tests: faults, the request log, resets, disabled repositories.

They need the token of the administrator: of the first account now, or when the server was started.
They are neither logged nor subject to faults.
"""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from pathlib import Path
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.control.faults import Fault, Faults
from mockhub.control.patterns import compile_pattern
from mockhub.control.request_log import ADMIN, Log
from mockhub.errors import (
    AnonymousError,
    BadRequestError,
    ConflictError,
    ForbiddenError,
    RepoNotFoundError,
)
from mockhub.http.paths import API
from mockhub.http.requests import read_json
from mockhub.options import Options
from mockhub.state import State, state_of


def require_administrator(request: Request) -> None:
    """Refuse everybody but the administrator: others must not read or break foreign requests.

    Raises:
        AnonymousError: No token was sent.
        InvalidTokenError: No account has the token.
        ForbiddenError: It is another account's.
    """
    authorization = request.headers.get("authorization")
    if authorization == f"Bearer {request.app.state.admin_token}":
        return  # maybe no account's any more: a reset may change all of them
    state = state_of(request)
    account = state.accounts.identify(authorization)
    if account is None:
        raise AnonymousError
    if account.token != state.options.administrator.token:
        raise ForbiddenError("Only the administrator, the first of the users, may do this")


def _faults(request: Request) -> Faults:
    require_administrator(request)
    return cast("Faults", request.app.state.faults)


def _log(request: Request) -> Log:
    require_administrator(request)
    return cast("Log", request.app.state.log)


async def plan_fault(request: Request) -> JSONResponse:
    """Plan a fault."""
    planned, body = _faults(request), await read_json(request)
    try:
        planned.plan(Fault.from_json(body))
    except ValueError as error:
        raise BadRequestError(f"Invalid fault: {error}") from None
    return JSONResponse({})


async def faults(request: Request) -> JSONResponse:
    """Return the faults to come."""
    return JSONResponse([dataclasses.asdict(fault) for fault in _faults(request).remaining()])


async def clear_faults(request: Request) -> JSONResponse:
    """Remove all faults."""
    _faults(request).clear()
    return JSONResponse({})


async def requests(request: Request) -> JSONResponse:
    """Return the request log, oldest first, filtered by ``method`` and ``path``."""
    log, query = _log(request), request.query_params
    try:
        path = compile_pattern(query.get("path", ""))
    except ValueError as error:
        raise BadRequestError(f"Invalid 'path': {error}") from None
    exchanges = log.find(query.get("method", "*").upper(), path)
    return JSONResponse([dataclasses.asdict(exchange) for exchange in exchanges])


async def clear_requests(request: Request) -> JSONResponse:
    """Clear the request log."""
    _log(request).clear()
    return JSONResponse({})


async def reset(request: Request) -> JSONResponse:
    """Remove all data, faults and logged requests, and change the options."""
    planned, log, body = _faults(request), _log(request), await read_json(request)
    scratch: Path | None = request.app.state.scratch
    if scratch is None:
        raise ConflictError("A server with --root cannot be reset: it keeps its data")
    try:
        options = Options.from_json(body)
    except ValueError as error:
        raise BadRequestError(f"Invalid options: {error}") from None
    old = state_of(request).root
    fresh = Path(tempfile.mkdtemp(dir=scratch))
    request.app.state.hub = await run_in_threadpool(State, fresh, options)
    planned.clear()
    log.clear()
    # A running request may still write to the old folder; the server removes it when it ends.
    await run_in_threadpool(shutil.rmtree, old, ignore_errors=True)
    return JSONResponse({})


async def disable(request: Request) -> JSONResponse:
    """Disable a repository, or enable it again, as the Hub's staff can."""
    require_administrator(request)
    body, params = await read_json(request), request.path_params
    repo = state_of(request).repos.get(params["type"], f"{params['namespace']}/{params['name']}")
    if repo is None:
        raise RepoNotFoundError(anonymous=False)
    with repo.lock:
        repo.disabled = body.get("disabled") is True
        repo.save()
    return JSONResponse({})


routes = [
    Route(f"{ADMIN}faults", plan_fault, methods=["POST"]),
    Route(f"{ADMIN}faults", faults),
    Route(f"{ADMIN}faults", clear_faults, methods=["DELETE"]),
    Route(f"{ADMIN}requests", requests),
    Route(f"{ADMIN}requests", clear_requests, methods=["DELETE"]),
    Route(f"{ADMIN}reset", reset, methods=["POST"]),
    Route(f"{ADMIN}{API.removeprefix('/api/')}", disable, methods=["PUT"]),
]
