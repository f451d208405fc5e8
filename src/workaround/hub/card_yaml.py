"""The YAML of cards, by libyaml where its results are those of PyYAML in Python.

`huggingface_hub` reads and writes cards in Python; libyaml is several times as fast, which counts
with thousands of columns. The two differ at tabs, tags, block scalars and byte order marks, and in
how they write long or empty keys and what is not ASCII.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_DIFFERING = "\t\ufeff!%|>"
"""Characters that the two read in different ways in some places."""
_WIDTH = 80
"""Characters of a line, behind which the two fold in different places."""


def load(text: str) -> Any:
    """Return the value of a text; raises `yaml.YAMLError`."""
    return yaml.load(text, _loader(text))  # noqa: S506 - both loaders are safe


def compose(text: str) -> yaml.Node | None:
    """Return the tree of a text, whose nodes have their places in it; raises `yaml.YAMLError`."""
    node: yaml.Node | None = yaml.compose(text, _loader(text))
    return node


def dump(metadata: Mapping[str, Any], line_end: str) -> str:
    """Return metadata as `huggingface_hub` writes it into a card.

    Args:
        metadata: The metadata.
        line_end: Of all lines.
    """
    text = _dump(metadata, line_end, _Dumper)
    return text if _is_plain(text) else _dump(metadata, line_end, yaml.SafeDumper)


def _loader(text: str) -> Any:
    return yaml.SafeLoader if any(sign in text for sign in _DIFFERING) else _Loader


def _is_plain(text: str) -> bool:
    """Return whether both write the metadata of a text as this text."""
    if not text.isascii() or '"' in text or "''" in text:
        return False
    return all(len(line) < _WIDTH for line in text.splitlines())


def _dump(metadata: Mapping[str, Any], line_end: str, dumper: Any) -> str:
    return str(
        yaml.dump(
            dict(metadata),
            Dumper=dumper,
            sort_keys=False,
            allow_unicode=True,
            line_break=line_end,
        )
    )
