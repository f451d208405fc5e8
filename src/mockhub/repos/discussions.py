"""Discussions and pull requests as lists of events, stored on disk."""

from __future__ import annotations

import dataclasses
import html
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mockhub.errors import BadRequestError, ForbiddenError, HubError
from mockhub.git.commits import now

Status = Literal["draft", "open", "closed", "merged"]
EventType = Literal["comment", "status-change", "title-change", "commit"]

SHORTEST_TITLE = 3
LONGEST_TITLE = 200


@dataclass(frozen=True)
class Event:
    """An event of a discussion, with the fields of the API.

    Attributes:
        id: 24 hex digits.
        type: Kind of event.
        author: Name of the account.
        date: ISO 8601.
        data: Fields that depend on the type (``huggingface_hub.community``).
    """

    id: str
    type: EventType
    author: str
    date: str
    data: dict[str, Any]

    @classmethod
    def new(cls, type: EventType, author: str, **data: Any) -> Event:  # noqa: A002 - the API's name
        """Return an event with a new id and the current time."""
        return cls(secrets.token_hex(12), type, author, now(), data)

    @classmethod
    def comment(cls, author: str, text: str) -> Event:
        """Return a new comment."""
        latest = _version(author, text)
        return cls.new("comment", author, edited=False, hidden=False, latest=latest, history=[])

    def edited(self, text: str) -> Event:
        """Return the comment with another text; the old one becomes part of its history."""
        old = self.data["latest"]
        changed = {
            "edited": True,
            "latest": _version(self.author, text),
            "history": [*self.data["history"], old],
        }
        return dataclasses.replace(self, data=self.data | changed)

    def concealed(self) -> Event:
        """Return the comment without its text and history."""
        hidden = {"hidden": True, "latest": _version(self.author, ""), "history": []}
        return dataclasses.replace(self, data=self.data | hidden)

    def to_json(self) -> dict[str, Any]:
        """Return the form of the API."""
        return {
            "id": self.id,
            "type": self.type,
            "author": {"name": self.author},
            "createdAt": self.date,
            "data": self.data,
        }


def _version(author: str, text: str) -> dict[str, Any]:
    rendered = f"<p>{html.escape(text)}</p>"
    return {"raw": text, "html": rendered, "updatedAt": now(), "author": {"name": author}}


@dataclass(frozen=True)
class Discussion:
    """A discussion or pull request.

    Attributes:
        number: Number within the repository, shared by discussions and pull requests.
        title: One line.
        author: Name of the account that opened it.
        date: ISO 8601.
        status: Only pull requests can be drafts or merged.
        base: Full name of a pull request's target branch; None for a discussion.
        events: Events, oldest first.
        merge_commit: Id of the commit of a merged pull request.
    """

    number: int
    title: str
    author: str
    date: str
    status: Status
    base: str | None
    events: tuple[Event, ...]
    merge_commit: str | None = None

    @property
    def ref(self) -> str:
        """Return the reference of a pull request."""
        return f"refs/pr/{self.number}"

    def with_event(self, event: Event) -> Discussion:
        """Return the discussion with one more event."""
        return dataclasses.replace(self, events=(*self.events, event))

    def with_status(self, status: Status, by: str) -> Discussion:
        """Return the discussion with another status, and the event of the change."""
        event = Event.new("status-change", by, status=status)
        return dataclasses.replace(self.with_event(event), status=status)

    def merged(self, commit: str, by: str) -> Discussion:
        """Return the pull request as merged.

        Args:
            commit: Id of the merge commit.
            by: Name of the account.
        """
        return dataclasses.replace(self.with_status("merged", by), merge_commit=commit)

    def with_title(self, title: str, by: str) -> Discussion:
        """Return the discussion with another title, and the event of the change.

        Raises:
            BadRequestError: The title is too short or too long.
        """
        event = Event.new("title-change", by, **{"from": self.title, "to": checked_title(title)})
        return dataclasses.replace(self.with_event(event), title=event.data["to"])

    def comment(self, event_id: str) -> Event:
        """Return a comment by its id.

        Raises:
            HubError: 404, unknown id.
            ForbiddenError: The comment is hidden.
        """
        comments = (event for event in self.events if event.type == "comment")
        comment = next((event for event in comments if event.id == event_id), None)
        if comment is None:
            raise HubError(404, "Comment not found")
        if comment.data["hidden"]:
            raise ForbiddenError("The comment is hidden")
        return comment

    def with_comment(self, changed: Event) -> Discussion:
        """Return the discussion with another version of a comment."""
        events = (changed if event.id == changed.id else event for event in self.events)
        return dataclasses.replace(self, events=tuple(events))


def checked_title(title: object) -> str:
    """Return a title without surrounding blanks.

    Raises:
        BadRequestError: The title is not a string, too short, or too long.
    """
    text = title.strip() if isinstance(title, str) else ""
    if not SHORTEST_TITLE <= len(text) <= LONGEST_TITLE:
        raise BadRequestError(f"A title has {SHORTEST_TITLE} to {LONGEST_TITLE} characters")
    return text


class Discussions:
    """The discussions of a repository, changed under the repository's lock.

    Args:
        folder: Folder of the discussions, one file for each.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        discussions = [_read(file) for file in folder.glob("*.json")]
        self._by_number = {str(discussion.number): discussion for discussion in discussions}

    def open(
        self, title: str, author: str, description: str, *, status: Status, base: str | None = None
    ) -> Discussion:
        """Open a discussion or, with a base, a pull request, with the next number."""
        number = max((discussion.number for discussion in self.all()), default=0) + 1
        first = Event.comment(author, description)
        discussion = Discussion(number, title, author, first.date, status, base, (first,))
        self.save(discussion)
        return discussion

    def get(self, number: str) -> Discussion:
        """Return a discussion by the digits of its number.

        Raises:
            HubError: 404, unknown number.
        """
        if number not in self._by_number:
            raise HubError(404, "Discussion not found")
        return self._by_number[number]

    def pull_request(self, ref: str) -> Discussion | None:
        """Return the pull request of a reference; None if it is not one of a pull request."""
        pull_request = self._by_number.get(ref.removeprefix("refs/pr/"))
        if pull_request is None or not pull_request.base or pull_request.ref != ref:
            return None
        return pull_request

    def all(self) -> list[Discussion]:
        """Return all discussions, newest first."""
        return sorted(self._by_number.values(), key=lambda discussion: -discussion.number)

    def save(self, discussion: Discussion) -> None:
        """Store a new or changed discussion."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{discussion.number}.json"
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(dataclasses.asdict(discussion)))
        draft.replace(file)
        self._by_number[str(discussion.number)] = discussion


def _read(file: Path) -> Discussion:
    fields = json.loads(file.read_text())
    events = tuple(Event(**event) for event in fields.pop("events"))
    return Discussion(events=events, **fields)
