"""The log of the command."""

from __future__ import annotations

import logging

import pytest
from huggingface_hub.utils.tqdm import tqdm

from workaround.cli.logs import logging_to_stderr

OURS = logging.getLogger("workaround")


def test_line_is_written_once_under_the_name_of_its_library(
    capsys: pytest.CaptureFixture[str],
) -> None:
    theirs = logging.getLogger("datasets")  # which has a handler of its own
    before = theirs.handlers[:]
    with logging_to_stderr(verbose=True, quiet=False):
        OURS.info("step")
        logging.getLogger("datasets.load").info("theirs")
    assert capsys.readouterr().err == "workaround: step\ndatasets: theirs\n"
    assert theirs.handlers == before


@pytest.mark.parametrize(
    ("verbose", "quiet", "lines"), [(False, False, 2), (True, False, 3), (False, True, 1)]
)
def test_level_is_that_of_the_options(
    verbose: bool, quiet: bool, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to_stderr(verbose=verbose, quiet=quiet):
        OURS.info("step")
        OURS.warning("omission")
        OURS.error("failure")
    assert len(capsys.readouterr().err.splitlines()) == lines


def test_control_characters_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr(verbose=False, quiet=False):
        OURS.warning("sub-\x1b[2J.nii\x07")
    assert capsys.readouterr().err == "workaround: sub-\\x1b[2J.nii\\x07\n"


def test_line_is_not_glued_to_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with (
        logging_to_stderr(verbose=False, quiet=False),
        tqdm(total=2, desc="Uploading", mininterval=0) as bar,  # type: ignore[no-untyped-call]
    ):
        bar.update(1)
        OURS.warning("again")
    text = capsys.readouterr().err
    before, _, _ = text.partition("workaround: again\n")
    assert before.endswith("\r")  # the bar was cleared
    assert text.count("workaround: again") == 1
