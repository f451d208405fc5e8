"""Documents: the installation they are of, their order and their labels."""

import msgspec

from repro.results.document import Document, in_order, label, release, releases
from tests.support.repro.documents import document, not_installable

COMMIT = "0e1289a31e" * 4


def test_releases_are_in_the_order_of_their_versions() -> None:
    documents = [document(version) for version in ("4.10.0", "4.9.1", "5.0.2.dev0")]
    assert [release(one) for one in in_order(documents)] == ["4.9.1", "4.10.0", "5.0.2.dev0"]


def test_git_comes_after_the_newest_release_whatever_its_version() -> None:
    main = document("5.0.2.dev0", datasets="git")
    documents = [not_installable("git", "no route"), main, document("5.2.0")]
    assert [label(document) for document in in_order(documents)] == [
        "5.2.0",
        "git",
        "git main (5.0.2.dev0)",
    ]


def test_git_main_is_called_so_with_its_commit_if_that_is_known() -> None:
    main = document("5.0.2.dev0", datasets="git")
    assert label(main) == "git main (5.0.2.dev0)"
    known = msgspec.structs.replace(main, environment={"datasets": "5.0.2.dev0", "commit": COMMIT})
    assert label(known) == "git main 0e1289a (5.0.2.dev0)"


def test_other_commits_are_not_called_main() -> None:
    other = Document(environment={"datasets": "5.0.2.dev0", "commit": COMMIT}, bugs=())
    assert label(other) == "git 0e1289a (5.0.2.dev0)"


def test_installations_of_one_release_are_not_confused() -> None:
    assert label(document("1.0", pyarrow="21.0.0")) == "1.0, pyarrow 21.0.0"
    assert label(document("1.0")) == "1.0"


def test_what_is_of_git_counts_as_a_release_where_there_is_none() -> None:
    main, newest = document("5.0.2.dev0", datasets="git"), document("5.2.0")
    assert releases([newest, main]) == [newest]
    assert releases([main]) == [main]
