"""Refusals: their status, and the code by which clients choose an exception."""

from __future__ import annotations

import pytest

from mockhub import errors


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.BadRequestError("no"), 400, None),
        (errors.InvalidTokenError(), 401, None),
        (errors.AnonymousError(), 401, None),
        (errors.ForbiddenError(), 403, None),
        (errors.RepoNotFoundError(anonymous=True), 401, "RepoNotFound"),
        (errors.RepoNotFoundError(anonymous=False), 404, "RepoNotFound"),
        (errors.GatedRepoError("no", anonymous=True), 401, "GatedRepo"),
        (errors.GatedRepoError("no", anonymous=False), 403, "GatedRepo"),
        (errors.DisabledRepoError(), 403, None),
        (errors.RevisionNotFoundError("dev"), 404, "RevisionNotFound"),
        (errors.EntryNotFoundError("a.txt", "0" * 40), 404, "EntryNotFound"),
        (errors.ConflictError("no"), 409, None),
    ],
)
def test_refusal_has_the_status_and_code_that_clients_know(
    error: errors.HubError, status: int, code: str | None
) -> None:
    assert (error.status, error.code) == (status, code)
    assert str(error) == error.message


def test_refusals_carry_what_clients_look_for() -> None:
    assert errors.RepoMovedError("/new").headers == {"Location": "/new"}
    assert errors.EntryNotFoundError("a", "0" * 40).headers == {"X-Repo-Commit": "0" * 40}
    assert errors.ConflictError("no", url="http://x").extra == {"url": "http://x"}
