"""The releases of a package that an index of Python packages offers today."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from repro.errors import RequestError

PYPI = "https://pypi.org/simple"
SECONDS = 60.0
JSON = "application/vnd.pypi.simple.v1+json"


class IndexUnreachableError(RequestError):
    """The index of packages does not answer."""


@dataclass(frozen=True, order=True)
class Release:
    """A release of a package.

    Attributes:
        version: As PEP 440 reads it.
        uploaded: When its first file was; None where the index does not say.
    """

    version: Version
    uploaded: datetime | None = None


def index_url() -> str:
    """The index that uv installs from: what its variables say, else PyPI."""
    names = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
    return next((os.environ[name] for name in names if os.environ.get(name)), PYPI).rstrip("/")


def releases(project: str) -> list[Release]:
    """The final releases of a project that were not withdrawn, the oldest first.

    Asked of the index by its JSON API (PEP 691).

    Raises:
        IndexUnreachableError: It does not answer, or not in JSON.
    """
    request = _request(f"{index_url()}/{project}/")
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the user's own index
            return _of_files(json.load(answer)["files"])
    except (OSError, HTTPException, ValueError, KeyError) as error:
        raise IndexUnreachableError(f"{request.full_url} lists no releases: {error!r}") from error


def _request(url: str) -> Request:
    """A request for a page in JSON; the name and the password of its address become a header."""
    parts = urlsplit(url)
    account, _, host = parts.netloc.rpartition("@")
    headers = {"Accept": JSON}
    if account:
        headers["Authorization"] = f"Basic {b64encode(unquote(account).encode()).decode()}"
    return Request(parts._replace(netloc=host).geturl(), headers=headers)  # noqa: S310 - likewise


def _of_files(files: Iterable[dict[str, Any]]) -> list[Release]:
    dates: dict[Version, datetime | None] = {}
    for file in files:
        version = _version(file["filename"])
        if version is None or version.is_prerelease or file.get("yanked"):
            continue
        uploaded = datetime.fromisoformat(file["upload-time"]) if file.get("upload-time") else None
        earlier = dates.get(version)
        dates[version] = min(uploaded, earlier) if uploaded and earlier else uploaded or earlier
    return [Release(version, dates[version]) for version in sorted(dates)]


def _version(filename: str) -> Version | None:
    """The version in the name of a file; None if it is not a package as of today."""
    with suppress(InvalidWheelFilename, InvalidVersion):
        return parse_wheel_filename(filename)[1]
    with suppress(InvalidSdistFilename, InvalidVersion):
        return parse_sdist_filename(filename)[1]
    return None
