"""Documents of verdicts that were never measured."""

from typing import Any

import msgspec

from repro.results.document import Document


def entry(bug_id: str, verdict: str, *, figure: str = "7 of 9", reason: str = "") -> dict[str, Any]:
    """Return an entry about a bug, as it stands in JSON."""
    return {"id": bug_id, "verdict": verdict, "figure": figure, "reason": reason}


def document(release: str, *entries: dict[str, Any], **asked: str) -> Document:
    """Return the document of a release, with other requested versions."""
    result: dict[str, Any] = {"environment": {"datasets": release}, "bugs": list(entries)}
    asked_too = {"asked": {"datasets": release} | asked} if asked else {}
    return msgspec.convert(result | asked_too, Document)


def not_installable(release: str, error: str = "no such version") -> Document:
    """Return the document of a release that could not be installed."""
    asked = {"datasets": release}
    return Document(environment=asked, asked=asked, error=error, bugs=())
