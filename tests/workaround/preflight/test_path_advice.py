"""Advice about paths that lead to no file."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from workaround.preflight.path_advice import missing_reason


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "make the cell None"),
        ("nan", "'nan' is not a path: make the cell None"),
        ("None", "make the cell None"),
        (" NaN ", "make the cell None"),
        ("n/a", "make the cell None"),
        ("~/a.nii", "~ is not expanded"),
        ("~user/a.nii", "~ is not expanded"),
        ("$HOME/a.nii", "$HOME is not expanded, os.path.expandvars does it"),
        ("/data/${STUDY}/a.nii", "${STUDY} is not expanded"),
        (r"%USERPROFILE%\a.nii", "%USERPROFILE% is not expanded"),
        (r"C:\data\a.nii", "a path of Windows"),
        ("D:/data/a.nii", "a path of Windows"),
        (r"\\server\share\a.nii", "a path of Windows"),
        ("https:/host/a.nii", "two slashes"),
        ("s3:/bucket/a.nii", "two slashes"),
        ("sub/missing.nii", f"no such file in {Path.cwd()}: make the path absolute"),
    ],
)
def test_advice_by_the_path_alone(path: str, reason: str) -> None:
    assert reason in missing_reason(path)


@pytest.mark.parametrize(
    ("existing", "path", "reason"),
    [
        ("a.nii", " {}/a.nii", "begins or ends with white space"),
        ("a.nii", "{}/a.nii\n", "begins or ends with white space"),
        ("a.nii", "'{}/a.nii'", "white space or quotes"),
        ("a.nii.gz", "{}/a.nii", "a.nii.gz exists"),
        ("a.nii", "{}/a.nii.gz", "a.nii exists"),
        ("sub-01_T1w.nii", "{}/SUB-01_T1W.nii", "sub-01_T1w.nii exists"),
        ("a.nii", "{}/a.nii/b.nii", "a.nii is not a folder"),
        ("a.nii", "{}/ses-1/anat/a.nii", "has no folder 'ses-1'"),
        ("a.nii", "file://{}/A.nii", "a.nii exists"),
        ("a.nii", "{}/b.nii", "no such file"),
    ],
)
def test_advice_by_what_exists(tmp_path: Path, existing: str, path: str, reason: str) -> None:
    (tmp_path / existing).touch()
    assert reason in missing_reason(path.format(tmp_path))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_name_in_another_unicode_form(tmp_path: Path, form: str) -> None:
    other: dict[str, Callable[[str], str]] = {
        "NFC": lambda name: unicodedata.normalize("NFD", name),
        "NFD": lambda name: unicodedata.normalize("NFC", name),
    }
    name = "Müller.nii"
    (tmp_path / unicodedata.normalize(form, name)).touch()  # type: ignore[arg-type]
    assert f"normalize({form!r}, path)" in missing_reason(str(tmp_path / other[form](name)))
