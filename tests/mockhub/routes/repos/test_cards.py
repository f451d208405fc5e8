"""Cards: what is read from them, and what is wrong with them."""

from __future__ import annotations

import pytest

from mockhub.repos.repo import RepoType
from mockhub.routes.repos import cards as card
from mockhub.server.process import Hub
from tests.support.mockhub.wire import NewRepo, send


def front(yaml: str) -> str:
    return f"---\n{yaml}\n---\n# Title\n"


@pytest.mark.parametrize(
    "text",
    ["", "# title", "---\n---\n", "---\n# nothing\n---\n", "--- a\n---", "a\n---\nb: c\n---\n"],
)
def test_card_without_metadata_is_only_warned_of(text: str) -> None:
    assert card.metadata(text) is None
    assert card.check(text, "dataset") == card.Validation(
        warnings=("empty or missing yaml metadata in repo card",)
    )


@pytest.mark.parametrize(
    "text",
    ["---\na: b\n---\n", "\n\n---\r\na: b\r\n---\r\nc", "---\na: b\n---", "---\na: b\n---\n---\n"],
)
def test_metadata_is_found_at_the_head(text: str) -> None:
    assert card.metadata(text) == {"a": "b"}
    assert card.check(text, "model") == card.Validation()


def test_metadata_becomes_json() -> None:
    assert card.metadata(front("day: 2026-11-22\n1: [null, true, 1.5]")) == {
        "day": "2026-11-22",
        "1": [None, True, 1.5],
    }


@pytest.mark.parametrize(
    "yaml",
    [
        "a: [",
        "a: !!python/tuple [1]",
        "- a",
        "text",
        "a: .nan",
        "a: &a [*a]",
        "? [1, 2]\n: b",
        "a: " + "[" * 700,
        "\n".join([f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]).replace(
            "*a0", "x"
        ),
    ],
    ids=["syntax", "tag", "list", "text", "nan", "cycle", "key", "deep", "bomb"],
)
def test_what_cannot_be_read_is_an_error(yaml: str) -> None:
    result = card.check(front(yaml), "dataset")
    assert [item.startswith("Invalid YAML in README.md: ") for item in result.errors] == [True]


@pytest.mark.parametrize(
    ("yaml", "repo_type", "error"),
    [
        ("model-index: not correct", "model", '"model-index" must be an array'),
        ("widget: {a: b}", "model", '"widget" must be an array'),
        ("sdk: flask", "space", '"sdk" must be one of [gradio, docker, static, streamlit]'),
        ("colorTo: black", "space", '"colorTo" must be one of [red, yellow, green, blue,'),
        (f"short_description: {'x' * 61}", "space", '"short_description" length must be less'),
    ],
)
def test_what_the_hub_refuses_is_an_error(yaml: str, repo_type: RepoType, error: str) -> None:
    (result,) = card.check(front(yaml), repo_type).errors
    assert result.startswith(error)


def test_metadata_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "MAX_METADATA", 10)
    text = "---\npretty_name: longer than that\n---\n"
    (error,) = card.check(text, "dataset").errors
    assert "must not have more than 10 characters" in error


def test_metadata_belongs_to_the_caller() -> None:
    text = "---\ntags: [a]\n---\n"
    for _ in range(2):
        metadata = card.metadata(text)
        assert metadata == {"tags": ["a"]}
        metadata["tags"].append("b")


def test_sound_cards_pass() -> None:
    assert card.check(front(f"sdk: static\nshort_description: {'x' * 60}"), "space").errors == ()
    assert card.check(front("sdk: flask"), "dataset").errors == ()


def test_tags_come_from_the_metadata() -> None:
    metadata = {
        "license": "mit",
        "language": ["en", "fr"],
        "tags": ["mri", "mri"],
        "task_categories": ["image-segmentation"],
        "size_categories": "n<1K",
        "pretty_name": "Brains",
        "source_datasets": [1],
    }
    assert card.tags(metadata, "dataset") == [
        "task_categories:image-segmentation",
        "language:en",
        "language:fr",
        "size_categories:n<1K",
        "license:mit",
        "mri",
        "region:us",
    ]
    assert card.tags({"language": "en", "base_model": "a/b", "tags": ["x"]}, "model") == [
        "x",
        "en",
        "base_model:a/b",
        "region:us",
    ]


def test_client_refuses_an_unsound_card_before_it_uploads(repo: NewRepo) -> None:
    with pytest.raises(ValueError, match=r"Invalid metadata in README\.md[\s\S]*must be an array"):
        repo.upload("README.md", front("configs: default").encode())
    assert repo.files() == []


def test_client_passes_on_a_warning(repo: NewRepo) -> None:
    with pytest.warns(UserWarning, match="empty or missing yaml metadata"):
        repo.upload("README.md", b"# title")
    assert repo.files() == ["README.md"]


def test_card_object_is_checked_in_words(shared_hub: Hub) -> None:
    body = {"content": front("model-index: no"), "repoType": "model"}
    headers = {"Accept": "text/plain"}
    answer = send(shared_hub, "POST", "/api/validate-yaml", body, token=None, headers=headers)
    assert (answer.status, answer.body) == (400, b'- Error: "model-index" must be an array')
