"""Discussions as lists of events, on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhub.errors import BadRequestError, ForbiddenError, HubError
from mockhub.repos.discussions import Discussion, Discussions, Event, checked_title


@pytest.fixture
def opened(tmp_path: Path) -> Discussion:
    return Discussions(tmp_path).open("A title", "ann", "Hello", status="open")


def test_discussions_and_pull_requests_share_the_numbers(tmp_path: Path) -> None:
    discussions = Discussions(tmp_path)
    one = discussions.open("One", "ann", "", status="open")
    two = discussions.open("Two", "ann", "", status="draft", base="refs/heads/main")
    assert (one.number, two.number) == (1, 2)
    assert [discussion.number for discussion in discussions.all()] == [2, 1]
    assert discussions.pull_request("refs/pr/2") is two
    for ref in ("refs/pr/1", "refs/pr/3", "2", "refs/heads/main"):
        assert discussions.pull_request(ref) is None


def test_discussions_outlast_the_server(tmp_path: Path) -> None:
    discussions = Discussions(tmp_path)
    opened = discussions.open("One", "ann", "Hello", status="open")
    discussions.save(opened.with_status("closed", "ben"))
    reopened = Discussions(tmp_path).get("1")
    assert reopened.status == "closed"
    assert [(event.type, event.author) for event in reopened.events] == [
        ("comment", "ann"),
        ("status-change", "ben"),
    ]


def test_unknown_number_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="not found") as caught:
        Discussions(tmp_path).get("1")
    assert caught.value.status == 404


def test_edited_comment_keeps_its_history(opened: Discussion) -> None:
    comment = opened.events[0]
    edited = comment.edited("Bye <b>")
    assert edited.data["latest"]["raw"] == "Bye <b>"
    assert edited.data["latest"]["html"] == "<p>Bye &lt;b&gt;</p>"
    assert [version["raw"] for version in edited.data["history"]] == ["Hello"]
    assert opened.with_comment(edited).comment(comment.id) == edited


def test_hidden_comment_shows_no_text(opened: Discussion) -> None:
    comment = opened.events[0]
    hidden = comment.edited("Bye").concealed()
    assert "Hello" not in str(hidden.to_json())
    assert "Bye" not in str(hidden.to_json())
    with pytest.raises(ForbiddenError, match="hidden"):
        opened.with_comment(hidden).comment(comment.id)


def test_only_comments_are_found_by_id(opened: Discussion) -> None:
    closed = opened.with_status("closed", "ann")
    for event_id in ("", "unknown", closed.events[-1].id):
        with pytest.raises(HubError, match="Comment not found"):
            closed.comment(event_id)


def test_changes_leave_the_earlier_discussion_alone(opened: Discussion) -> None:
    renamed = opened.with_title("  Another title ", "ben").with_event(Event.comment("ben", "x"))
    assert (renamed.title, len(renamed.events)) == ("Another title", 3)
    assert renamed.events[1].data == {"from": "A title", "to": "Another title"}
    assert (opened.title, len(opened.events)) == ("A title", 1)


@pytest.mark.parametrize("title", [None, 5, "", "ab", " ab ", "a" * 201])
def test_title_must_be_three_to_two_hundred_characters(title: object) -> None:
    with pytest.raises(BadRequestError, match="3 to 200"):
        checked_title(title)
