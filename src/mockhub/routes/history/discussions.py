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
    """What somebody asks to be done to a discussion.

    Attributes:
        repo: Where it is.
        before: The discussion as it is.
        by: The account's name.
        owner: Whether the account may write to the repository.
        body: The request's.
        comment: Id of the comment the request is about; empty for none.
    """

    repo: Repo
    before: Discussion
    by: str
    owner: bool
    body: dict[str, Any]
    comment: str

    def require_owner_or(self, author: str) -> None:
        """Refuse those who neither wrote something nor own the repository.

        Raises:
            ForbiddenError: The caller is one of them.
        """
        if not self.owner and self.by != author:
            raise ForbiddenError

    def text(self, name: str) -> str:
        """A text of the body.

        Raises:
            BadRequestError: It is missing, or empty.
        """
        value = self.body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise BadRequestError(f"The body needs a {name!r}")
        return value


Act = Callable[[Change], tuple[Discussion, Event]]
"""Makes a change; returns the discussion after it, and the event to tell of."""


def listing(request: Request) -> JSONResponse:
    """Discussions and pull requests, newest first, page by page."""
    repo, query = readable_repo(request), request.query_params
    size = min(PAGE_SIZE, state_of(request).options.page_size)
    try:
        start = max(0, int(query.get("p", 0))) * size
    except ValueError:
        raise BadRequestError("'p' is a number") from None
    found = [each for each in repo.discussions.all() if matches(each, query)]
    page = [_summary(repo, each) for each in found[start : start + size]]
    return JSONResponse({"discussions": page, "count": len(found), "start": start})


def matches(discussion: Discussion, query: QueryParams) -> bool:
    """Whether a discussion is one of those a query asks for.

    Args:
        discussion: Any.
        query: ``type`` ("discussion" or "pull_request"), ``status`` ("open", which drafts are
            too, or "closed", which merged ones are) and ``author``; "all" is as good as nothing.
    """
    kind = "pull_request" if discussion.base else "discussion"
    status = "open" if discussion.status in {"open", "draft"} else "closed"
    return (
        query.get("type", "all") in {"all", kind}
        and query.get("status", "all") in {"all", status}
        and query.get("author", discussion.author) == discussion.author
    )


def details(request: Request) -> JSONResponse:
    """A discussion with all that was said and done; with ``diff``, what it would change.

    The discussions of a gated repository are for all to read, but not what is behind the gate.
    """
    repo, state = readable_repo(request), state_of(request)
    discussion = repo.discussions.get(request.path_params["number"])
    found = _summary(repo, discussion)
    found["events"] = [event.to_json() for event in discussion.events]
    if discussion.base is not None:
        found["changes"] = {"base": discussion.base}
        if discussion.merge_commit:
            found["changes"]["mergeCommitId"] = discussion.merge_commit
        found["filesWithConflicts"] = conflicts(repo, discussion)
        if flag(request, "diff") and refusal_of(request, repo) is None:
            found["diff"] = changes_as_text(
                repo, discussion, lambda entry: b"".join(state.read(entry.sha256, 0, entry.size))
            )
    return JSONResponse(found)


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
    """The repository a path names, and an account that may have its say there.

    Raises:
        HubError: As `readable_repo` does.
        RepoNotFoundError: The caller is anonymous.
        ForbiddenError: The token is for reading.
    """
    repo, account = readable_repo(request), require_account(request)
    if not account.can_write:
        raise ForbiddenError
    return repo, account


async def begin(request: Request) -> JSONResponse:
    """Begin a discussion, or a pull request without changes: a draft."""
    repo, account = _participant(request)
    body = await read_json(request)
    title, description = checked_title(body.get("title")), body.get("description", "")
    if not isinstance(description, str):
        raise BadRequestError("The description is no text")
    is_pull_request = body.get("pullRequest") is True
    begun = await run_in_threadpool(_begin, repo, title, account.name, description, is_pull_request)
    return JSONResponse({"num": begun.number, "pullRequest": is_pull_request})


def _begin(
    repo: Repo, title: str, author: str, description: str, is_pull_request: bool
) -> Discussion:
    with repo.lock:
        repo.require_kept()
        if not is_pull_request:
            return repo.discussions.open(title, author, description, status="open")
        begun = repo.discussions.open(title, author, description, status="draft", base=MAIN)
        repo.add_ref(begun.ref, MAIN)
        return begun


def _changing(answer: str, act: Act) -> Callable[[Request], Any]:
    """A route that changes a discussion, and answers with an event under some name."""

    async def route(request: Request) -> JSONResponse:
        repo, account = _participant(request)
        number, comment = request.path_params["number"], request.path_params.get("comment", "")
        body = await read_json(request) if await request.body() else {}
        owner = may_write(account, repo.namespace)

        def change() -> Event:
            with repo.lock:
                before = repo.discussions.get(number)
                after, event = act(Change(repo, before, account.name, owner, body, comment))
                repo.require_kept()
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
        raise BadRequestError("A pull request that is merged stays so")
    if status not in {"open", "closed"}:
        raise BadRequestError("The status is 'open' or 'closed'")
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
    Route(_ALL, begin, methods=["POST"]),
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
