"""The columns of ``participants.tsv``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.workaround.bids import plain
from workaround.bids.options import BidsOptions
from workaround.bids.table import bids_table, read_bids
from workaround.errors import ArgumentError, CheckError


@pytest.fixture(name="two")
def two_subjects(touch: Callable[..., Path]) -> Path:
    """The root of two subjects without sessions."""
    return touch("sub-1/anat/sub-1_T1w.nii", "sub-2/anat/sub-2_T1w.nii")


@pytest.fixture(name="sessions")
def two_sessions(touch: Callable[..., Path]) -> Path:
    """The root of one subject with two sessions, and one with one."""
    places = [("1", "01"), ("1", "02"), ("2", "01")]
    return touch(*(f"sub-{n}/ses-{s}/anat/sub-{n}_ses-{s}_T1w.nii" for n, s in places))


def read(root: Path, text: str | bytes, **options: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the rows of a folder with these participants, and the problems of the table."""
    data = text.encode() if isinstance(text, str) else text
    (root / "participants.tsv").write_bytes(data)
    result = read_bids(root, BidsOptions(**options))
    lines = [
        f"{problem.severity}: {problem}" for problem in result.problems if not problem.identifying
    ]
    return plain(result.dataset), "\n".join(lines)


def test_participants_are_joined_by_their_id(touch: Callable[..., Path]) -> None:
    root = touch(*(f"sub-{name}/ses-1/anat/sub-{name}_ses-1_T1w.nii" for name in ("1", "2", "3")))
    text = "age\tparticipant_id\tgroup\n31\tsub-3\t01\nn/a\tsub-1\t02\n50\tsub-9\t03\n"
    touch("participants.tsv", text=text)
    result = bids_table(root)
    assert result.column_names[:4] == ["subject_id", "session_id", "age", "group"]
    rows = plain(result)
    assert [row["age"] for row in rows] == [None, None, 31]
    assert [row["group"] for row in rows] == ["02", None, "01"]


def test_columns_of_participants_can_be_named(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("participants.tsv", text="participant_id\tage\tatlas\nsub-1\t1.50\tmni.nii\n")
    (row,) = plain(bids_table(root, {"age": "string", "atlas": "string"}))
    assert (row["age"], row["atlas"]) == ("1.50", "mni.nii")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id\nsub-1\n", "tsv, line 1: has no column participant_id, but id"),
        ("participant_id\ta\nsub-1\t1\nsub-1\t2\n", "lines 2, 3: is one of several rows of sub-1"),
        ("participant_id\ta\nsub-1\t1\n1\t2\n", "several rows of sub-1 that differ"),
        ("participant_id\nsub-01\nsub-02\nsub-03\n", "no row of any subject: sub-a"),
        ("participant_id\ta\nsub-a\t1\n\t2\n", "line 3: has cells and no id"),
        ("participant_id\ta\nsub-a\t1\t3\n", "line 2: has 3 cells under 2 names"),
    ],
)
def test_participants_without_one_reading_are_refused_by_line(
    touch: Callable[..., Path], text: str, message: str
) -> None:
    root = touch("sub-a/anat/sub-a_T1w.nii")
    touch("participants.tsv", text=text)
    with pytest.raises(CheckError, match=message) as caught:
        bids_table(root)
    assert all("--participants" in problem.reason for problem in caught.value.problems)
    assert "T1w" in bids_table(root, strict=True, participants="none").column_names


@pytest.mark.parametrize(
    "text", ["1\t31\n2\t50\n", "sub-1 \t31\n sub-2\t50\n", "sub-1\t31\n\t\n\t\n2\t50\n\n\n"]
)
def test_ids_of_participants_may_lack_the_prefix_and_rows_may_be_blank(
    two: Path, text: str
) -> None:
    rows, problems = read(two, f"participant_id\tage\n{text}")
    assert ([row["age"] for row in rows], problems) == ([31, 50], "")


def test_ids_without_zeros_are_those_of_folders(touch: Callable[..., Path]) -> None:
    root = touch(*(f"sub-00500{n}/anat/sub-00500{n}_T1w.nii" for n in ("02", "03")))
    rows, problems = read(root, "participant_id\tage\n50003\t31\n50002\t50\n")
    assert [row["age"] for row in rows] == [50, 31]
    assert problems.count("remark") == 1
    assert "lines 2, 3: ids are read as the labels of folders, 50003 as sub-0050003" in problems


def test_an_id_that_fits_two_folders_is_refused(touch: Callable[..., Path]) -> None:
    root = touch("sub-01/anat/sub-01_T1w.nii", "sub-001/anat/sub-001_T1w.nii")
    with pytest.raises(CheckError, match="line 2: 1 could be sub-001 and sub-01"):
        bids_table(touch("participants.tsv", text="participant_id\n1\n"))
    rows, _ = read(root, "participant_id\tage\n01\t31\n001\t50\n")
    assert [row["age"] for row in rows] == [50, 31]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("participant_id,age\n1,31\n2,50\n", "separated by commas"),
        ("Participant ID\tage\n1\t31\n2\t50\n", "read as the column participant_id"),
        (" participant_id\tage \r\n1\t31\r\n2\t50\r\n", ""),
        ("\ufeffparticipant_id\tage\n1\t31\n2\t50\n", ""),
        ("participant_id\tage\n1\t31\n2\t50\n".encode("utf-16"), "read as UTF-16"),
        ("participant_id\tage\n1\t31\n1\t31\n2\t50\n", "line 3: repeats another line"),
        ('participant_id\tage\n"1"\t"31"\n2\t50\n', ""),
    ],
)
def test_one_reading_is_taken_with_a_remark(two: Path, text: str | bytes, remark: str) -> None:
    rows, problems = read(two, text)
    assert [row["age"] for row in rows] == [31, 50]
    assert remark in problems
    assert bool(remark) == bool(problems)


def test_rows_by_session_join_by_session(sessions: Path) -> None:
    text = "participant_id\tsession_id\tage\n1\tses-02\t32\n1\tses-01\t31\n2\tn/a\t50\n"
    rows, problems = read(sessions, text)
    assert [row["age"] for row in rows] == [31, 32, 50]
    assert problems == ""
    rows, _ = read(sessions, text, layout="subject")
    assert [row["age"] for row in rows] == [[31, 32], [50]]
    rows, _ = read(sessions, text, layout="image")
    assert [row["participants"] for row in rows] == ['{"age": 31}', '{"age": 32}', '{"age": 50}']


def test_sessions_without_a_row_or_images_are_omissions(sessions: Path) -> None:
    text = "participant_id\tsession_id\tage\n1\t1\t32\n1\t3\t31\n2\t1\t50\n"
    rows, problems = read(sessions, text)
    assert [row["age"] for row in rows] == [32, None, 50]
    assert "no row of sub-1 ses-02" in problems
    assert "no images of sub-1 ses-3" in problems


def test_session_ids_that_no_image_has_are_a_column(two: Path) -> None:
    rows, problems = read(two, "participant_id\tsession_id\n1\tbaseline\n2\tbaseline\n")
    assert [row["participants_session_id"] for row in rows] == ["baseline", "baseline"]
    assert "is the column participants_session_id" in problems
    _, problems = read(two, "participant_id\tsession_id\n1\ta\n1\tb\n")
    assert "sessions that no image has" in problems


def test_columns_called_like_images_get_a_prefix(two: Path) -> None:
    rows, problems = read(two, "participant_id\tT1w\tsubject_id\n1\tyes\tA\n2\tno\tB\n")
    assert [row["participants_T1w"] for row in rows] == ["yes", "no"]
    assert [row["subject_id"] for row in rows] == ["sub-1", "sub-2"]
    assert [row["participants_subject_id"] for row in rows] == ["A", "B"]
    assert problems.count("remark: column") == 2


def test_another_table_takes_the_place_of_participants(two: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("participant_id,age\n2,50\n1,31\n")
    rows, problems = read(two, "\0", participants=other)
    assert ([row["age"] for row in rows], problems) == ([31, 50], "")
    with pytest.raises(ArgumentError, match=r"participants has to be a file, or 'none'"):
        bids_table(two, participants=tmp_path / "missing.tsv")


def test_a_subject_without_a_row_of_participants_is_refused_if_strict(
    touch: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    root = touch(*(f"sub-1/ses-{name}/anat/sub-1_ses-{name}_T1w.nii" for name in "ab"))
    touch("sub-2/ses-a/anat/sub-2_ses-a_T1w.nii")
    touch("participants.tsv", text="participant_id\tage\nsub-2\t31\n")
    assert [row["age"] for row in plain(bids_table(root))] == [None, None, 31]
    assert "no row of sub-1" in caplog.text
    with pytest.raises(CheckError, match="no row of sub-1") as caught:
        bids_table(root, strict=True)
    assert [problem.severity for problem in caught.value.problems] == ["omission"]
