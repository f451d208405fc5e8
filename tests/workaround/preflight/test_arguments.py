"""Single arguments: the values that are taken, and the messages about others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workaround.errors import ArgumentError
from workaround.preflight.arguments import (
    branch,
    data_folder,
    flag,
    message,
    processes,
    repository_id,
    revision,
    shard_limit,
    split_name,
    usable_token,
)


@pytest.mark.parametrize("data_dir", ["a/b", "/a/b/", "a//b", "./a/b", "a/c/../b"])
def test_folder_is_named_as_the_hub_does(data_dir: str) -> None:
    assert data_folder("default", data_dir) == "a/b"


def test_folder_is_by_default_that_of_the_config() -> None:
    assert (data_folder("default", None), data_folder("raw", None)) == ("data", "raw")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data_folder("data", None), "folder of the default config"),
        (lambda: data_folder("", None), "config_name is ''"),
        (lambda: data_folder("a/b", None), "config_name is 'a/b', which `load_dataset` refuses"),
        (lambda: data_folder("a*", None), "config_name is 'a\\*', which"),
        (lambda: data_folder("default", "."), "data_dir has to be a folder in the repository"),
        (lambda: data_folder("default", "a/../../b"), "data_dir has to be a folder"),
        (lambda: data_folder("default", "a*"), "data_dir has to be a folder"),
        (lambda: processes(-1), "num_proc has to be a whole number of 0 or more, not -1"),
        (lambda: shard_limit("much"), "'much'"),
        (lambda: shard_limit(-1), "-1"),
        (lambda: shard_limit(1.5e4), "15000.0"),
        (lambda: usable_token("hf_a hf_b"), "token is not valid"),
    ],
)
def test_other_values_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        call()
    assert "hf_a" not in str(caught.value)


def test_values_that_mean_the_default() -> None:
    assert shard_limit(None) == shard_limit(0) == shard_limit("500MB") == 500_000_000
    assert processes(None) == processes(0) == 1
    assert usable_token(None) is None
    assert usable_token("hf_a\n") == "hf_a"


@pytest.mark.parametrize("value", ["main", "a/b", "v1.0", "refs/pr/12", "feature-x_y", "ä", None])
def test_branches_that_git_allows(value: str | None) -> None:
    assert branch(value) == value


@pytest.mark.parametrize(
    "value",
    [  # git check-ref-format
        "",
        " ",
        "a b",
        "..",
        "a..b",
        ".a",
        "a/.b",
        "a.lock",
        "a/",
        "/a",
        "a//b",
        "@",
        "a@{1}",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[",
        "a\\b",
        "a\nb",
        "a\0b",
        "-a",
        "a.",
        "x" * 300,
        "\ud800",
        5,
        "refs/tags/v1",
        "refs/pr/0",
        "refs/pr/x",
        "refs/convert/parquet",
        "0" * 40,
    ],
)
def test_branches_that_git_does_not_allow_are_refused(value: Any) -> None:
    with pytest.raises(ArgumentError, match="revision"):
        branch(value)


def test_branch_is_named_without_its_ref() -> None:
    with pytest.raises(ArgumentError, match="name of a branch: 'x', not 'refs/heads/x'"):
        branch("refs/heads/x")


def test_commit_can_be_read_and_not_written_to() -> None:
    assert revision("0" * 40) == "0" * 40
    with pytest.raises(ArgumentError, match="pass a branch"):
        branch("0" * 40)


@pytest.mark.parametrize("value", ["no", "", 0, 1, 0.0, [], "False"])
def test_flag_is_true_or_false_and_no_text(value: Any) -> None:
    with pytest.raises(ArgumentError, match="create_pr has to be True or False"):
        flag("create_pr", value, optional=True)


def test_none_is_a_flag_only_where_it_has_a_meaning() -> None:
    assert flag("private", None, optional=True) is None
    with pytest.raises(ArgumentError, match="embed_external_files has to be True or False"):
        flag("embed_external_files", None)


@pytest.mark.parametrize("value", [5, b"text", "a\0b", "\ud800", ["a"]])
def test_message_is_text(value: Any) -> None:
    with pytest.raises(ArgumentError, match="commit_message"):
        message("commit_message", value)


@pytest.mark.parametrize("value", ["user/data", "data", "org/d.a-t_a"])
def test_repositories_have_a_name_and_maybe_an_owner(value: str) -> None:
    assert repository_id(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a/b/c",
        "a b",
        "a/",
        "/a",
        "a--b",
        "a..b",
        "x" * 200,
        "https://hf.co/a/b",
        5,
        None,
        "buckets/user/data",
        "a/b.git",
        "datasets/a/b",
    ],
)
def test_other_repositories_are_refused(value: Any) -> None:
    with pytest.raises(ArgumentError):
        repository_id(value)


@pytest.mark.parametrize(
    "value", ["", "a b", "a/b", "a-b", "all", "x" * 201, 5, b"train", "train\n"]
)
def test_split_has_letters_and_digits(value: Any) -> None:
    with pytest.raises(ArgumentError):
        split_name(value)


@pytest.mark.parametrize(
    "value",
    [
        ".git",
        "a/.git/b",
        ".GIT",
        "README.md",
        "readme.md/x",
        ".gitattributes",
        "dataset_infos.json",
        "a\nb",
        "a\0b",
        "a\tb",
        " a",
        "a/ b",
        "a\\b",
        "a?",
        "x" * 256,
        "ä" * 128,
        "\ud800",
        "..",
        "/",
        "a/" * 500 + "a",
        5,
        b"data",
    ],
)
def test_folders_that_a_repository_cannot_have_are_refused(value: Any) -> None:
    with pytest.raises(ArgumentError, match="data_dir"):
        data_folder("default", value)


@pytest.mark.parametrize(
    "value", [None, 5, "", " ", "a\nb", "a\0", ".git", "README.md", "x" * 201, ".."]
)
def test_configs_that_load_dataset_refuses_are_refused(value: Any) -> None:
    with pytest.raises(ArgumentError, match="config_name"):
        data_folder(value, None)
