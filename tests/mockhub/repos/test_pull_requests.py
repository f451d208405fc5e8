"""Pull requests as commits: conflicts, patches and merging."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhub.errors import BadRequestError, ConflictError
from mockhub.git.tree import Entry
from mockhub.repos.discussions import Discussion
from mockhub.repos.pull_requests import changes_as_text, conflicts, merge_pull_request
from mockhub.repos.repo import MAIN, Repo
from tests.support.mockhub.trees import entry

TEXTS = {entry(text): text for text in ("base", "ours", "theirs", "same")}


def read(file: Entry) -> bytes:
    return TEXTS[file].encode()


def commit(repo: Repo, ref: str, **texts: str) -> None:
    """Write files in a commit of its own."""
    parents = (repo.refs[ref],) if ref in repo.refs else ()
    changes = {path: entry(text) for path, text in texts.items()}
    repo.add_commit(ref, changes, title=str(texts), message="", author="ann", parents=parents)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "oid", "dataset", "user/data")
    commit(repo, MAIN, a="base", b="base")
    return repo


@pytest.fixture
def proposal(repo: Repo) -> Discussion:
    """A pull request that changes one file."""
    opened = repo.discussions.open("A title", "ann", "", status="open", base=MAIN)
    repo.add_ref(opened.ref, MAIN)
    commit(repo, opened.ref, a="theirs")
    return opened


def files(repo: Repo) -> dict[str, str]:
    return {path: TEXTS[file] for path, file in repo.tree(repo.refs[MAIN]).items()}


def test_merge_brings_both_sides_together_in_one_commit(repo: Repo, proposal: Discussion) -> None:
    commit(repo, MAIN, b="ours")
    before = repo.refs[MAIN]
    merged = merge_pull_request(repo, proposal, "ben")
    assert files(repo) == {"a": "theirs", "b": "ours"}
    assert merged.status == "merged"
    assert merged.merge_commit == repo.refs[MAIN]
    (sha, newest), (parent, _) = list(repo.history(repo.refs[MAIN]))[:2]
    assert (sha, parent) == (merged.merge_commit, before)
    assert (newest.title, newest.author) == ("A title (#1)", "ben")
    assert "theirs" in newest.message


def test_conflict_names_the_files_and_changes_nothing(repo: Repo, proposal: Discussion) -> None:
    commit(repo, MAIN, a="ours")
    head = repo.refs[MAIN]
    assert conflicts(repo, proposal) == ["a"]
    with pytest.raises(ConflictError, match="conflicts in: a"):
        merge_pull_request(repo, proposal, "ben")
    assert repo.refs[MAIN] == head


def test_same_change_is_no_conflict(repo: Repo, proposal: Discussion) -> None:
    commit(repo, MAIN, a="theirs")
    assert conflicts(repo, proposal) == []


@pytest.mark.parametrize("status", ["draft", "closed", "merged"])
def test_only_open_pull_requests_are_merged(repo: Repo, proposal: Discussion, status: str) -> None:
    other = proposal.with_status(status, "ann")  # type: ignore[arg-type]
    with pytest.raises(BadRequestError, match=status):
        merge_pull_request(repo, other, "ben")


def test_unrelated_history_cannot_be_merged(repo: Repo, proposal: Discussion) -> None:
    del repo.refs[MAIN]
    commit(repo, MAIN, c="ours")
    assert conflicts(repo, proposal) is True
    assert changes_as_text(repo, proposal, read) == ""
    with pytest.raises(ConflictError, match="no commit in common"):
        merge_pull_request(repo, proposal, "ben")


def test_patch_has_the_changes_since_the_fork(repo: Repo, proposal: Discussion) -> None:
    commit(repo, MAIN, b="ours")
    patch = changes_as_text(repo, proposal, read)
    assert "+theirs" in patch
    assert "b/b" not in patch
