"""What tests of the local Hub share."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from mockhub.server import Hub
from tests.mockhub.wire import OTHERS, NewRepo


@pytest.fixture(scope="session")
def shared_hub() -> Iterator[Hub]:
    """A Hub for tests that bring their own repository and plan no faults."""
    users = [option for name, token in OTHERS.items() for option in ("--user", f"{name}:{token}")]
    users[1] += ":read"
    with Hub.start(options=[*users, "--part-size", "1000", "--page-size", "2"]) as hub:
        yield hub


@pytest.fixture
def repo(shared_hub: Hub) -> NewRepo:
    """A new dataset repository."""
    repo = NewRepo(shared_hub, f"user/{uuid.uuid4().hex}")
    repo.api.create_repo(repo.id, repo_type="dataset")
    return repo
