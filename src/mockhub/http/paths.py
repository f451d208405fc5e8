"""Path parameters of the routes.

Routes are matched against the path as it was sent, and each parameter is decoded by itself:
``refs%2Fpr%2F1`` is one segment, and decoding the whole path first would make it three.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from starlette.convertors import Convertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send


class Segment(Convertor[str]):
    """One path segment, decoded."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        """Decode."""
        return unquote(value)

    def to_string(self, value: str) -> str:
        """Encode."""
        return quote(value, safe="")


class Rest(Segment):
    """The rest of the path, slashes included, decoded."""

    regex = ".*"


class Plural(Convertor[str]):
    """The repository type in paths of the API: ``datasets``."""

    regex = "models|datasets|spaces"

    def convert(self, value: str) -> str:
        """Return ``dataset`` for ``datasets``."""
        return value.removesuffix("s")

    def to_string(self, value: str) -> str:
        """Return ``datasets`` for ``dataset``."""
        return f"{value}s"


class Web(Convertor[str]):
    """The repository type in paths of pages: ``datasets/``, and empty for models."""

    regex = "(?:datasets/|spaces/)?"

    def convert(self, value: str) -> str:
        """Return ``dataset`` for ``datasets/``."""
        return value.removesuffix("s/") or "model"

    def to_string(self, value: str) -> str:
        """Return ``datasets/`` for ``dataset``."""
        return "" if value == "model" else f"{value}s/"


class Right(Convertor[str]):
    """The right of a Xet token."""

    regex = "read|write"

    def convert(self, value: str) -> str:
        """Return the text itself."""
        return value

    def to_string(self, value: str) -> str:
        """Return the text itself."""
        return value


class Part(Convertor[int]):
    """The number of a part of an upload."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        """Parse."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Format."""
        return str(value)


_CONVERTORS: dict[str, Convertor[Any]] = {
    "seg": Segment(),
    "rest": Rest(),
    "plural": Plural(),
    "web": Web(),
    "right": Right(),
    "part": Part(),
}
for _name, _convertor in _CONVERTORS.items():
    register_url_convertor(_name, _convertor)


API = "/api/{type:plural}/{namespace:seg}/{name:seg}"
WEB = "/{type:web}{namespace:seg}/{name:seg}"
"""A repository, in the paths of the API and in those of web pages, files and git."""


class RawPathMiddleware:
    """ASGI middleware that replaces the decoded path by the path as sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        await self._app(scope, receive, send)
