"""Discussions and pull requests, through the client."""

from __future__ import annotations

from typing import Any

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, DiscussionComment
from huggingface_hub.errors import BadRequestError, HfHubHTTPError

from mockhub.server.process import Hub
from tests.support.mockhub.wire import NewRepo, client

pytestmark = pytest.mark.filterwarnings("ignore:Hidden comments")  # the client's word of caution

DATASET: dict[str, Any] = {"repo_type": "dataset"}


def propose(
    repo: NewRepo, *, user: str = "user", title: str = "Propose", **files: str | None
) -> int:
    """Begin a pull request that writes files, or deletes those without a text."""
    operations = [
        CommitOperationDelete(path) if text is None else CommitOperationAdd(path, text.encode())
        for path, text in files.items()
    ]
    info = client(repo.hub, user).create_commit(
        repo.id, operations, commit_message=title, create_pr=True, **DATASET
    )
    assert info.pr_num
    return int(info.pr_num)


def status_of(call: Any, *arguments: Any, **options: Any) -> int:
    """The status a call is refused with."""
    with pytest.raises(HfHubHTTPError) as caught:
        call(*arguments, **options)
    return caught.value.response.status_code


def events(repo: NewRepo, number: int) -> list[str]:
    result = repo.api.get_discussion_details(repo.id, number, **DATASET).events
    return [event.type for event in result]


def test_discussions_and_pull_requests_share_their_numbers(repo: NewRepo) -> None:
    first = repo.api.create_discussion(repo.id, " A question ", **DATASET)
    second = propose(repo, a="1")
    third = repo.api.create_pull_request(repo.id, "A draft", description="Look", **DATASET)
    assert (first.num, second, third.num) == (1, 2, 3)
    assert (first.title, first.author, first.status) == ("A question", "user", "open")
    assert (third.status, third.target_branch) == ("draft", "refs/heads/main")
    assert isinstance(third.events[0], DiscussionComment)
    assert third.events[0].content == "Look"
    assert repo.files(str(third.git_reference)) == []


def test_listing_filters_and_pages(repo: NewRepo) -> None:
    for title in ("one", "two", "three"):
        repo.api.create_discussion(repo.id, title, **DATASET)
    client(repo.hub, "stranger").create_pull_request(repo.id, "draft", **DATASET)
    repo.api.change_discussion_status(repo.id, 2, "closed", **DATASET)

    def listed(**filters: Any) -> list[int]:
        result = repo.api.get_repo_discussions(repo.id, **filters, **DATASET)
        return [discussion.num for discussion in result]

    assert listed() == [4, 3, 2, 1]
    assert listed(discussion_type="pull_request") == [4]
    assert listed(discussion_type="discussion") == [3, 2, 1]
    assert listed(discussion_status="open") == [4, 3, 1]
    assert listed(discussion_status="closed") == [2]
    assert listed(author="stranger") == [4]
    assert listed(author="nobody") == []
    assert len(repo.send("GET", "/discussions?p=1").json["discussions"]) == 2


def test_comments_are_edited_and_hidden(repo: NewRepo) -> None:
    number = repo.api.create_discussion(repo.id, "A question", **DATASET).num
    comment = repo.api.comment_discussion(repo.id, number, "frist <b>", **DATASET)
    assert comment.rendered == "<p>frist &lt;b&gt;</p>"
    edited = repo.api.edit_discussion_comment(repo.id, number, comment.id, "first", **DATASET)
    assert (edited.id, edited.content, edited.edited) == (comment.id, "first", True)
    assert [item["raw"] for item in edited.edit_history] == ["frist <b>"]
    hidden = repo.api.hide_discussion_comment(repo.id, number, comment.id, **DATASET)
    assert (hidden.id, hidden.hidden, hidden.content) == (comment.id, True, "")
    result = repo.api.get_discussion_details(repo.id, number, **DATASET)
    assert result.events[1] == hidden
    edit = repo.api.edit_discussion_comment
    assert status_of(edit, repo.id, number, comment.id, "again", **DATASET) == 403
    assert status_of(edit, repo.id, number, "0" * 24, "again", **DATASET) == 404


def test_title_and_status_change(repo: NewRepo) -> None:
    number = repo.api.create_discussion(repo.id, "A question", **DATASET).num
    renamed = repo.api.rename_discussion(repo.id, number, "A better one", **DATASET)
    assert (renamed.old_title, renamed.new_title) == ("A question", "A better one")
    closed = repo.api.change_discussion_status(repo.id, number, "closed", comment="Done", **DATASET)
    assert closed.new_status == "closed"
    assert events(repo, number) == ["comment", "title-change", "comment", "status-change"]
    result = repo.api.get_discussion_details(repo.id, number, **DATASET)
    assert (result.title, result.status) == ("A better one", "closed")


def test_others_may_comment_and_propose_and_no_more(repo: NewRepo) -> None:
    api = client(repo.hub, "stranger")
    number = repo.api.create_discussion(repo.id, "A question", **DATASET).num
    mine = repo.api.get_discussion_details(repo.id, number, **DATASET).events[0]
    theirs = api.comment_discussion(repo.id, number, "Me too", **DATASET)
    for call, arguments in (
        (api.rename_discussion, ["Mine"]),
        (api.change_discussion_status, ["closed"]),
        (api.edit_discussion_comment, [mine.id, "Mine"]),
        (api.hide_discussion_comment, [mine.id]),
        (repo.api.edit_discussion_comment, [theirs.id, "Yours"]),
        (api.merge_pull_request, []),
    ):
        assert status_of(call, repo.id, number, *arguments, **DATASET) == 403
    repo.api.hide_discussion_comment(repo.id, number, theirs.id, **DATASET)


def test_token_for_reading_has_no_say(repo: NewRepo) -> None:
    api = client(repo.hub, "reader")
    number = repo.api.create_discussion(repo.id, "A question", **DATASET).num
    assert status_of(api.comment_discussion, repo.id, number, "Me too", **DATASET) == 403
    assert status_of(api.create_pull_request, repo.id, "Propose", **DATASET) == 403
    assert status_of(propose, repo, user="reader", a="1") == 403
    assert len(list(api.get_repo_discussions(repo.id, **DATASET))) == 1


def test_author_goes_on_with_a_pull_request_and_others_do_not(repo: NewRepo) -> None:
    number = propose(repo, user="stranger", a="1")
    target = {"repo_id": repo.id, "revision": f"refs/pr/{number}", **DATASET}
    client(repo.hub, "stranger").upload_file(
        path_or_fileobj=b"\0" * 2000, path_in_repo="b.bin", **target
    )
    repo.api.upload_file(path_or_fileobj=b"1", path_in_repo="c", **target)
    for user in ("Guest", "reader"):
        api = client(repo.hub, user)
        upload = {"path_or_fileobj": b"1", "path_in_repo": "d", **target}
        assert status_of(api.upload_file, **upload) == 403
    assert repo.files(f"refs/pr/{number}") == ["a", "b.bin", "c"]
    assert events(repo, number) == ["comment", "commit", "commit", "commit"]


@pytest.mark.parametrize("is_pull_request", [True, False])
def test_author_has_no_right_to_a_branch_of_the_same_number(
    repo: NewRepo, is_pull_request: bool
) -> None:
    repo.api.create_branch(repo.id, branch="1", **DATASET)
    api = client(repo.hub, "stranger")
    api.create_discussion(repo.id, "Mine", pull_request=is_pull_request, **DATASET)
    upload = {"path_or_fileobj": b"1", "path_in_repo": "a", "repo_id": repo.id, **DATASET}
    assert status_of(api.upload_file, revision="1", **upload) == 403


def test_merging_brings_the_changes_to_main(repo: NewRepo) -> None:
    for path in ("changed", "deleted", "kept"):
        repo.upload(path, b"1")
    number = propose(repo, title="Improve", changed="2", deleted=None, new="2")
    repo.upload("meanwhile", b"1")
    repo.api.merge_pull_request(repo.id, number, comment="Thanks", **DATASET)
    assert repo.files() == ["changed", "kept", "meanwhile", "new"]
    assert repo.read("changed").body == b"2"
    head = repo.api.list_repo_commits(repo.id, **DATASET)[0]
    result = repo.api.get_discussion_details(repo.id, number, **DATASET)
    assert (result.status, result.merge_commit_oid) == ("merged", head.commit_id)
    assert head.title == f"Improve (#{number})"
    proposed = repo.api.list_repo_commits(repo.id, revision=f"refs/pr/{number}", **DATASET)[0]
    assert head.message == f"- Improve ({proposed.commit_id})"
    assert events(repo, number) == ["comment", "commit", "comment", "status-change"]
    for call, arguments in (
        (repo.api.merge_pull_request, []),
        (repo.api.change_discussion_status, ["open"]),
    ):
        assert status_of(call, repo.id, number, *arguments, **DATASET) == 400
    assert len(repo.api.list_repo_commits(repo.id, **DATASET)) == 6


def test_conflict_is_reported_and_not_merged(repo: NewRepo) -> None:
    repo.upload("a", b"1\n")
    number = propose(repo, a="2\n")
    repo.upload("a", b"3\n")
    head = repo.api.dataset_info(repo.id).sha
    result = repo.api.get_discussion_details(repo.id, number, **DATASET)
    assert result.conflicting_files == ["a"]
    assert status_of(repo.api.merge_pull_request, repo.id, number, **DATASET) == 409
    assert repo.api.dataset_info(repo.id).sha == head
    assert events(repo, number) == ["comment", "commit"]


def test_diff_tells_the_changes_since_the_fork(repo: NewRepo) -> None:
    repo.upload("a", b"1\n")
    number = propose(repo, a="2\n")
    repo.upload("meanwhile", b"1")
    result = repo.api.get_discussion_details(repo.id, number, **DATASET)
    assert result.conflicting_files == []
    assert result.diff
    assert result.diff.splitlines()[2:] == ["--- a/a", "+++ b/a", "@@ -1 +1 @@", "-1", "+2"]


def test_draft_is_merged_after_it_was_opened(repo: NewRepo) -> None:
    number = repo.api.create_pull_request(repo.id, "A draft", **DATASET).num
    repo.api.upload_file(
        path_or_fileobj=b"1",
        path_in_repo="a",
        repo_id=repo.id,
        revision=f"refs/pr/{number}",
        **DATASET,
    )
    with pytest.raises(BadRequestError, match="draft"):
        repo.api.merge_pull_request(repo.id, number, **DATASET)
    repo.api.change_discussion_status(repo.id, number, "open", **DATASET)
    repo.api.merge_pull_request(repo.id, number, **DATASET)
    assert repo.files() == ["a"]


def test_closed_one_and_a_discussion_are_not_merged(repo: NewRepo) -> None:
    number = propose(repo, a="1")
    repo.api.change_discussion_status(repo.id, number, "closed", **DATASET)
    discussion = repo.api.create_discussion(repo.id, "A question", **DATASET).num
    for item in (number, discussion):
        assert status_of(repo.api.merge_pull_request, repo.id, item, **DATASET) == 400


def test_pull_request_for_another_branch_is_merged_there(repo: NewRepo) -> None:
    repo.api.create_branch(repo.id, branch="dev", **DATASET)
    info = repo.api.create_commit(
        repo.id,
        [CommitOperationAdd("a", b"1")],
        commit_message="For dev",
        revision="dev",
        create_pr=True,
        **DATASET,
    )
    assert info.pr_num
    result = repo.api.get_discussion_details(repo.id, info.pr_num, **DATASET)
    assert result.target_branch == "refs/heads/dev"
    repo.api.merge_pull_request(repo.id, info.pr_num, **DATASET)
    assert (repo.files(), repo.files("dev")) == ([], ["a"])


@pytest.mark.parametrize("gone", ["branch", "history"])
def test_pull_request_without_a_fork_is_not_merged(repo: NewRepo, gone: str) -> None:
    repo.api.create_branch(repo.id, branch="dev", **DATASET)
    info = repo.api.create_commit(
        repo.id,
        [CommitOperationAdd("a", b"1")],
        commit_message="For dev",
        revision="dev",
        create_pr=True,
        **DATASET,
    )
    number = info.pr_num
    assert number
    if gone == "branch":
        repo.api.delete_branch(repo.id, branch="dev", **DATASET)
    else:
        repo.api.super_squash_history(repo.id, branch="dev", **DATASET)
    result = repo.api.get_discussion_details(repo.id, number, **DATASET)
    assert (result.conflicting_files, result.diff) == (True, "")
    assert status_of(repo.api.merge_pull_request, repo.id, number, **DATASET) == 409


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"title": "ab"}),
        ("", {"title": "a" * 201}),
        ("", {"title": 123}),
        ("", {"title": "abc", "description": 1}),
        ("/1/comment", {}),
        ("/1/comment", {"comment": " "}),
        ("/1/comment", {"comment": "\ud800"}),
        ("/1/title", {"title": ""}),
        ("/1/status", {"status": "merged"}),
        ("/1/status", b"no json"),
        ("?p=x", None),
    ],
)
def test_malformed_request_is_refused(repo: NewRepo, path: str, body: object) -> None:
    repo.api.create_discussion(repo.id, "A question", **DATASET)
    method = "GET" if body is None else "POST"
    assert repo.send(method, f"/discussions{path}", body).status == 400


def test_gate_is_before_the_diff_and_not_before_the_discussion(repo: NewRepo) -> None:
    propose(repo, a="secret")
    repo.api.update_repo_settings(repo.id, gated="auto", **DATASET)
    stranger = client(repo.hub, "stranger")
    assert stranger.get_discussion_details(repo.id, 1, **DATASET).diff is None
    diff = repo.api.get_discussion_details(repo.id, 1, **DATASET).diff
    assert diff
    assert "+secret" in diff


def test_missing_discussion_is_not_found(repo: NewRepo) -> None:
    assert status_of(repo.api.get_discussion_details, repo.id, 1, **DATASET) == 404
    assert status_of(repo.api.comment_discussion, repo.id, 1, "Hello", **DATASET) == 404


def test_discussions_survive_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("root")
    with Hub.start(root) as hub:
        repo = NewRepo(hub, "user/data")
        repo.api.create_repo(repo.id, **DATASET)
        repo.api.create_discussion(repo.id, "A question", **DATASET)
        propose(repo, a="1")
        before = [repo.api.get_discussion_details(repo.id, item, **DATASET) for item in (1, 2)]
    with Hub.start(root) as hub:
        repo = NewRepo(hub, "user/data")
        after = [repo.api.get_discussion_details(repo.id, item, **DATASET) for item in (1, 2)]
        assert [vars(item) | {"endpoint": ""} for item in after] == [
            vars(item) | {"endpoint": ""} for item in before
        ]
        repo.api.merge_pull_request(repo.id, 2, **DATASET)
        assert repo.files() == ["a"]
        assert repo.api.create_discussion(repo.id, "Another", **DATASET).num == 3
