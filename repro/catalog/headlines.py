"""The decisive figure of a bug's evidence, in a few words."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

Evidence = Mapping[str, Any]
"""The JSON object that a bug script prints last: figures, with their units in the keys."""


def mib(count: float) -> str:
    """Format a number of bytes in MiB, as in `16.0 MiB`."""
    return f"{count / 2**20:.1f} MiB"


def render(headline: str, evidence: Evidence) -> str:
    """Fill in a headline.

    Args:
        headline: A Jinja template over the keys of the evidence; `evidence` is all of it, and
            `| mib` formats a number of bytes.
        evidence: The figures of one run.

    Raises:
        jinja2.UndefinedError: The evidence lacks a key.
    """
    return _environment().from_string(headline).render(evidence, evidence=evidence)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, StrictUndefined  # the catalog is listed without it

    environment = Environment(undefined=StrictUndefined)  # noqa: S701 - text, not HTML
    environment.filters["mib"] = mib
    return environment
