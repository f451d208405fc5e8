"""Redirection of clients that are imported already to a local Hub.

``huggingface_hub.constants`` and ``datasets.config`` read the environment once, on import; both
libraries cache tokens and listings by URL, which does not change when a server is reset.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mockhub.server.process import Hub


@contextmanager
def using(hub: Hub) -> Iterator[None]:
    """Let all clients use a Hub within a block: imported modules and new child processes.

    Args:
        hub: The server. At the end of the block, environment and modules are restored.
    """
    with pytest.MonkeyPatch.context() as patch:
        for variable, text in hub.env().items():
            patch.setenv(variable, text)
        for module, values in (
            ("huggingface_hub.constants", _constants(hub)),
            ("huggingface_hub.file_download", _template(hub)),  # 0.36 has a copy here
            ("datasets.config", _config(hub)),
        ):
            for name, value in values.items() if module in sys.modules else ():
                patch.setattr(sys.modules[module], name, value, raising=False)
        # The functions of huggingface_hub are methods of one HfApi.
        _with(
            "huggingface_hub.hf_api", lambda module: patch.setattr(module.api, "endpoint", hub.url)
        )
        clear_caches()
        try:
            yield
        finally:
            clear_caches()


def clear_caches() -> None:
    """Clear what clients keep in memory, in huggingface_hub from 0.36 to 2.4."""
    _with("huggingface_hub.hf_file_system", lambda fs: fs.HfFileSystem.clear_instance_cache())
    _with("huggingface_hub.utils._detect_agent", _clear_registry)
    _with("huggingface_hub.utils._xet", _clear_xet)
    _with("huggingface_hub.utils._http", _clear_sessions)


def _with(name: str, use: Callable[[Any], object]) -> None:
    """Call a function with a module, if that is imported."""
    if name in sys.modules:
        use(sys.modules[name])


def _clear_registry(agents: Any) -> None:
    agents._registry = None  # environment variables that mark coding agents, from the Hub


def _clear_xet(xet: Any) -> None:
    # URLs and tokens of content stores by URL of the Hub, up to 1.19 and from 2.x.
    if hasattr(xet, "XET_CONNECTION_INFO_CACHE"):
        xet.XET_CONNECTION_INFO_CACHE.clear()
    # From 1.20: a session keeps the settings of the environment in which it was created.
    if hasattr(xet, "abort_xet_session"):
        xet.abort_xet_session()


def _clear_sessions(http: Any) -> None:
    # Up to 0.36: a session that was created offline stays offline.
    if hasattr(http, "reset_sessions"):
        http.reset_sessions()


def _template(hub: Hub) -> dict[str, object]:
    return {"HUGGINGFACE_CO_URL_TEMPLATE": hub.url + "/{repo_id}/resolve/{revision}/{filename}"}


def _constants(hub: Hub) -> dict[str, object]:
    home = hub.home
    return {
        "ENDPOINT": hub.url,
        **_template(hub),
        "HF_HOME": str(home),
        "HF_HUB_CACHE": str(home / "hub"),
        "HF_ASSETS_CACHE": str(home / "assets"),
        "HF_XET_CACHE": str(home / "xet"),
        "HF_TOKEN_PATH": str(home / "token"),
        "HF_STORED_TOKENS_PATH": str(home / "stored_tokens"),
        "AGENT_HARNESSES_PATH": str(home / ".agent_harnesses.json"),
        "HF_HUB_OFFLINE": False,
        "HF_HUB_DISABLE_XET": not hub.xet,
        "HF_HUB_DISABLE_TELEMETRY": True,
    }


def _config(hub: Hub) -> dict[str, object]:
    home, caches = hub.home, hub.home / "datasets"
    return {
        "HF_ENDPOINT": hub.url,
        "HUB_DATASETS_URL": hub.url + "/datasets/{repo_id}/resolve/{revision}/{path}",
        "HF_CACHE_HOME": str(home),
        "HF_DATASETS_CACHE": caches,
        "HF_MODULES_CACHE": Path(home / "modules"),
        "DOWNLOADED_DATASETS_PATH": caches / "downloads",
        "EXTRACTED_DATASETS_PATH": caches / "downloads" / "extracted",
        "HF_HUB_OFFLINE": False,
    }
