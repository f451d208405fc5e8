"""The properties of repositories."""

from __future__ import annotations

import base64

import pytest
from huggingface_hub.errors import BadRequestError, RevisionNotFoundError

from tests.support.mockhub.wire import NewRepo

CARD = b"---\nlicense: mit\npretty_name: Brains\n---\n# Brains\n"


def test_info_tells_all_a_client_knows(repo: NewRepo) -> None:
    repo.upload("README.md", CARD)
    repo.upload("a.bin", b"\0" * 2000)
    info = repo.api.dataset_info(repo.id, files_metadata=True)
    assert (info.id, info.author, info.private, info.gated) == (repo.id, "user", False, False)
    assert (info.disabled, info.downloads, info.likes) == (False, 0, 0)
    assert info.tags == ["license:mit", "region:us"]
    assert info.card_data is not None
    assert info.card_data.pretty_name == "Brains"
    assert info.created_at is not None
    assert info.last_modified is not None
    assert info.created_at < info.last_modified
    assert info.siblings is not None
    sizes = {sibling.rfilename: (sibling.size, bool(sibling.lfs)) for sibling in info.siblings}
    assert sizes["README.md"] == (len(CARD), False)
    assert sizes["a.bin"] == (2000, True)


def test_card_is_that_of_the_revision(repo: NewRepo) -> None:
    before = repo.api.dataset_info(repo.id).sha
    repo.upload("README.md", CARD)
    assert repo.api.dataset_info(repo.id, revision=before).card_data is None
    assert repo.api.dataset_info(repo.id).tags == ["license:mit", "region:us"]
    with pytest.raises(RevisionNotFoundError):
        repo.api.dataset_info(repo.id, revision="nowhere")


def test_unreadable_card_tells_nothing(repo: NewRepo) -> None:
    content = base64.b64encode(b"---\na: [\n---\n").decode()
    line = {"key": "file", "value": {"path": "README.md", "content": content}}
    assert repo.commit(line).status == 200
    info = repo.api.dataset_info(repo.id)
    assert (info.card_data, info.tags) == (None, ["region:us"])


def test_only_requested_properties_are_returned(repo: NewRepo) -> None:
    repo.upload("a.bin", b"\0" * 2000)
    answer = repo.send("GET", "?expand=usedStorage&expand[]=xetEnabled&expand=citation").json
    assert answer.keys() == {"_id", "id", "usedStorage", "xetEnabled"}
    assert "xetEnabled" not in repo.send("GET", "").json
    assert answer["usedStorage"] >= 2000
    info = repo.api.dataset_info(repo.id, expand=["author"])
    assert (info.author, info.sha, info.downloads) == ("user", None, None)


def test_unknown_property_is_refused(repo: NewRepo) -> None:
    with pytest.raises(BadRequestError, match='"expand" must be one of'):
        repo.api.dataset_info(repo.id, expand=["sdk"])  # type: ignore[list-item]
