"""Names of files in BIDS."""

from __future__ import annotations

import re

import pytest

from workaround.bids.terms.names import name_problem, split_name


def test_a_name_is_split_into_its_parts() -> None:
    name = split_name("sub-01_ses-1_run-02_bold.nii.gz")
    assert dict(name.entities) == {"sub": "01", "ses": "1", "run": "02"}
    assert (name.suffix, name.extension, name.is_image) == ("bold", ".nii.gz", True)


def test_cifti_is_no_image() -> None:
    name = split_name("sub-01_task-rest_bold.dtseries.nii")
    assert (name.is_image, name.is_cifti) == (False, True)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("T1.nii", "not a BIDS name"),
        ("sub-1_T1w (1).nii", "no suffix 'T1w \\(1\\)'; did you mean T1w"),
        ("sub-1_T1w copy.nii", "no suffix 'T1w copy'"),
        ("sub-1_T1w_old.nii", "'T1w' in its name is not an entity"),
        ("sub-1_foo-bar_T1w.nii", "no entity foo-"),
        ("sub-1_run-a_T1w.nii", "run-a is not an index"),
        ("sub-CC-01_T1w.nii", "sub-CC-01 has a hyphen.*sub-CC01"),
        ("sub-1_acq-0.8_T1w.nii", "acq-0.8 is not one of letters"),
        ("sub-1_run-1_run-2_T1w.nii", "run- twice"),
        ("sub-1_mask.nii", "mask is not the suffix of an image of raw data"),
    ],
)
def test_other_names_are_explained(name: str, reason: str) -> None:
    problem = name_problem(name, derivative=False)
    assert problem is not None
    assert re.search(reason, problem)


@pytest.mark.parametrize("name", ["sub-1_T1w.nii", "sub-1_acq-a+b_run-01_bold.nii.gz"])
def test_names_of_bids_have_no_problem(name: str) -> None:
    assert name_problem(name, derivative=False) is None


def test_derivatives_may_have_entities_of_their_own() -> None:
    assert name_problem("sub-1_stat-z_statmap.nii", derivative=True) is None
