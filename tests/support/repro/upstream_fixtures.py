"""The fixtures of upstream's tests that regression tests ask for, against the local Hub."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from huggingface_hub import HfApi, get_token


@pytest.fixture
def ci_hub_config() -> None:
    """The local Hub is that of the environment."""


@pytest.fixture
def set_ci_hub_access_token() -> None:
    """The token is that of the environment."""


@pytest.fixture
def hf_api() -> HfApi:
    """A client of the Hub."""
    return HfApi()


@pytest.fixture
def hf_token(monkeypatch: pytest.MonkeyPatch) -> str:
    """The token, which nobody is logged in with any more."""
    token = get_token()
    assert token is not None
    monkeypatch.delenv("HF_TOKEN")
    return token


@pytest.fixture
def temporary_repo() -> Callable[[], AbstractContextManager[str]]:
    """Names of new repositories."""

    @contextmanager
    def name() -> Iterator[str]:
        yield f"user/test-{uuid.uuid4()}"

    return name
