"""The log of the command."""

from __future__ import annotations

import io
import logging
import struct
import warnings

import nibabel as nib
import numpy as np
import pytest
from huggingface_hub.utils.tqdm import tqdm

from workaround.cli.logs import logging_to_stderr
from workaround.preflight.nifti import nifti_defect

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


def test_warnings_of_nibabel_do_not_appear() -> None:
    content = bytearray(nib.Nifti1Image(np.zeros((2, 2, 2), np.int8), np.eye(4)).to_bytes())  # type: ignore[no-untyped-call]
    content[348:352] = b"\1\0\0\0"
    content[352:352] = struct.pack("<ii12s", 20, 6, b"text")  # no multiple of 16 bytes
    content[108:112] = struct.pack("<f", 372)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with logging_to_stderr(verbose=True, quiet=False):
            assert nifti_defect(io.BytesIO(content), len(content)) is None
    assert seen == []
