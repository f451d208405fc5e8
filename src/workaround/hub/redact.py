"""Removal of secrets from errors, whose texts end up in logs and public issues."""

from __future__ import annotations

import re

_SECRETS = [
    (re.compile(r"(Bearer\s+)[^'\"\n]+", re.IGNORECASE), r"\1***"),
    (re.compile(r"\bhf_(?:oauth_)?[A-Za-z0-9]{16}[\w.-]*"), "hf_***"),
    # The query of a URL that LFS uploads to is its signature; a proxy's URL has a password.
    (re.compile(r"(https?://[^\s?'\"<>]+)\?[^\s'\"<>)]*"), r"\1?***"),
    (re.compile(r"://[^\s/@'\"]+@"), "://***@"),
]


def redact(text: str) -> str:
    """Return a text without tokens, passwords in URLs and queries of URLs, often signatures."""
    for secret, mask in _SECRETS:
        text = secret.sub(mask, text)
    return text


def scrub(error: BaseException) -> None:
    """Redact an error and its causes in place: a traceback shows them all."""
    todo, seen = [error], set()
    while todo:
        current = todo.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        current.args = tuple(redact(arg) if isinstance(arg, str) else arg for arg in current.args)
        if isinstance(current, OSError) and current.strerror:  # shown in place of its arguments
            current.strerror = redact(str(current.strerror))
        linked = (current.__cause__, current.__context__, *current.args)
        todo += [other for other in linked if isinstance(other, BaseException)]
