"""The claims of the first account."""

from collections import Counter

from repro.catalog.bugs import BUGS
from repro.catalog.claims import CLAIMS, Claim, Outcome

INTRODUCTION = """\
# What became of the first account

This project began with two documents of December 2025, by somebody who had to upload 273 GB of
NIfTI. Most of what they observed is true, and without it none of this would exist. Some of the
causes are others than they seemed. Every claim was measured: {counts}.
"""


def page() -> str:
    """Return the page."""
    outcomes = Counter(claim.outcome for claim in CLAIMS)
    counts = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome)
    return "\n".join([INTRODUCTION.format(counts=counts), *map(_section, CLAIMS)])


def _section(claim: Claim) -> str:
    shown = ", ".join(map(_link, claim.shown_by))
    return (
        f"## {claim.place}: {claim.outcome}\n\n> {claim.text}\n\n{claim.finding}\n\n"
        f"Releases: {claim.releases}. Shown by {shown}.\n"
    )


def _link(shown: str) -> str:
    """Return a link to a bug, or the name of a test."""
    name = shown.rpartition("::")[2]
    return f"[`{name}`](../bugs/{name}.md)" if any(bug.id == name for bug in BUGS) else f"`{name}`"
