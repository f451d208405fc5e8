"""Commits on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhub.git import commits as history
from mockhub.git.commits import Commit, History
from tests.support.mockhub.trees import entry


def add(commits: History, number: int, *parents: str) -> str:
    commit = Commit(parents, f"commit {number}", "", "user", history.now())
    return commits.add(commit, {f"{number % 10}/{number}": entry(str(number))})


@pytest.fixture
def commits(tmp_path: Path) -> History:
    return History(tmp_path)


def chain(commits: History, length: int) -> list[str]:
    """A line of commits that add a file each, oldest first."""
    shas = [add(commits, 0)]
    for number in range(1, length):
        shas.append(add(commits, number, shas[-1]))
    return shas


def test_tree_of_any_commit_has_the_files_up_to_it(commits: History, tmp_path: Path) -> None:
    shas = chain(commits, 30)
    for order in (range(30), range(29, -1, -1)):
        opened_again = History(tmp_path)
        assert [len(opened_again.tree(shas[number])) for number in order] == [n + 1 for n in order]


def test_few_trees_stay_in_memory_however_many_were_asked_for(
    commits: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "TREES_IN_MEMORY", 4)
    shas = chain(commits, 10)
    trees = [commits.tree(sha) for sha in shas]
    kept = [commits.tree(sha) is tree for sha, tree in list(zip(shas, trees, strict=True))[-4:]]
    assert kept == [True] * 4
    assert commits.tree(shas[0]) is not trees[0]
    assert dict(commits.tree(shas[0])) == dict(trees[0])


def test_large_trees_push_others_out_of_memory(
    commits: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "NAMES_IN_MEMORY", 0)
    first, second = chain(commits, 2)
    tree = commits.tree(first)
    newer = commits.tree(second)
    assert commits.tree(second) is newer
    assert commits.tree(first) is not tree


def test_ids_may_be_shortened_while_they_name_one_commit(commits: History, tmp_path: Path) -> None:
    sha = add(commits, 1)
    assert commits.find(sha) == commits.find(sha[:7]) == sha
    assert commits.find(sha[:6]) is None
    assert commits.find("0" * 40) is None
    (tmp_path / (sha[:8] + "0" * 32)).touch()
    assert commits.find(sha[:7]) is None
    assert commits.find(sha) == sha


def test_half_written_commit_is_none(commits: History, tmp_path: Path) -> None:
    sha = add(commits, 1)
    (tmp_path / f"{'f' * 40}.new").touch()
    assert commits.find("f" * 8) is None
    assert list(commits) == [sha]


def test_merge_base_is_the_newest_common_commit(commits: History) -> None:
    main = chain(commits, 3)
    branch = add(commits, 7, add(commits, 8, main[1]))
    assert commits.merge_base(main[2], branch) == main[1]
    assert commits.merge_base(branch, main[2]) == main[1]
    assert commits.merge_base(main[2], add(commits, 9)) is None
