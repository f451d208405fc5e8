"""Finding repositories."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from huggingface_hub import HfApi

from mockhub.server.process import Hub
from tests.support.mockhub.wire import OTHERS, client, send

CARD = b"""---
language: [en, fr]
tags: [mri]
pipeline_tag: image-segmentation
---
"""


@pytest.fixture
def mark() -> str:
    """A part of names that only this test's repositories have."""
    return uuid.uuid4().hex


@pytest.fixture
def api(shared_hub: Hub, mark: str) -> HfApi:
    """The client of an owner of five datasets, one of them private, one gated, one with a card."""
    api = client(shared_hub)
    for letter in "badce":
        api.create_repo(f"{letter}-{mark}", repo_type="dataset", private=letter == "e")
    api.update_repo_settings(f"user/d-{mark}", repo_type="dataset", gated="auto")
    api.upload_file(
        path_or_fileobj=CARD,
        path_in_repo="README.md",
        repo_id=f"user/b-{mark}",
        repo_type="dataset",
    )
    return api


def letters(api: HfApi, mark: str, **query: Any) -> str:
    """Return the names of the datasets that a query finds, in order."""
    return "".join(info.id[len("user/")] for info in api.list_datasets(search=mark, **query))


def test_newest_come_first_over_several_pages(api: HfApi, mark: str) -> None:
    assert letters(api, mark) == "ecdab"
    assert letters(api, mark, limit=3) == "ecd"


@pytest.mark.usefixtures("api")
def test_private_ones_are_for_members(shared_hub: Hub, mark: str) -> None:
    for user in ("stranger", "reader", None):
        assert letters(client(shared_hub, user), mark) == "cdab"


def test_authors_tags_and_gates_select(api: HfApi, mark: str) -> None:
    assert letters(api, mark, author="USER") == "ecdab"
    assert letters(api, mark, author="stranger") == ""
    assert letters(api, mark, filter="mri", language=["en", "fr"]) == "b"
    assert letters(api, mark, filter=["mri", "language:de"]) == ""
    assert letters(api, mark, gated=True) == "d"
    assert letters(api, mark, gated=False) == "ecab"
    assert letters(api, mark, dataset_name="C-") == "c"


def test_pipeline_tag_selects_models(shared_hub: Hub, mark: str) -> None:
    api = client(shared_hub)
    for name, content in ((f"a-{mark}", CARD), (f"b-{mark}", b"---\nlicense: mit\n---\n")):
        api.create_repo(name)
        api.upload_file(path_or_fileobj=content, path_in_repo="README.md", repo_id=f"user/{name}")
    (result,) = api.list_models(search=mark, pipeline_tag="image-segmentation")
    assert (result.id, result.pipeline_tag) == (f"user/a-{mark}", "image-segmentation")
    (result,) = api.list_models(search=mark, filter="fr", cardData=True)
    assert result.card_data is not None
    assert result.card_data.language == ["en", "fr"]


def test_order_can_be_chosen(shared_hub: Hub, api: HfApi, mark: str) -> None:
    assert letters(api, mark, sort="last_modified")[0] == "b"
    assert letters(api, mark, sort="downloads") == "abcde"
    path = f"/api/datasets?search={mark}&sort=createdAt&direction=1&limit=1"
    assert send(shared_hub, "GET", path).json[0]["id"] == f"user/b-{mark}"


def test_properties_can_be_chosen(api: HfApi, mark: str) -> None:
    (result,) = api.list_datasets(search=f"b-{mark}")
    assert (result.card_data, result.siblings, result.private) == (None, None, False)
    assert result.tags == ["language:en", "language:fr", "mri", "region:us"]
    (result,) = api.list_datasets(search=f"b-{mark}", full=True)
    assert result.card_data is not None
    assert result.siblings is not None
    assert [sibling.rfilename for sibling in result.siblings] == [".gitattributes", "README.md"]
    (result,) = api.list_datasets(search=f"b-{mark}", expand=["author", "downloadsAllTime"])
    assert (result.author, result.downloads_all_time, result.created_at) == ("user", 0, None)


@pytest.mark.parametrize("query", ["expand=foo", "sort=size", "limit=many"])
@pytest.mark.parametrize("kind", ["datasets", "models", "spaces"])
def test_unknown_wishes_are_refused(shared_hub: Hub, kind: str, query: str) -> None:
    assert send(shared_hub, "GET", f"/api/{kind}?{query}", token=None).status == 400


def test_spaces_are_listed_too(shared_hub: Hub, mark: str) -> None:
    api = client(shared_hub)
    api.create_repo(mark, repo_type="space", space_sdk="gradio")
    (result,) = api.list_spaces(search=mark, filter="gradio")
    assert (result.id, result.sdk) == (f"user/{mark}", "gradio")


def test_listing_needs_a_known_token_or_none(shared_hub: Hub) -> None:
    assert send(shared_hub, "GET", "/api/datasets", token="hf_wrong").status == 401
    assert send(shared_hub, "GET", "/api/datasets", token=OTHERS["reader"]).status == 200
