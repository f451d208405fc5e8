"""The YAML of cards is that of PyYAML in Python, whatever wrote or reads it."""

from __future__ import annotations

import string
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.support.properties.budget import budget
from workaround.hub import card_yaml

WORDS = [
    *("", " ", "  ", "\n", "\n  ", "\t", "\r\n", "\x85", "\u2028", "\ufeff", "é", "😀", "\x00"),
    *("yes", "no", "null", "~", "1.10", "1e3", "0x1f", "012", "1_000", ".inf", "2020-01-01"),
    *("2020-01-01 10:00:00", "=", "<<", "a", "b c", "long" * 30, "http://x", "a:b", "%", "@", "`"),
    *(":", "?", "-", "#", "# c", "'", '"', "\\", "|", ">", "!", "&a", "*a", "[", "]", "{", "}"),
]
MARKS = [
    *("\n- ", "- ", ": ", "a: ", "b: ", "? ", ", ", "<<: *a", "---\n", "...\n", "%YAML 1.1\n"),
    *("'it''s'", '"\\u263a"', '"\\x41"', "!!str ", "!!int ", "|\n", "|2-\n", ">+\n", " # c"),
]
TEXTS = st.one_of(
    st.text(st.sampled_from(string.printable), max_size=120),
    st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
    st.text(max_size=50),
)
SCALARS = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.dates(),
    st.datetimes(),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
)
YAML = st.lists(st.sampled_from([*WORDS, *MARKS]), max_size=12).map("".join)


@given(
    metadata=st.dictionaries(TEXTS, VALUES, max_size=3), line_end=st.sampled_from(["\n", "\r\n"])
)
@budget(300, shrink=False)
def test_dump_writes_what_python_writes(metadata: dict[str, Any], line_end: str) -> None:
    expected = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True, line_break=line_end)
    assert card_yaml.dump(metadata, line_end) == expected


def test_shared_values_are_written_as_python_writes_them() -> None:
    shared = ["a"]
    metadata = {"one": shared, "other": shared}
    expected = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)
    assert card_yaml.dump(metadata, "\n") == expected


@given(text=YAML)
@budget(1000, shrink=False)
def test_load_and_compose_read_what_python_reads(text: str) -> None:
    assert outcome(card_yaml.load, text) == outcome(yaml.safe_load, text)
    expected = outcome(lambda text: yaml.compose(text, yaml.SafeLoader), text)
    assert outcome(card_yaml.compose, text) == expected


def outcome(read: Any, text: str) -> object:
    """Return what a reader makes of a text, or the kind of its failure."""
    try:
        value = read(text)
    except yaml.YAMLError:
        return "no YAML"
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return type(error)
    return list(places(value)) if isinstance(value, yaml.Node) else repr(value)


def places(node: yaml.Node) -> Any:
    """Yield the keys of a mapping with their places."""
    yield type(node)
    if isinstance(node, yaml.MappingNode):
        for key, _ in node.value:
            yield key.value if isinstance(key, yaml.ScalarNode) else type(key)
            yield key.start_mark.index
