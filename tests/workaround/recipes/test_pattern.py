"""Patterns of paths."""

from __future__ import annotations

import pytest

from workaround.recipes.pattern import Pattern, PatternError


@pytest.mark.parametrize(
    ("pattern", "path", "labels"),
    [
        ("{case}.nii", "BRATS_001.nii", {"case": "BRATS_001"}),
        ("raw/{case}/{case}_ct.nii", "raw/P_1/P_1_ct.nii", {"case": "P_1"}),
        ("{s}/{s}[_acq-{acq}]_T1w.nii", "a/a_T1w.nii", {"s": "a", "acq": None}),
        ("{s}/{s}[_acq-{acq}]_T1w.nii", "a/a_acq-x_T1w.nii", {"s": "a", "acq": "x"}),
        ("{s}_<T1w|T2w>.nii[.gz]", "a_T2w.nii.gz", {"s": "a"}),
        ("BRATS_{case}_{channel<0*|1>}.nii", "BRATS_7_0003.nii", {"case": "7", "channel": "0003"}),
        ("**/{s}_ct.nii", "a_ct.nii", {"s": "a"}),
        ("**/{s}_ct.nii", "x/y/a_ct.nii", {"s": "a"}),
        ("x/{s}*.nii", "x/a_b c.nii", {"s": "a"}),
        ("x/*[_acq-{acq}].nii", "x/a_acq-b.nii", {"acq": "b"}),
    ],
)
def test_labels_are_the_texts_of_placeholders(
    pattern: str, path: str, labels: dict[str, str | None]
) -> None:
    assert Pattern.of(pattern).labels(path) == labels


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("raw/{case}/{case}_ct.nii", "raw/1/2_ct.nii"),
        ("{s}/{s}[_acq-{acq}]_T1w.nii", "a/a_acq-x_run-1_T1w.nii"),
        ("{case}_{channel}.nii", "BRATS_001_0000.nii"),
        ("{s}_<T1w|T2w>.nii", "a_T3w.nii"),
        ("x/*.nii", "x/y/a.nii"),
        ("a.nii", "abnii"),
        ("{s}.nii", "a.nii.gz"),
    ],
)
def test_other_paths_do_not_match(pattern: str, path: str) -> None:
    assert Pattern.of(pattern).labels(path) is None


def test_placeholders_in_brackets_are_not_required() -> None:
    pattern = Pattern.of("{s}/{s}[_acq-{acq}]_T1w.nii")
    assert pattern.names == {"s", "acq"}
    assert pattern.required == {"s"}


@pytest.mark.parametrize(
    ("pattern", "suffixes", "possible"),
    [
        ("{s}_ct.nii[.gz]", ["nii", "nii.gz"], True),
        ("{s}.nii.gz", ["nii", "nii.gz"], True),
        ("{s}.png", ["nii", "nii.gz"], False),
        ("{s}_*", ["nii"], True),
        ("{s}.<xlsx|csv>", ["csv"], True),
        ("{s}[_*]_T1w.mgz", ["nii"], False),
    ],
)
def test_patterns_that_end_in_another_suffix_are_known(
    pattern: str, suffixes: list[str], possible: bool
) -> None:
    assert Pattern.of(pattern).may_end_in(suffixes) is possible


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "empty"),
        ("/a/{s}.nii", "can never match: paths start at the folder"),
        ("a//{s}.nii", "can never match: 'nothing'"),
        ("../{s}.nii", "can never match: '..'"),
        (r"a\{s}.nii", "can never match: paths have /"),
        (".git/{s}.nii", "can never match: hidden"),
        ("{s.nii", "{ is not closed"),
        ("{1s}.nii", "{1s} is not a placeholder"),
        ("{s<a}.nii", "is not a placeholder"),
        ("s}.nii", "} closes nothing"),
        ("<a|b.nii", "< is not closed"),
        ("<a|>.nii", "is not a choice"),
        ("[a.nii", "bracket [ is not closed"),
        ("a].nii", "come in pairs"),
        ("[a[b]].nii", "not in each other"),
        ("{s}/{s<a|b>}.nii", "is repeated"),
        ("a**/b.nii", "** stands for folders"),
    ],
)
def test_patterns_that_cannot_be_meant_are_refused(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError) as caught:
        Pattern.of(pattern)
    assert reason in str(caught.value)
