"""Fixtures for tests of the local Hub: a shared server, and new repositories."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from mockhub.server.process import Hub
from tests.support.mockhub.wire import ORG, OTHERS, NewRepo


@pytest.fixture(scope="session")
def shared_hub() -> Iterator[Hub]:
    """A Hub for tests that bring their own repository and plan no faults."""
    users = ["user:hf_mockhub", *(f"{name}:{token}" for name, token in OTHERS.items())]
    users[1] += ":read"
    with Hub.start(
        users=users, orgs=[f"{ORG}:user,Guest=read"], part_size=1000, page_size=2
    ) as hub:
        yield hub


def new_repo(hub: Hub) -> NewRepo:
    repo = NewRepo(hub, f"user/{uuid.uuid4().hex}")
    repo.api.create_repo(repo.id, repo_type="dataset")
    return repo


@pytest.fixture
def repo(shared_hub: Hub) -> NewRepo:
    """A new dataset repository."""
    return new_repo(shared_hub)


@pytest.fixture
def other(shared_hub: Hub) -> NewRepo:
    """One more."""
    return new_repo(shared_hub)
