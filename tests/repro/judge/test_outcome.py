"""Verdicts, as they are written to JSON and read back."""

import json

import pytest

from repro.judge.outcome import Verdict


@pytest.mark.parametrize("word", ["reproduced", "absent", "untestable"])
def test_verdict_is_its_word_in_json(word: str) -> None:
    assert json.loads(json.dumps(Verdict(word))) == word
    assert str(Verdict(word)) == word


def test_there_are_three_verdicts() -> None:
    assert len(Verdict) == 3
