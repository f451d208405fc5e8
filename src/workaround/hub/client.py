"""The client library without its own retries, so that one clock rules all waiting.

`huggingface_hub` retries some of its requests itself: five times, with up to eight seconds in
between, or for as long as ``Retry-After`` says, be it hours. It offers no setting for that, so
`http_backoff` is wrapped where the library uses it. Outside of `single_attempts`, and so for every
other user of the library in this process, it behaves as before.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

ANSWER_TIMEOUT = 300.0
"""Seconds without a byte after which a server counts as gone; the client sets no limit itself."""
XET_SETTINGS: dict[str, int | str] = {
    "HF_XET_CLIENT_AC_MAX_UPLOAD_CONCURRENCY": 2,
    "HF_XET_CLIENT_RETRY_MAX_ATTEMPTS": 2,
    "HF_XET_CLIENT_RETRY_BASE_DELAY": "500ms",
}
"""Settings of hf_xet by the variable that sets them; what the user has set is kept.

At most two blocks of 64 MiB are on their way: its own limit is 64, and the slower the network
answers, the nearer it comes to those 4 GiB. It repeats a block itself, since all of a shard is sent
again otherwise, but not for minutes."""
_NAMES = ("http_backoff", "http_stream_backoff")
_USERS = ("hf_api", "lfs", "hf_file_system", "_commit_api", "utils._pagination", "utils._xet")

_single: ContextVar[bool] = ContextVar("single attempts", default=False)
_lock = Lock()
_wrapped: set[str] = set()


@contextmanager
def single_attempts() -> Iterator[None]:
    """Let each request of the client that is made in this context fail at its first failure."""
    _wrap()
    token = _single.set(True)
    try:
        yield
    finally:
        _single.reset(token)


def set_up_xet() -> None:
    """Set what hf_xet reads from the environment when a process first uploads files."""
    for name, value in XET_SETTINGS.items():
        os.environ.setdefault(name, str(value))


def _wrap() -> None:
    with _lock:
        if _wrapped:
            return
        for user in _USERS:
            importlib.import_module(f"huggingface_hub.{user}")
        originals = importlib.import_module("huggingface_hub.utils._http")
        for name in _NAMES:
            if (original := getattr(originals, name, None)) is None:  # before 1.0
                continue
            _wrapped.add(name)
            for module in _modules():
                if vars(module).get(name) is original:
                    setattr(module, name, _once(original))


def _modules() -> list[Any]:
    return [module for name, module in sys.modules.items() if name.startswith("huggingface_hub")]


def _once(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def request(*args: Any, **kwargs: Any) -> Any:
        if _single.get():
            kwargs |= {"max_retries": 0, "retry_on_exceptions": (), "retry_on_status_codes": ()}
            kwargs.setdefault("timeout", ANSWER_TIMEOUT)
        return original(*args, **kwargs)

    return request
