"""Cards: the metadata at the head of a ``README.md``, what is wrong with it, and its tags."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
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
"""What a Space can be made with."""
MAX_VALUES = 1_000_000
"""Most values of one card, aliases written out: a few lines of YAML can stand for billions."""

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
"""Which fields of the metadata become tags, and what is put before their values."""


class CardError(ValueError):
    """The metadata of a card cannot be read."""


@dataclass(frozen=True)
class Findings:
    """What is wrong with a card.

    Attributes:
        errors: Why the Hub refuses it.
        warnings: What it only remarks on.
    """

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def metadata(text: str) -> dict[str, Any] | None:
    """The metadata of a card as JSON values; None if it has none.

    Raises:
        CardError: It is not YAML, not a mapping, or has no JSON form of a sane size.
    """
    front = _FRONT_MATTER.match(text)
    if front is None:
        return None
    try:
        loaded = yaml.safe_load(front[1])
    except (yaml.YAMLError, RecursionError) as error:
        raise CardError(f"Invalid YAML in {CARD}: {error}") from None
    if loaded is None:
        return None
    if not isinstance(loaded, dict):
        raise CardError(f"Invalid YAML in {CARD}: the metadata is not a mapping")
    try:
        _count(loaded, {})
        # Dates become text, as in JavaScript.
        plain: dict[str, Any] = json.loads(json.dumps(loaded, default=str, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise CardError(f"Invalid YAML in {CARD}: {error}") from None
    return plain


def _count(value: object, counted: dict[int, int]) -> int:
    """How many values there are in one, those behind an alias counted each time.

    Raises:
        ValueError: There are too many.
    """
    if id(value) in counted:
        return counted[id(value)]
    if not isinstance(value, dict | list):
        return 1
    counted[id(value)] = 0  # JSON refuses what contains itself
    parts = value.values() if isinstance(value, dict) else value
    total = 1 + sum(_count(part, counted) for part in parts)
    if total > MAX_VALUES:
        raise ValueError(f"more than {MAX_VALUES} values")
    counted[id(value)] = total
    return total


def check(text: str, repo_type: RepoType) -> Findings:
    """What the Hub finds wrong with a card.

    The rules are those whose refusals people reported: see huggingface_hub issue 1927,
    ostris/ai-toolkit issue 260, and the reference of Spaces' configuration. Names of licences
    and languages are left alone, their lists change.

    Args:
        text: Of the ``README.md``.
        repo_type: What kind of repository it describes.
    """
    try:
        found = metadata(text)
    except CardError as error:
        return Findings(errors=(str(error),))
    if found is None:
        return Findings(warnings=("empty or missing yaml metadata in repo card",))
    errors = [
        f'"{field}" must be an array'
        for field in _ARRAYS
        if found.get(field) is not None and not isinstance(found[field], list)
    ]
    if repo_type == "space":
        errors += [
            f'"{field}" must be one of [{", ".join(choices)}]'
            for field, choices in _CHOICES.items()
            if found.get(field) is not None and found[field] not in choices
        ]
        if len(str(found.get("short_description", ""))) > _SHORT_DESCRIPTION:
            errors.append(
                '"short_description" length must be less than or equal to'
                f" {_SHORT_DESCRIPTION} characters long"
            )
    return Findings(errors=tuple(errors))


def tags(card: Mapping[str, Any], repo_type: RepoType) -> list[str]:
    """The tags that a repository is found by.

    Args:
        card: Its metadata, empty if it has none.
        repo_type: What kind it is.
    """
    found = [
        f"{before}{value}"
        for field, before in _TAGS[repo_type].items()
        for value in _strings(card.get(field))
    ]
    return list(dict.fromkeys([*found, "region:us"]))


def _strings(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


async def validate(request: Request) -> Response:
    """Say what is wrong with a card; in words, for clients that ask for plain text."""
    body = await read_json(request)
    kind = body.get("repoType")
    repo_type: RepoType = kind if kind in {"dataset", "space"} else "model"
    findings = await run_in_threadpool(check, str(body.get("content", "")), repo_type)
    status = 400 if findings.errors else 200
    if "text/plain" in request.headers.get("accept", ""):
        lines = [f"- Error: {each}" for each in findings.errors]
        lines += [f"- Warning: {each}" for each in findings.warnings]
        return PlainTextResponse("\n".join(lines), status)
    return JSONResponse(
        {
            "errors": [{"message": each} for each in findings.errors],
            "warnings": [{"message": each} for each in findings.warnings],
        },
        status,
    )


routes = [Route("/api/validate-yaml", validate, methods=["POST"])]
