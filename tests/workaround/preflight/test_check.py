"""The check: every problem of the data, by row, column and path."""

from __future__ import annotations

import logging
import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, Features, Image, List, Value

from repro.synthetic.broken import Broken, write_broken
from tests.support.workaround.checks import NIFTI, reasons, scans
from workaround.errors import ArgumentError, CheckError, Problem
from workaround.preflight.check import LOGGED, check, require_sound

as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


SEEN = {
    Broken.EMPTY: "empty",
    Broken.TRUNCATED: "truncated",
    Broken.BAD_MAGIC: "not NIfTI",
    Broken.DIRECTORY: "a directory",
    Broken.DANGLING_LINK: "a symbolic link to missing-",
}


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize(("kind", "reason"), SEEN.items())
def test_broken_file_is_named(
    tmp_path: Path, sound: str, kind: Broken, reason: str, suffix: str
) -> None:
    broken = str(write_broken(tmp_path / f"broken{suffix}", kind))
    (problem,) = check(scans([sound, None, broken]))
    assert (problem.row, problem.column, problem.path) == (2, "scan", broken)
    assert reason in problem.reason
    assert problem.severity == "error"


@as_root
def test_file_without_permission_is_named(tmp_path: Path) -> None:
    path = write_broken(tmp_path / "secret.nii.gz", Broken.NO_PERMISSION)
    assert reasons(scans([str(path)])) == ["cannot be read: permission denied"]


def test_wrong_checksum_is_detected_at_full_level(tmp_path: Path, sound: str) -> None:
    path = write_broken(tmp_path / "crc.nii.gz", Broken.BAD_CRC)
    embedded = {"bytes": path.read_bytes(), "path": None}
    rows = scans([sound, str(path), embedded])
    assert check(rows) == []
    problems = check(rows, level="full")
    assert [problem.row for problem in problems] == [1, 2]
    assert all("damaged: CRC check failed" in problem.reason for problem in problems)


def test_unknown_level_is_refused(sound: str) -> None:
    with pytest.raises(ArgumentError, match="'headers' or 'full', not 'all'"):
        check(scans([sound]), level="all")  # type: ignore[arg-type]


def test_missing_file_is_named_in_list_and_struct(tmp_path: Path, sound: str) -> None:
    gone = str(tmp_path / "gone.nii.gz")
    rows = {"visit": [{"runs": [sound]}, {"runs": []}, {"runs": [gone]}], "n": [1, 2, 3]}
    features = Features({"visit": {"runs": List(NIFTI)}, "n": Value("int64")})
    problems = check(Dataset.from_dict(rows, features=features))
    assert problems == [Problem(2, "visit.runs", gone, "no such file")]


def test_broken_contents_of_table_are_named(sound: str) -> None:
    whole = Path(sound).read_bytes()
    cells = [
        {"bytes": whole, "path": "whole.nii.gz"},
        {"bytes": whole[:2000], "path": "half.nii.gz"},
        {"bytes": b"", "path": None},
        {"bytes": b"text", "path": "note.nii"},
    ]
    problems = check(scans(cells))
    assert [(problem.row, problem.path) for problem in problems] == [
        (1, "half.nii.gz"),
        (2, None),
        (3, "note.nii"),
    ]
    assert [problem.reason.partition(":")[0] for problem in problems] == [
        "truncated",
        "empty",
        "not NIfTI",
    ]


def test_files_of_other_features_are_not_looked_into(tmp_path: Path) -> None:
    text, empty = tmp_path / "text.png", tmp_path / "empty.png"
    text.write_text("no image, but what Image takes is not for us to say")
    empty.touch()
    problems = check(scans([str(text), str(empty)], Image(decode=False)))
    assert [(problem.row, problem.reason.partition(":")[0]) for problem in problems] == [
        (1, "empty")
    ]


def test_path_with_tilde_says_that_it_is_not_expanded() -> None:
    (reason,) = reasons(scans(["~/scan.nii.gz"]))
    assert "~ is not expanded" in reason


def test_annexed_file_says_how_to_get_it(tmp_path: Path) -> None:
    link = tmp_path / "scan.nii.gz"
    link.symlink_to("../.git/annex/objects/ab/cd/key")
    (reason,) = reasons(scans([str(link)]))
    assert reason.endswith("`datalad get` fetches it")


def test_unknown_protocol_is_a_problem_of_the_cell() -> None:
    assert reasons(scans(["nowhere://scan.nii"])) == ["cannot be read: Protocol not known: nowhere"]


def test_split_without_rows_is_an_omission() -> None:
    (problem,) = check(scans([]))
    assert problem.reason.startswith("the split has no rows")
    assert problem.severity == "omission"


@pytest.mark.parametrize("cells", [[{}, {}], [[{}], []], [{"deep": {}}, None]])
def test_objects_without_fields_are_named(sound: str, cells: list[Any]) -> None:
    rows = scans([sound, None])
    (problem,) = check(rows.add_column("meta", cells))
    assert (problem.column, problem.severity) == ("meta", "error")
    assert "without fields" in problem.reason


def test_problems_come_sorted_and_name_their_split(tmp_path: Path) -> None:
    features = Features({"a": NIFTI, "b": NIFTI})
    gone = {
        column: [str(tmp_path / f"{column}{row}.nii") for row in range(12)] for column in features
    }
    rows = Dataset.from_dict(gone, features=features)
    problems = check(DatasetDict({"train": rows, "test": rows.select([1])}))
    places = [(problem.split, problem.row, problem.column) for problem in problems]
    train = [("train", row, column) for row in range(12) for column in "ab"]
    assert places == [*train, ("test", 0, "a"), ("test", 0, "b")]
    assert str(problems[-1]).startswith("split 'test', row 0, column 'b', ")


def test_rows_are_those_of_a_selection(tmp_path: Path, sound: str) -> None:
    dataset = scans([sound, None, str(tmp_path / "gone.nii"), None]).select([3, 2, 0])
    assert [problem.row for problem in check(dataset)] == [1]


def test_rows_count_on_over_batches(tmp_path: Path, sound: str) -> None:
    cells: list[Any] = [None] * 2500
    cells[1001] = sound
    cells[2345] = str(tmp_path / "gone.nii")
    cells[2346] = {"bytes": b"", "path": None}
    assert [problem.row for problem in check(scans(cells))] == [2345, 2346]


def test_nothing_is_looked_at_without_embedding(tmp_path: Path) -> None:
    dataset = scans([str(tmp_path / "gone.nii")])
    assert check(dataset, embed_external_files=False) == []


OMISSION = Problem(1, "scan", "a.nii", "left out", severity="omission")
REMARK = Problem(2, "scan", "b.nii", "twice", severity="remark")


BAD = Problem(0, "scan", "b.nii", "no such file")


@pytest.mark.parametrize(
    ("strict", "logged"),
    [(True, [REMARK]), (False, [OMISSION, REMARK])],
)
def test_problems_that_are_not_refused_are_logged(
    caplog: pytest.LogCaptureFixture, strict: bool, logged: list[Problem]
) -> None:
    with caplog.at_level(logging.WARNING, "workaround"):
        require_sound(logged, strict=strict)
    assert caplog.messages == [f"{problem.severity}: {problem}" for problem in logged]


def test_many_remarks_are_logged_in_a_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "workaround"):
        require_sound(
            [replace(REMARK, row=row, path=None) for row in range(LOGGED + 7)], strict=True
        )
    assert len(caplog.messages) == LOGGED + 1
    assert caplog.messages[-1].startswith("... and 7 more")


def test_omissions_are_refused_if_strict() -> None:
    with pytest.raises(CheckError, match=r"strict=False \(--no-strict\)") as raised:
        require_sound([OMISSION, REMARK], strict=True)
    assert raised.value.problems == (OMISSION,)


def test_errors_are_always_refused() -> None:
    with pytest.raises(CheckError) as raised:
        require_sound([BAD, OMISSION], strict=False)
    assert raised.value.problems == (BAD,)
    assert str(raised.value) == (
        "1 problem; nothing was uploaded:\n  row 0, column 'scan', b.nii: no such file"
    )


def test_long_list_of_problems_is_cut_in_the_message_alone() -> None:
    problems = [Problem(row, "scan", None, "bad") for row in range(60)]
    error = CheckError(problems)
    assert len(error.problems) == 60
    assert str(error).count("\n") == CheckError.SHOWN + 1
    assert "... and 10 more" in str(error)


def test_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(CheckError([BAD, OMISSION])))
    assert error.problems == (BAD, OMISSION)
