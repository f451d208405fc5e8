"""The routes of the local Hub, as a table."""

import inspect
from collections.abc import Iterator
from types import ModuleType

from starlette.routing import Route

from mockhub.app import MODULES

INTRODUCTION = """\
# The routes of the local Hub

This is what the local Hub answers: the part of the Hub's API that `huggingface_hub`, `datasets` and
`hf_xet` use for repositories and uploads. The tests drive it with those clients, from
`huggingface_hub` 0.36 on. `{type:plural}` stands for `models`, `datasets` or `spaces`; segments are
percent-encoded, as in `refs%2Fpr%2F1`. [What differs from the
Hub](../mockhub.md#what-differs-from-the-hub) is in the guide, and [the
protocol](protocol.md) says what clients rely on.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([INTRODUCTION, *(line for module in MODULES for line in _section(module))])


def _section(module: ModuleType) -> Iterator[str]:
    title = (inspect.getdoc(module) or module.__name__).partition("\n")[0].rstrip(".")
    yield f"## {title}\n"
    yield "| method | path | answer |\n| --- | --- | --- |"
    for route in module.routes:
        if isinstance(route, Route):
            methods = ", ".join(sorted(set(route.methods or ()) - {"HEAD"}))
            summary = (inspect.getdoc(route.endpoint) or "").partition("\n")[0]
            text = summary.replace("|", "\\|").replace("``", "`")
            yield f"| {methods or 'HEAD'} | `{route.path}` | {text} |"
    yield ""
