"""The text of a card, of which an update changes a few keys and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from workaround.hub.card_text import CardText

CHANGE = {"configs": [{"config_name": "a"}]}
NEW = "configs:\n- config_name: a\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", f"---\n{NEW}---\n", id="no card"),
        pytest.param("# Hello\n", f"---\n{NEW}---\n# Hello\n", id="no metadata"),
        pytest.param("---\n---\nHello", f"---\n{NEW}---\nHello", id="empty block"),
        pytest.param("---\nno end\n", f"---\n{NEW}---\n---\nno end\n", id="rule that never closes"),
        pytest.param("---\na: 1\n---", f"---\na: 1\n{NEW}---", id="nothing behind the block"),
        pytest.param("\n\n---\na: 1\n---\n", f"\n\n---\na: 1\n{NEW}---\n", id="blank lines first"),
        pytest.param("\ufeff---\na: 1\n---\n", f"---\na: 1\n{NEW}---\n", id="byte order mark"),
        pytest.param(
            "---\na: no\n---\nx\n---\nb: 1\n---\n",
            f"---\na: no\n{NEW}---\nx\n---\nb: 1\n---\n",
            id="rules in the text",
        ),
        pytest.param(
            "---\r\na: 1\r\nconfigs: []\r\n---\r\n# Hello\r\n",
            "---\r\na: 1\r\nconfigs:\r\n- config_name: a\r\n---\r\n# Hello\r\n",
            id="line ends of Windows",
        ),
        pytest.param(
            "---\n# of us\nlanguage: no # Norwegian\nconfigs: 1\n\n# next\nversion: 1.10\n---\n",
            f"---\n# of us\nlanguage: no # Norwegian\n{NEW}\n# next\nversion: 1.10\n---\n",
            id="comments and values that parsers read differently",
        ),
        pytest.param("---\n{b: 1, configs: 2}\n---\n", f"---\nb: 1\n{NEW}---\n", id="flow style"),
        pytest.param(
            "---\nconfigs: &x [1]\nb: *x\n---\n",
            f"---\n{NEW}b:\n- 1\n---\n",
            id="anchor in what is replaced",
        ),
    ],
)
def test_update_changes_the_named_keys_only(text: str, expected: str) -> None:
    assert CardText.parse(text).update(CHANGE) == expected


def test_equal_value_keeps_its_notation() -> None:
    text = "---\nconfigs: [{config_name: a}] # by hand\n---\n"
    assert CardText.parse(text).update(CHANGE) == text


@pytest.mark.parametrize(
    ("text", "error"),
    [("---\n- a\n---\n", ValueError), ("---\na: [\n---\n", yaml.YAMLError)],
)
def test_metadata_that_is_no_mapping_is_an_error(text: str, error: Any) -> None:
    with pytest.raises(error):
        CardText.parse(text).metadata()
