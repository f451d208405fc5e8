"""The routes of discussions and pull requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, ForbiddenError
from mockhub.http.paths import API
from mockhub.http.requests import flag, read_json
from mockhub.repos.accounts import Account
from mockhub.repos.discussions import Discussion, Event, checked_title
from mockhub.repos.pull_requests import changes_as_text, conflicts, merge_pull_request
from mockhub.repos.repo import MAIN, Repo
from mockhub.routes.permissions import may_write, readable_repo, refusal_of, require_account
from mockhub.state import state_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class Change:
    """A requested change of a discussion.

    Attributes:
        repo: Repository of the discussion.
        before: The discussion before the change.
        by: Name of the account.
        owner: True if the account may write to the repository.
        body: Body of the request.
        comment: Id of a comment in the path; empty without one.
    """

    repo: Repo
    before: Discussion
    by: str
    owner: bool
    body: dict[str, Any]
    comment: str

    def require_owner_or(self, author: str) -> None:
        """Refuse accounts that are neither the author nor an owner of the repository.

        Raises:
            ForbiddenError: The caller is neither.
        """
        if not self.owner and self.by != author:
            raise ForbiddenError

    def text(self, name: str) -> str:
        """Return a string of the body.

        Raises:
            BadRequestError: It is missing, blank, or not a string.
        """
        value = self.body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise BadRequestError(f"The body needs a {name!r}")
        return value


Act = Callable[[Change], tuple[Discussion, Event]]
"""Makes a change; returns the changed discussion, and the event for the answer."""


def listing(request: Request) -> JSONResponse:
    """List discussions and pull requests, newest first, page by page."""
    repo, query = readable_repo(request), request.query_params
    size = min(PAGE_SIZE, state_of(request).options.page_size)
    try:
        start = max(0, int(query.get("p", 0))) * size
    except ValueError:
        raise BadRequestError("'p' must be an integer") from None
    matching = [discussion for discussion in repo.discussions.all() if matches(discussion, query)]
    page = [_summary(repo, discussion) for discussion in matching[start : start + size]]
    return JSONResponse({"discussions": page, "count": len(matching), "start": start})


def matches(discussion: Discussion, query: QueryParams) -> bool:
    """Return True if a discussion matches a query.

    Args:
        discussion: A discussion or pull request.
        query: ``type`` ("discussion" or "pull_request"), ``status`` ("open", drafts included, or
            "closed", merged ones included) and ``author``; "all" matches everything.
    """
    kind = "pull_request" if discussion.base else "discussion"
    status = "open" if discussion.status in {"open", "draft"} else "closed"
    return (
        query.get("type", "all") in {"all", kind}
        and query.get("status", "all") in {"all", status}
        and query.get("author", discussion.author) == discussion.author
    )


def details(request: Request) -> JSONResponse:
    """Return a discussion with its events; with ``diff``, also the changes of a pull request.

    The discussions of a gated repository are public, the changes are not.
    """
    repo, state = readable_repo(request), state_of(request)
    discussion = repo.discussions.get(request.path_params["number"])
    result = _summary(repo, discussion)
    result["events"] = [event.to_json() for event in discussion.events]
    if discussion.base is not None:
        result["changes"] = {"base": discussion.base}
        if discussion.merge_commit:
            result["changes"]["mergeCommitId"] = discussion.merge_commit
        result["filesWithConflicts"] = conflicts(repo, discussion)
        if flag(request, "diff") and refusal_of(request, repo) is None:
            result["diff"] = changes_as_text(
                repo, discussion, lambda entry: b"".join(state.read(entry.sha256, 0, entry.size))
            )
    return JSONResponse(result)


def _summary(repo: Repo, discussion: Discussion) -> dict[str, Any]:
    return {
        "num": discussion.number,
        "title": discussion.title,
        "status": discussion.status,
        "author": {"name": discussion.author},
        "createdAt": discussion.date,
        "isPullRequest": discussion.base is not None,
        "repo": {"name": repo.id, "type": repo.type},
    }


def _participant(request: Request) -> tuple[Repo, Account]:
    """Return the repository in the path, and an account that may discuss there.

    Raises:
        HubError: See `readable_repo`.
        RepoNotFoundError: The caller is anonymous.
        ForbiddenError: The token is read-only.
    """
    repo, account = readable_repo(request), require_account(request)
    if not account.can_write:
        raise ForbiddenError
    return repo, account


async def create(request: Request) -> JSONResponse:
    """Open a discussion, or a pull request without changes: a draft."""
    repo, account = _participant(request)
    body = await read_json(request)
    title, description = checked_title(body.get("title")), body.get("description", "")
    if not isinstance(description, str):
        raise BadRequestError("The description must be a string")
    is_pull_request = body.get("pullRequest") is True
    opened = await run_in_threadpool(_open, repo, title, account.name, description, is_pull_request)
    return JSONResponse({"num": opened.number, "pullRequest": is_pull_request})


def _open(
    repo: Repo, title: str, author: str, description: str, is_pull_request: bool
) -> Discussion:
    with repo.lock:
        repo.require_exists()
        if not is_pull_request:
            return repo.discussions.open(title, author, description, status="open")
        draft = repo.discussions.open(title, author, description, status="draft", base=MAIN)
        repo.add_ref(draft.ref, MAIN)
        return draft


def _changing(answer: str, act: Act) -> Callable[[Request], Any]:
    """Return a route that changes a discussion, and answers with an event under a key."""

    async def route(request: Request) -> JSONResponse:
        repo, account = _participant(request)
        number, comment = request.path_params["number"], request.path_params.get("comment", "")
        body = await read_json(request, optional=True)
        owner = may_write(account, repo.namespace)

        def change() -> Event:
            with repo.lock:
                before = repo.discussions.get(number)
                after, event = act(Change(repo, before, account.name, owner, body, comment))
                repo.require_exists()
                repo.discussions.save(after)
                return event

        event = await run_in_threadpool(change)
        return JSONResponse({answer: event.to_json()})

    return route


def _comment(change: Change) -> tuple[Discussion, Event]:
    event = Event.comment(change.by, change.text("comment"))
    return change.before.with_event(event), event


def _edit(change: Change) -> tuple[Discussion, Event]:
    old = change.before.comment(change.comment)
    if change.by != old.author:
        raise ForbiddenError
    new = old.edited(change.text("content"))
    return change.before.with_comment(new), new


def _hide(change: Change) -> tuple[Discussion, Event]:
    old = change.before.comment(change.comment)
    change.require_owner_or(old.author)
    new = old.concealed()
    return change.before.with_comment(new), new


def _rename(change: Change) -> tuple[Discussion, Event]:
    change.require_owner_or(change.before.author)
    after = change.before.with_title(change.text("title"), change.by)
    return after, after.events[-1]


def _set_status(change: Change) -> tuple[Discussion, Event]:
    change.require_owner_or(change.before.author)
    before, status = change.before, change.body.get("status")
    if before.status == "merged":
        raise BadRequestError("The status of a merged pull request cannot be changed")
    if status not in {"open", "closed"}:
        raise BadRequestError("The status must be 'open' or 'closed'")
    if change.body.get("comment"):
        before, _ = _comment(change)
    after = before.with_status(status, change.by)
    return after, after.events[-1]


def _merge(change: Change) -> tuple[Discussion, Event]:
    if not change.owner:
        raise ForbiddenError
    before = change.before
    if before.base is None:
        raise BadRequestError("A discussion cannot be merged")
    if change.body.get("comment"):
        before, _ = _comment(change)
    after = merge_pull_request(change.repo, before, change.by)
    return after, after.events[-1]


_ALL = f"{API}/discussions"
_ONE = f"{_ALL}/{{number:seg}}"

routes = [
    Route(_ALL, listing, methods=["GET"]),
    Route(_ALL, create, methods=["POST"]),
    Route(_ONE, details, methods=["GET"]),
    *(
        Route(f"{_ONE}/{path}", _changing(answer, act), methods=["POST"])
        for path, answer, act in (
            ("comment", "newMessage", _comment),
            ("comment/{comment:seg}/edit", "updatedComment", _edit),
            ("comment/{comment:seg}/hide", "updatedComment", _hide),
            ("title", "newTitle", _rename),
            ("status", "newStatus", _set_status),
            ("merge", "newStatus", _merge),
        )
    ),
]
