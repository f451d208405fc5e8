"""Cards: the metadata of a ``README.md``, its validation, and the tags from it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from mockhub.http.requests import read_json
from mockhub.repos.repo import RepoType

CARD = "README.md"
SDKS = ("gradio", "docker", "static", "streamlit")
"""The SDKs of Spaces."""
MAX_METADATA = 4 << 20
"""Most characters of metadata: PyYAML takes a second for 100 kB."""
MAX_VALUES = 1_000_000
"""Most values of a card with its aliases expanded: a few lines of YAML can mean billions."""

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?\n)---[ \t]*(?:\r?\n|$)", re.DOTALL)

_ARRAYS = ("configs", "model-index", "tags", "widget")
_COLORS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
_CHOICES = {"sdk": SDKS, "colorFrom": _COLORS, "colorTo": _COLORS}
_SHORT_DESCRIPTION = 60

_DATASET_TAGS = """task_categories task_ids language_creators annotations_creators language
multilinguality size_categories source_datasets license benchmark"""
_TAGS: dict[RepoType, dict[str, str]] = {
    "dataset": {field: f"{field}:" for field in _DATASET_TAGS.split()} | {"tags": ""},
    "model": {
        "library_name": "",
        "pipeline_tag": "",
        "tags": "",
        "language": "",
        "datasets": "dataset:",
        "base_model": "base_model:",
        "license": "license:",
    },
    "space": {"sdk": "", "tags": ""},
}
"""Fields of the metadata that become tags, and the prefixes of their values."""


class CardError(ValueError):
    """The metadata of a card cannot be read."""


@dataclass(frozen=True)
class Validation:
    """The result of validating a card.

    Attributes:
        errors: Messages for which the Hub refuses the card.
        warnings: Further messages.
    """

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def metadata(text: str) -> dict[str, Any] | None:
    """Return the metadata of a card as JSON values; None if it has none.

    Raises:
        CardError: It is not YAML, not a mapping, or has no JSON form of reasonable size.
    """
    front = _FRONT_MATTER.match(text)
    if front is None:
        return None
    card = _as_json(front[1])
    return None if card is None else json.loads(card)


@lru_cache(maxsize=16)  # every listing asks for it, and PyYAML takes seconds for a large card
def _as_json(front: str) -> str | None:
    """Return front matter as JSON; None if it is empty.

    Raises:
        CardError: See `metadata`.
    """
    if len(front) > MAX_METADATA:
        raise CardError(f"The metadata of {CARD} must not have more than {MAX_METADATA} characters")
    try:
        loaded = yaml.safe_load(front)
    except (yaml.YAMLError, RecursionError) as error:
        raise CardError(f"Invalid YAML in {CARD}: {error}") from None
    if loaded is None:
        return None
    if not isinstance(loaded, dict):
        raise CardError(f"Invalid YAML in {CARD}: the metadata is not a mapping")
    try:
        _count(loaded, {})
        # Dates become text, as in JavaScript.
        return json.dumps(loaded, default=str, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise CardError(f"Invalid YAML in {CARD}: {error}") from None


def _count(value: object, counted: dict[int, int]) -> int:
    """Return the number of values in a value, with aliases expanded.

    Raises:
        ValueError: There are more than `MAX_VALUES`.
    """
    if id(value) in counted:
        return counted[id(value)]
    if not isinstance(value, dict | list):
        return 1
    counted[id(value)] = 0  # a value within itself is refused by JSON later
    parts = value.values() if isinstance(value, dict) else value
    total = 1 + sum(_count(part, counted) for part in parts)
    if total > MAX_VALUES:
        raise ValueError(f"more than {MAX_VALUES} values")
    counted[id(value)] = total
    return total


def check(text: str, repo_type: RepoType) -> Validation:
    """Validate a card as the Hub does.

    The rules are from reported refusals (huggingface_hub issue 1927, ostris/ai-toolkit issue 260),
    and the reference of Spaces' configuration. Licences and languages are not checked: the Hub's
    lists of them change.

    Args:
        text: Content of the ``README.md``.
        repo_type: Kind of repository.
    """
    try:
        card = metadata(text)
    except CardError as error:
        return Validation(errors=(str(error),))
    if card is None:
        return Validation(warnings=("empty or missing yaml metadata in repo card",))
    errors = [
        f'"{field}" must be an array'
        for field in _ARRAYS
        if card.get(field) is not None and not isinstance(card[field], list)
    ]
    if repo_type == "space":
        errors += [
            f'"{field}" must be one of [{", ".join(choices)}]'
            for field, choices in _CHOICES.items()
            if card.get(field) is not None and card[field] not in choices
        ]
        if len(str(card.get("short_description", ""))) > _SHORT_DESCRIPTION:
            errors.append(
                '"short_description" length must be less than or equal to'
                f" {_SHORT_DESCRIPTION} characters long"
            )
    return Validation(errors=tuple(errors))


def tags(card: Mapping[str, Any], repo_type: RepoType) -> list[str]:
    """Return the tags of a repository.

    Args:
        card: Metadata of its card; empty if it has none.
        repo_type: Kind of repository.
    """
    from_card = [
        f"{prefix}{value}"
        for field, prefix in _TAGS[repo_type].items()
        for value in _strings(card.get(field))
    ]
    return list(dict.fromkeys([*from_card, "region:us"]))


def _strings(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


async def validate(request: Request) -> Response:
    """Validate a card; the answer is JSON, or plain text for clients that accept it."""
    body = await read_json(request)
    kind = body.get("repoType")
    repo_type: RepoType = kind if kind in {"dataset", "space"} else "model"
    result = await run_in_threadpool(check, str(body.get("content", "")), repo_type)
    status = 400 if result.errors else 200
    if "text/plain" in request.headers.get("accept", ""):
        lines = [f"- Error: {message}" for message in result.errors]
        lines += [f"- Warning: {message}" for message in result.warnings]
        return PlainTextResponse("\n".join(lines), status)
    return JSONResponse(
        {
            "errors": [{"message": message} for message in result.errors],
            "warnings": [{"message": message} for message in result.warnings],
        },
        status,
    )


routes = [Route("/api/validate-yaml", validate, methods=["POST"])]
