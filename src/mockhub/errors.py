"""Errors that become answers: refusals in the words of the Hub.

Clients choose the exception they raise by the header ``X-Error-Code``, not by status or body
(``huggingface_hub.utils._http.hf_raise_for_status``), so every refusal has its code.
"""

from __future__ import annotations

_LOG_IN = "Invalid username or password."
_READ_ONLY = "You have read access but not the required permissions for this operation"


class HubError(Exception):
    """A refused request: status, message and code of the answer.

    Args:
        status: HTTP status.
        message: One line; sent as JSON ``error`` and in ``X-Error-Message``.
        code: ``X-Error-Code``, if clients have an exception class for this refusal.
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


class BadRequestError(HubError):
    """400: the request is malformed."""

    def __init__(self, message: str) -> None:
        super().__init__(400, message)


class InvalidTokenError(HubError):
    """401: no account has the token."""

    def __init__(self) -> None:
        super().__init__(401, "Invalid credentials in Authorization header")


class AnonymousError(HubError):
    """401: the request needs a token."""

    def __init__(self) -> None:
        super().__init__(401, _LOG_IN)


class ForbiddenError(HubError):
    """403: the account lacks the right."""

    def __init__(self, message: str = _READ_ONLY) -> None:
        super().__init__(403, message)


class RepoNotFoundError(HubError):
    """401 for anonymous callers and 404 for accounts: the repository is missing, or hidden.

    The Hub sends anonymous callers no code: clients recognize this refusal by a URL that begins
    with ``https://``. Ours does not, so the answer needs the code.
    """

    def __init__(self, *, anonymous: bool) -> None:
        status, message = (401, _LOG_IN) if anonymous else (404, "Repository not found")
        super().__init__(status, message, code="RepoNotFound")


class RepoMovedError(HubError):
    """307: the repository was moved to another id."""

    def __init__(self, location: str) -> None:
        super().__init__(307, f"Moved to {location}", headers={"Location": location})


class GatedRepoError(HubError):
    """401 for anonymous callers and 403 for accounts: the repository is gated."""

    def __init__(self, message: str, *, anonymous: bool) -> None:
        super().__init__(401 if anonymous else 403, message, code="GatedRepo")


class DisabledRepoError(HubError):
    """403: the Hub's staff disabled the repository. Clients recognize the exact message."""

    def __init__(self) -> None:
        super().__init__(403, "Access to this resource is disabled.")


class RevisionNotFoundError(HubError):
    """404: no branch, tag, pull request or commit of that name."""

    def __init__(self, revision: str) -> None:
        super().__init__(404, f"Invalid rev id: {revision}", code="RevisionNotFound")


class EntryNotFoundError(HubError):
    """404: no such path at an existing revision. Clients cache it by ``X-Repo-Commit``."""

    def __init__(self, path: str, commit: str) -> None:
        super().__init__(
            404,
            f"A file with this name doesn't exist: {path}",
            code="EntryNotFound",
            headers={"X-Repo-Commit": commit},
        )


class ConflictError(HubError):
    """409: the request conflicts with the current state, such as a name that is taken."""

    def __init__(self, message: str, **extra: object) -> None:
        super().__init__(409, message, extra=extra)
