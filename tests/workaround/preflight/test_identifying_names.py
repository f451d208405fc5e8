"""Names of columns that are called like data about a person."""

from __future__ import annotations

import pytest
from datasets import Dataset, Features, List, Value

from workaround.errors import CheckError
from workaround.preflight.check import check, require_sound
from workaround.preflight.identifying_names import all_names, meaning_of


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("birth_date", "a date of birth"),
        ("dateOfBirth", "a date of birth"),
        ("PatientBirthDate", "a date of birth"),
        ("DOB", "a date of birth"),
        ("name", "a name"),
        ("First Name", "a name"),
        ("PatientName", "a name"),
        ("surname", "a name"),
        ("InstitutionName", "a name"),
        ("e-mail_address", "an address"),
        ("bold_AcquisitionTime", "a time of acquisition or visit"),
        ("AcquisitionDateTime", "a time of acquisition or visit"),
        ("T1w_acq_time", "a time of acquisition or visit"),
        ("scan_date", "a time of acquisition or visit"),
        ("PatientID", "a number of a record or device"),
        ("DeviceSerialNumber", "a number of a record or device"),
    ],
)
def test_names_of_personal_data_are_named(name: str, meaning: str) -> None:
    assert meaning_of(name) == meaning


@pytest.mark.parametrize(
    "name",
    [
        *("age", "sex", "participant_id", "subject_id", "session_id", "TaskName", "bold_acq"),
        *("RepetitionTime", "EchoTime", "SliceTiming", "bids_path", "days_since_stroke"),
        *("handedness", "T1w_path", "group", "wab_aq", "SequenceName", "response_time"),
    ],
)
def test_ordinary_names_are_not(name: str) -> None:
    assert meaning_of(name) is None


def test_nested_names_are_dotted() -> None:
    features = Features({"a": {"b": List({"name": Value("string")})}, "c": List(Value("int8"))})
    assert [*all_names(features)] == ["a", "a.b", "a.b.name", "c"]


def test_columns_without_values_are_no_remark() -> None:
    rows = Dataset.from_dict({"dob": ["1970"], "name": [None]})
    (problem,) = check(rows)
    assert (problem.column, problem.severity, problem.identifying) == ("dob", "remark", True)
    require_sound([problem], strict=True)
    with pytest.raises(CheckError, match="'dob': is called like a date of birth") as caught:
        require_sound([problem], strict=False, deidentified=True)
    assert caught.value.problems[0].severity == "error"
