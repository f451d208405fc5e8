"""Taking secrets out of errors: what they say ends up in logs and public issues."""

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
    """A text without tokens, passwords in URLs and queries of URLs, which may be signatures."""
    for secret, instead in _SECRETS:
        text = secret.sub(instead, text)
    return text


def scrub(error: BaseException) -> None:
    """Redact an error and those behind it, in place: a traceback shows them all."""
    todo, seen = [error], set()
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        each.args = tuple(redact(arg) if isinstance(arg, str) else arg for arg in each.args)
        behind = (each.__cause__, each.__context__, *each.args)
        todo += [other for other in behind if isinstance(other, BaseException)]
