"""Path parameters of the routes.

Routes are matched against the path as it was sent, and each parameter is decoded by itself:
``refs%2Fpr%2F1`` is one segment, and decoding the whole path first would make it three.
"""

from __future__ import annotations

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
    """All that is left of the path, decoded."""

    regex = ".*"


class Plural(Convertor[str]):
    """The repository type in API paths: ``datasets``."""

    regex = "models|datasets|spaces"

    def convert(self, value: str) -> str:
        """``dataset`` of ``datasets``."""
        return value.removesuffix("s")

    def to_string(self, value: str) -> str:
        """``datasets`` of ``dataset``."""
        return f"{value}s"


class Web(Convertor[str]):
    """The repository type in web paths: ``datasets/``, and nothing for models."""

    regex = "(?:datasets/|spaces/)?"

    def convert(self, value: str) -> str:
        """``dataset`` of ``datasets/``."""
        return value.removesuffix("s/") or "model"

    def to_string(self, value: str) -> str:
        """``datasets/`` of ``dataset``."""
        return "" if value == "model" else f"{value}s/"


class Right(Convertor[str]):
    """What a Xet token is for."""

    regex = "read|write"

    def convert(self, value: str) -> str:
        """As it stands."""
        return value

    def to_string(self, value: str) -> str:
        """As it stands."""
        return value


for _name, _convertor in {
    "seg": Segment(),
    "rest": Rest(),
    "plural": Plural(),
    "web": Web(),
    "right": Right(),
}.items():
    register_url_convertor(_name, _convertor)


API = "/api/{type:plural}/{namespace:seg}/{name:seg}"
WEB = "/{type:web}{namespace:seg}/{name:seg}"
"""A repository, in the paths of the API and in those of web pages, files and git."""


class RawPathMiddleware:
    """Puts the path as it was sent in the place of the decoded one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        await self._app(scope, receive, send)
