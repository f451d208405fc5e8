"""Discussions and pull requests: what was said and done in each, kept on disk."""

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
    """Something that was said or done, as the API tells it.

    Attributes:
        id: 24 hex digits.
        type: What it was.
        author: Name of the account.
        date: When, ISO 8601.
        data: The rest; what there is depends on the type (``huggingface_hub.community``).
    """

    id: str
    type: EventType
    author: str
    date: str
    data: dict[str, Any]

    @classmethod
    def new(cls, type: EventType, author: str, **data: Any) -> Event:  # noqa: A002 - the API's name
        """An event of this moment."""
        return cls(secrets.token_hex(12), type, author, now(), data)

    @classmethod
    def comment(cls, author: str, text: str) -> Event:
        """A comment nobody has edited yet."""
        latest = _version(author, text)
        return cls.new("comment", author, edited=False, hidden=False, latest=latest, history=[])

    def edited(self, text: str) -> Event:
        """A comment with another text; the old one becomes part of its history."""
        old = self.data["latest"]
        changed = {
            "edited": True,
            "latest": _version(self.author, text),
            "history": [*self.data["history"], old],
        }
        return dataclasses.replace(self, data=self.data | changed)

    def concealed(self) -> Event:
        """A comment whose text nobody gets to see any more."""
        hidden = {"hidden": True, "latest": _version(self.author, ""), "history": []}
        return dataclasses.replace(self, data=self.data | hidden)

    def to_json(self) -> dict[str, Any]:
        """As the API tells it."""
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
        number: In its repository; discussions and pull requests share the numbers.
        title: One line.
        author: Name of the account that opened it.
        date: When, ISO 8601.
        status: Pull requests alone can be drafts, or merged.
        base: Full name of the branch a pull request is for; None for a discussion.
        events: What was said and done, oldest first.
        merge_commit: What came of a merged pull request.
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
        """Where the commits of a pull request are."""
        return f"refs/pr/{self.number}"

    def with_event(self, event: Event) -> Discussion:
        """One event later."""
        return dataclasses.replace(self, events=(*self.events, event))

    def with_status(self, status: Status, by: str) -> Discussion:
        """Opened, closed or merged by somebody."""
        event = Event.new("status-change", by, status=status)
        return dataclasses.replace(self.with_event(event), status=status)

    def merged(self, commit: str, by: str) -> Discussion:
        """Merged by somebody.

        Args:
            commit: What came of it.
            by: The account's name.
        """
        return dataclasses.replace(self.with_status("merged", by), merge_commit=commit)

    def with_title(self, title: str, by: str) -> Discussion:
        """Renamed by somebody.

        Raises:
            BadRequestError: It is too short, or too long.
        """
        event = Event.new("title-change", by, **{"from": self.title, "to": checked_title(title)})
        return dataclasses.replace(self.with_event(event), title=event.data["to"])

    def comment(self, event_id: str) -> Event:
        """A comment by its id.

        Raises:
            HubError: 404, there is none.
            ForbiddenError: It is hidden.
        """
        found = [each for each in self.events if (each.type, each.id) == ("comment", event_id)]
        if not found:
            raise HubError(404, "Comment not found")
        if found[0].data["hidden"]:
            raise ForbiddenError("The comment is hidden")
        return found[0]

    def with_comment(self, changed: Event) -> Discussion:
        """With another version of a comment."""
        events = (changed if each.id == changed.id else each for each in self.events)
        return dataclasses.replace(self, events=tuple(events))


def checked_title(title: object) -> str:
    """A title without the spaces around it.

    Raises:
        BadRequestError: It is no text, too short, or too long.
    """
    text = title.strip() if isinstance(title, str) else ""
    if not SHORTEST_TITLE <= len(text) <= LONGEST_TITLE:
        raise BadRequestError(f"A title has {SHORTEST_TITLE} to {LONGEST_TITLE} characters")
    return text


class Discussions:
    """The discussions of a repository, each a file; changed under the repository's lock.

    Args:
        folder: Where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        found = [_read(file) for file in folder.glob("*.json")]
        self._by_number = {str(each.number): each for each in found}

    def open(
        self, title: str, author: str, description: str, *, status: Status, base: str | None = None
    ) -> Discussion:
        """Begin a discussion or, with a base, a pull request, under the next number."""
        number = max((each.number for each in self.all()), default=0) + 1
        first = Event.comment(author, description)
        discussion = Discussion(number, title, author, first.date, status, base, (first,))
        self.save(discussion)
        return discussion

    def get(self, number: str) -> Discussion:
        """A discussion by its number, as digits.

        Raises:
            HubError: 404, there is none.
        """
        if number not in self._by_number:
            raise HubError(404, "Discussion not found")
        return self._by_number[number]

    def pull_request(self, ref: str) -> Discussion | None:
        """The pull request whose commits are at a reference."""
        found = self._by_number.get(ref.removeprefix("refs/pr/"))
        return found if found and found.base and found.ref == ref else None

    def all(self) -> list[Discussion]:
        """All of them, newest first."""
        return sorted(self._by_number.values(), key=lambda each: -each.number)

    def save(self, discussion: Discussion) -> None:
        """Keep a new state of a discussion."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{discussion.number}.json"
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(dataclasses.asdict(discussion)))
        draft.replace(file)
        self._by_number[str(discussion.number)] = discussion


def _read(file: Path) -> Discussion:
    fields = json.loads(file.read_text())
    events = tuple(Event(**each) for each in fields.pop("events"))
    return Discussion(events=events, **fields)
