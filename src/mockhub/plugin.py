"""The pytest plugin: a fixture ``hub`` that clients find by themselves.

def test_push(hub):
    Dataset.from_dict({"n": [1]}).push_to_hub(f"{hub.user}/numbers")
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mockhub.server import Hub


@pytest.fixture
def start_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Hub]]:
    """Start a Hub as `Hub.start` does, and make clients use it until the test ends."""
    with ExitStack() as stack:

        def start(**arguments: object) -> Hub:
            hub = stack.enter_context(Hub.start(**arguments))  # type: ignore[arg-type]
            point_clients_at(hub, monkeypatch)
            return hub

        yield start


@pytest.fixture
def hub(start_hub: Callable[..., Hub]) -> Hub:
    """A Hub of its own process, root and port, that child processes and loaded clients use."""
    return start_hub()


def point_clients_at(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every client use a Hub: processes to come, and modules that are imported already.

    ``huggingface_hub.constants`` and ``datasets.config`` read the environment once, on import.

    Args:
        hub: The server.
        monkeypatch: Undoes all of it.
    """
    for variable, text in hub.env().items():
        monkeypatch.setenv(variable, text)
    home, caches = hub.home, hub.home / "datasets"
    constants: dict[str, object] = {
        "ENDPOINT": hub.url,
        "HUGGINGFACE_CO_URL_TEMPLATE": hub.url + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HOME": str(home),
        "HF_HUB_CACHE": str(home / "hub"),
        "HF_XET_CACHE": str(home / "xet"),
        "HF_TOKEN_PATH": str(home / "token"),
        "HF_STORED_TOKENS_PATH": str(home / "stored_tokens"),
        "HF_HUB_DISABLE_XET": not hub.xet,
        "HF_HUB_DISABLE_TELEMETRY": True,
    }
    config: dict[str, object] = {
        "HF_ENDPOINT": hub.url,
        "HUB_DATASETS_URL": hub.url + "/datasets/{repo_id}/resolve/{revision}/{path}",
        "HF_CACHE_HOME": str(home),
        "HF_DATASETS_CACHE": caches,
        "HF_MODULES_CACHE": home / "modules",
        "DOWNLOADED_DATASETS_PATH": caches / "downloads",
        "EXTRACTED_DATASETS_PATH": caches / "downloads" / "extracted",
    }
    for module, values in (("huggingface_hub.constants", constants), ("datasets.config", config)):
        for name, value in values.items() if module in sys.modules else ():
            monkeypatch.setattr(sys.modules[module], name, value)
    # The functions of huggingface_hub belong to one HfApi; its file systems are remembered.
    if "huggingface_hub.hf_api" in sys.modules:
        monkeypatch.setattr(sys.modules["huggingface_hub.hf_api"].api, "endpoint", hub.url)
    if "huggingface_hub.hf_file_system" in sys.modules:
        sys.modules["huggingface_hub.hf_file_system"].HfFileSystem.clear_instance_cache()
