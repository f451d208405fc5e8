"""The routes of gated repositories: access requests, and decisions on them."""

from __future__ import annotations

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, HubError
from mockhub.http.paths import API, WEB
from mockhub.http.requests import endpoint_of, read_json
from mockhub.repos import gating as gate
from mockhub.routes.history.tree import paginate
from mockhub.routes.permissions import content_repo, readable_repo, require_account, writable_repo
from mockhub.state import state_of

STATUSES = ("accepted", "rejected", "pending")


def check(request: Request) -> PlainTextResponse:
    """Answer OK if the caller may read the content of a repository."""
    content_repo(request)
    return PlainTextResponse("OK")


def check_write(request: Request) -> PlainTextResponse:
    """Answer OK if the caller may write to a repository."""
    writable_repo(request)
    return PlainTextResponse("OK")


def ask(request: Request) -> RedirectResponse:
    """Request access, as the form on a repository's page does."""
    repo = readable_repo(request)
    gate.ask(repo, require_account(request).name)
    return RedirectResponse(f"{endpoint_of(request)}/{repo.web_path}", 303)


def withdraw(request: Request) -> JSONResponse:
    """Cancel one's own request."""
    gate.withdraw(readable_repo(request), require_account(request).name)
    return JSONResponse({"ok": True})


def listing(request: Request) -> JSONResponse:
    """List the requests with a status."""
    repo, _ = writable_repo(request)
    requests = gate.requests_of(repo, _status(request.path_params["status"]))
    page, headers = paginate(request, requests, state_of(request).options.page_size)
    return JSONResponse([item.to_json() for item in page], headers=headers)


async def handle(request: Request) -> JSONResponse:
    """Accept, reject or reopen a request."""
    repo, owner = writable_repo(request)
    body = await read_json(request)
    status = _status(body.get("status"))
    request_id = body.get("requestId")
    if isinstance(request_id, str) and "user" not in body:
        user = gate.user_of(repo, request_id)
    else:
        user = _user(request, body)
    gate.handle(repo, user, status, owner.name)
    return JSONResponse({})


async def grant(request: Request) -> JSONResponse:
    """Grant access to a user, with or without a request."""
    repo, owner = writable_repo(request)
    body = await read_json(request)
    gate.grant(repo, _user(request, body), owner.name)
    return JSONResponse({})


def _status(text: object) -> gate.Status:
    if text not in STATUSES:
        options = "|".join(f'"{status}"' for status in STATUSES)
        raise BadRequestError(f"Invalid option: expected one of {options} at status")
    return cast("gate.Status", text)


def _user(request: Request, body: dict[str, Any]) -> str:
    """Return the user in a body.

    Raises:
        BadRequestError: The body has no user.
        HubError: 404, the user does not exist.
    """
    if not isinstance(body.get("user"), str):
        raise BadRequestError("Either requestId or user must be provided, but not both")
    wanted = body["user"].lower()
    for name in state_of(request).accounts.users:
        if name.lower() == wanted:
            return name
    raise HubError(404, "User not found")


_REQUESTS = f"{API}/user-access-request"

routes = [
    Route(f"{API}/auth-check", check),
    Route(f"{API}/auth-check/write", check_write),
    Route(f"{WEB}/ask-access", ask, methods=["POST"]),
    Route(f"{_REQUESTS}/cancel", withdraw, methods=["POST"]),
    Route(f"{_REQUESTS}/handle", handle, methods=["POST"]),
    Route(f"{_REQUESTS}/grant", grant, methods=["POST"]),
    Route(f"{_REQUESTS}/{{status}}", listing),
]
