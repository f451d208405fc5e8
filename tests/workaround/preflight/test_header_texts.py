"""Texts in headers that may say who or when."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from datasets import Dataset, Features

from tests.support.workaround.checks import NIFTI, scans
from workaround.errors import Problem
from workaround.preflight.check import check
from workaround.preflight.header_texts import HeaderTexts, texts_of_file

PROGRAM = "the header has the name of a program or parameters in descrip"


def image(extension: tuple[int, bytes] | None = None, **fields: Any) -> bytes:
    """Return a small image with these fields in its header."""
    made: Any = nib.Nifti1Image(np.zeros((2, 2, 2), np.int8), np.eye(4))  # type: ignore[no-untyped-call]
    for name, value in fields.items():
        made.header[name] = value
    if extension is not None:
        made.header.extensions.append(nib.nifti1.Nifti1Extension(*extension))
    return bytes(made.to_bytes())


def of_texts(*texts: tuple[str, str]) -> list[Problem]:
    counted = HeaderTexts()
    for text in texts:
        counted.add(text, "/a.nii")
    return counted.problems()


@pytest.mark.parametrize(
    ("text", "reason", "identifying"),
    [
        (("descrip", "FSL5.0"), PROGRAM, False),
        (("descrip", "6.0.5:9e026117"), PROGRAM, False),
        (("descrip", "SPM compatible"), PROGRAM, False),
        (("descrip", "TE=2.9;phase=1"), PROGRAM, False),
        (("descrip", "TE=2.9;Time=143212.000"), "time of acquisition in descrip", True),
        (("descrip", "FSL John Smith"), "a text in descrip", True),
        (("descrip", "SMITH^JOHN"), "a text in descrip", True),
        (("db_name", "study 7"), "a text in db_name", True),
        (("aux_file", "none"), "the word none in aux_file", False),
        (("extension", "2"), "a DICOM extension", True),
        (("extension", "6"), "a comment as extension", True),
    ],
)
def test_kind_of_a_text(text: tuple[str, str], reason: str, identifying: bool) -> None:
    (problem,) = of_texts(text)
    assert reason in problem.reason
    assert (problem.severity, problem.identifying) == ("remark", identifying)


def test_texts_of_one_kind_are_one_remark() -> None:
    times = [("descrip", f"TE=2;Time=1200{number}") for number in range(9)]
    (problem,) = of_texts(*times, times[0])
    assert "('TE=2;Time=12000'), 10 files" in problem.reason
    assert problem.path == "/a.nii"


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_file_has_all_its_texts(packed: Any) -> None:
    content = packed(image((6, b"born 1970"), descrip=b"a\0hidden", db_name=b"b"))
    assert texts_of_file(io.BytesIO(content)) == [
        ("descrip", "a hidden"),
        ("db_name", "b"),
        ("extension", "6"),
    ]


@pytest.mark.parametrize("content", [b"", b"text", gzip.compress(b"text"), image()[:99]])
def test_what_is_no_image_has_no_texts(content: bytes) -> None:
    assert texts_of_file(io.BytesIO(content)) == []


def test_check_counts_texts_however_files_are_read(tmp_path: Path) -> None:
    contents = {
        "a.nii": image(descrip=b"X"),
        "b.nii.gz": gzip.compress(image(descrip=b"X")),
        "c.nii": image((6, b"note"), descrip=b"X"),  # too odd for a glance
        "d.nii": image(descrip=b"FSL5.0"),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    problems = check(scans([str(tmp_path / name) for name in contents]))
    (of_people,) = [problem for problem in problems if "a text in descrip" in problem.reason]
    assert "('X'), 3 files" in of_people.reason
    assert of_people.path == str(tmp_path / "a.nii")
    assert len(problems) == 3


def test_contents_of_the_table_are_read_too() -> None:
    cells = [{"bytes": image(descrip=b"X"), "path": None}]
    rows = Dataset.from_dict({"scan": cells}, features=Features({"scan": NIFTI}))
    (problem,) = check(rows)
    assert "a text in descrip ('X'), 1 file" in problem.reason
