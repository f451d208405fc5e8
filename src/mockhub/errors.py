"""Refusals, as the Hub words them.

Clients choose the exception they raise by the header ``X-Error-Code``, not by status or body
(``huggingface_hub.utils._http.hf_raise_for_status``), so every refusal carries its code.
"""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response


class HubError(Exception):
    """A request the Hub answers with a status of 400 or more.

    Args:
        status: HTTP status.
        message: One line; sent as JSON ``error`` and in ``X-Error-Message``.
        code: ``X-Error-Code``, if clients give this refusal a class of its own.
        headers: Further response headers.
        extra: Further keys of the JSON body.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers or {}
        self.extra = extra or {}

    def response(self) -> JSONResponse:
        """The answer a client gets."""
        headers = {"X-Error-Message": _header_safe(self.message), **self.headers}
        if self.code:
            headers["X-Error-Code"] = self.code
        return JSONResponse(
            {"error": self.message, **self.extra}, status_code=self.status, headers=headers
        )


class BadRequestError(HubError):
    """400: the request itself is wrong."""

    def __init__(self, message: str) -> None:
        super().__init__(400, message)


class InvalidTokenError(HubError):
    """401: a token was sent that nobody holds."""

    def __init__(self) -> None:
        super().__init__(401, "Invalid credentials in Authorization header")


class ForbiddenError(HubError):
    """403: the account is known and may not do this."""

    def __init__(self, message: str) -> None:
        super().__init__(403, message)


class RepoNotFoundError(HubError):
    """401 to strangers and 404 to accounts: the repo is missing, or hidden from the caller."""

    def __init__(self, *, anonymous: bool) -> None:
        status, message = (
            (401, "Invalid username or password.") if anonymous else (404, "Repository not found")
        )
        super().__init__(status, message, code="RepoNotFound")


class RevisionNotFoundError(HubError):
    """404: no branch, tag, pull request or commit of that name."""

    def __init__(self, revision: str) -> None:
        super().__init__(404, f"Invalid rev id: {revision}", code="RevisionNotFound")


class EntryNotFoundError(HubError):
    """404: no such path at a revision that exists. Clients cache it by ``X-Repo-Commit``."""

    def __init__(self, path: str, commit: str) -> None:
        super().__init__(
            404,
            f"A file with this name doesn't exist: {path}",
            code="EntryNotFound",
            headers={"X-Repo-Commit": commit},
        )


class ConflictError(HubError):
    """409: the thing exists already."""

    def __init__(self, message: str, **extra: object) -> None:
        super().__init__(409, message, extra=extra)


async def respond(_request: Request, error: Exception) -> Response:
    """Starlette exception handler for `HubError` and clients that hang up."""
    match error:
        case HubError():
            return error.response()
        case ClientDisconnect():
            return Response(status_code=400)  # nobody hears it, but the log has a status
        case _:
            raise error


def _header_safe(text: str) -> str:
    """Header values are Latin-1 and one line; the JSON body has the text unchanged."""
    return " ".join(text.encode("ascii", "replace").decode().split())
