"""The routes of gated repositories: asking for access, and deciding on it."""

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
    """Whether the caller may read the content of a repository."""
    content_repo(request)
    return PlainTextResponse("OK")


def check_write(request: Request) -> PlainTextResponse:
    """Whether the caller may write to a repository."""
    writable_repo(request)
    return PlainTextResponse("OK")


def ask(request: Request) -> RedirectResponse:
    """Ask for access, as the form on a repository's page does."""
    repo = readable_repo(request)
    gate.ask(repo, require_account(request).name)
    return RedirectResponse(f"{endpoint_of(request)}/{repo.web_path}", 303)


def withdraw(request: Request) -> JSONResponse:
    """Take back one's own request."""
    gate.withdraw(readable_repo(request), require_account(request).name)
    return JSONResponse({"ok": True})


def listing(request: Request) -> JSONResponse:
    """The requests of a status."""
    repo, _ = writable_repo(request)
    found = gate.requests_of(repo, _status(request.path_params["status"]))
    page, headers = paginate(request, found, state_of(request).options.page_size)
    return JSONResponse([each.to_json() for each in page], headers=headers)


async def handle(request: Request) -> JSONResponse:
    """Decide on a request."""
    repo, owner = writable_repo(request)
    body = await read_json(request)
    status = _status(body.get("status"))
    asked = body.get("requestId")
    if isinstance(asked, str) and "user" not in body:
        user = gate.user_of(repo, asked)
    else:
        user = _user(request, body)
    gate.handle(repo, user, status, owner.name)
    return JSONResponse({})


async def grant(request: Request) -> JSONResponse:
    """Let in somebody who need not have asked."""
    repo, owner = writable_repo(request)
    body = await read_json(request)
    gate.grant(repo, _user(request, body), owner.name)
    return JSONResponse({})


def _status(text: object) -> gate.Status:
    if text not in STATUSES:
        options = "|".join(f'"{each}"' for each in STATUSES)
        raise BadRequestError(f"Invalid option: expected one of {options} at status")
    return cast("gate.Status", text)


def _user(request: Request, body: dict[str, Any]) -> str:
    """The user a body names.

    Raises:
        BadRequestError: It names none.
        HubError: 404, nobody has that name.
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
