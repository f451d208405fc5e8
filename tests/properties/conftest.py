"""The files that random datasets name."""

from __future__ import annotations

import pytest

from tests.support.properties import budget  # noqa: F401 - registers the profile before pytest loads it
from tests.support.properties.schemas import Files


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The tiny files that random datasets name."""
    return Files(tmp_path_factory.mktemp("files"))
