"""Tables and sidecars that are made again of columns."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Features

from tests.support.workaround.bids import TEXT, cell, shard_rows
from workaround.bids.table import bids_table
from workaround.restoration.columns import bids_columns
from workaround.restoration.tables import Tables, plain_field

Touch = Callable[..., Path]
LAYOUTS = ["session", "subject", "image"]


def made(rows: Any) -> dict[str, str]:
    """Return the files that are made of the columns of a dataset, by path."""
    tables = Tables()
    tables.add(rows.data.table, bids_columns(rows.features))
    return {path: data.decode() for path, data in tables.files()}


@pytest.fixture
def tree(touch: Touch) -> Path:
    root = touch(
        *(
            f"sub-{subject}/ses-{session}/func/sub-{subject}_ses-{session}_task-rest_bold.nii"
            for subject in "ab"
            for session in "12"
        )
    )
    touch("participants.tsv", text="participant_id\tage\tgroup\nsub-b\t30\tn/a\nsub-a\t25.5\t1\n")
    for subject in "ab":
        text = f"session_id\tscore\nses-1\t{subject}1\nses-2\tn/a\n"
        touch(f"sub-{subject}/sub-{subject}_sessions.tsv", text=text)
    touch(
        "sub-a/ses-2/sub-a_ses-2_scans.tsv",
        text="filename\toperator\nfunc/sub-a_ses-2_task-rest_bold.nii\tAda\n",
    )
    touch("task-rest_bold.json", text='{"RepetitionTime": 2, "FlipAngle": 90, "Own": "x"}')
    return root


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tables_have_the_values_that_were_pushed(tree: Path, layout: Any) -> None:
    files = made(bids_table(tree, layout=layout))
    participants = files["participants.tsv"].splitlines()
    assert participants == ["participant_id\tage\tgroup", "sub-a\t25.5\t1", "sub-b\t30.0\tn/a"]
    scores = files["sub-a/sub-a_sessions.tsv"].splitlines()
    assert scores == ["session_id\tscore", "ses-1\ta1", "ses-2\tn/a"]
    name = "func/sub-a_ses-2_task-rest_bold.nii"
    scans = files["sub-a/ses-2/sub-a_ses-2_scans.tsv"]
    assert scans == f"filename\toperator\n{name}\tAda\n"
    assert not any(path.startswith("sub-b/ses-1") and path.endswith("scans.tsv") for path in files)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sidecars_have_the_fields_that_were_pushed(tree: Path, layout: Any) -> None:
    path = "sub-b/ses-1/func/sub-b_ses-1_task-rest_bold.json"
    files = made(bids_table(tree, layout=layout))
    assert json.loads(files[path]) == {"RepetitionTime": 2, "FlipAngle": 90}
    files = made(bids_table(tree, layout=layout, sidecars=["all"]))
    assert json.loads(files[path]) == {"RepetitionTime": 2, "FlipAngle": 90, "Own": "x"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_fields_and_columns_of_scans_are_not_mixed_up(touch: Touch, layout: Any) -> None:
    image = "sub-a/func/sub-a_task-rest_bold"
    fields = {"RepetitionTime": 2, "path": "x", "run": "one", "global": "y", "sidecar_x": "z"}
    root = touch(f"{image}.nii")
    touch(f"{image}.json", text=json.dumps(fields))
    scans = "filename\tRating\trun\tscans_x\tquality\nfunc/sub-a_task-rest_bold.nii\t3\t1\t2\tok\n"
    touch("sub-a/sub-a_scans.tsv", text=scans)
    files = made(bids_table(root, layout=layout, sidecars=["all"]))
    assert json.loads(files[f"{image}.json"]) == fields
    assert files["sub-a/sub-a_scans.tsv"] == scans


@pytest.mark.parametrize("layout", LAYOUTS)
def test_columns_keep_their_tables_and_names(touch: Touch, layout: Any) -> None:
    root = touch(*(f"sub-a/ses-{label}/anat/sub-a_ses-{label}_T1w.nii" for label in "12"))
    names = "participant_id\tage\tT1w\tT1w_EchoTime\tsessions_n"
    touch("participants.tsv", text=f"{names}\nsub-a\t30\tgood\t1\t2\n")
    sessions = "session_id\tage\tT1w_qc\nses-1\t31\tok\nses-2\t31\tok\n"
    touch("sub-a/sub-a_sessions.tsv", text=sessions)
    if layout == "subject":  # one session's images are in columns of its name
        touch("participants.tsv", text="participant_id\tage\tses-1_T1w_qc\nsub-a\t30\tx\n")
    files = made(bids_table(root, layout=layout))
    assert files["participants.tsv"] == (root / "participants.tsv").read_text()
    assert files["sub-a/sub-a_sessions.tsv"] == sessions
    assert not any(path.endswith((".json", "_scans.tsv")) for path in files)


def test_subjects_without_sessions_have_no_sessions_table(touch: Touch) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii", "sub-2/anat/sub-2_T1w.nii")
    assert made(bids_table(root)) == {}
    touch("participants.tsv", text="participant_id\tsex\nsub-1\tF\nsub-2\tM\n")
    assert list(made(bids_table(root))) == ["participants.tsv"]


def test_texts_beside_images_are_no_cells_of_scans(touch: Touch) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.nii", "sub-1/dwi/sub-1_dwi.bval")
    rows = bids_table(root)
    assert made(rows.remove_columns(["dwi_bval_path"])) == {}


@pytest.mark.parametrize("subject", ["../x", "/x", "sub-../x", "x", None])
def test_labels_never_become_paths(subject: str | None) -> None:
    features = Features({"subject_id": TEXT, "session_id": TEXT, "n": TEXT})
    columns = {"subject_id": [subject] * 2, "session_id": ["ses-1", "ses-2"], "n": ["1", "2"]}
    tables, rows = Tables(), shard_rows(columns, features)
    tables.add(rows.table(0), bids_columns(features))
    assert list(tables.files()) == []


@pytest.mark.parametrize("path", ["sub-1_T1w.nii", "anat/sub-1_T1w.nii", "sub-1/sub-1_T1w.nii"])
def test_scans_tables_lie_in_folders_of_subjects(path: str) -> None:
    from datasets import Nifti

    features = Features({"T1w": Nifti(), "T1w_path": TEXT, "T1w_operator": TEXT})
    columns = {"T1w": [cell(path)], "T1w_path": [path], "T1w_operator": ["Ada"]}
    tables, rows = Tables(), shard_rows(columns, features)
    tables.add(rows.table(0), bids_columns(features))
    expected = ["sub-1/sub-1_scans.tsv"] if path.startswith("sub-1/") else []
    assert [name for name, _ in tables.files()] == expected


@pytest.mark.parametrize(
    ("field", "value", "plain"),
    [
        ("FlipAngle", [90.0], 90.0),
        ("FlipAngle", [90.0, 80.0], [90.0, 80.0]),
        ("SliceTiming", [0.0], [0.0]),
        ("TaskName", "[rest]", "[rest]"),
        ("GeneratedBy", '[{"Name": "x"}]', [{"Name": "x"}]),
        ("Own", '{"a": 1}', {"a": 1}),
        ("Own", "12", "12"),
    ],
)
def test_fields_are_as_json_has_them(field: str, value: Any, plain: Any) -> None:
    assert plain_field(field, value) == plain


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rows_of_tables_are_tables_again(touch: Touch, layout: Any) -> None:
    root = touch(*(f"sub-{subject}/func/sub-{subject}_task-rest_bold.nii" for subject in "ab"))
    touch("sub-a/func/sub-a_task-rest_events.tsv", text="onset\tkind\n1.5\tgo\n2.5\tn/a\n")
    touch("sub-b/func/sub-b_task-rest_events.tsv", text="onset\n3.5\n")
    touch("physio.json", text='{"Columns": ["cardiac", "trigger"]}')
    path = "sub-a/func/sub-a_task-rest_physio.tsv.gz"
    (root / path).write_bytes(gzip.compress(b"n/a\t1\n0.5\t0\n"))
    rows = bids_table(root, layout=layout, sidecars=["events", "physio"], tables="rows")
    tables = Tables()
    tables.add(rows.data.table, bids_columns(rows.features))
    files = dict(tables.files())
    assert files["sub-a/func/sub-a_task-rest_events.tsv"] == b"onset\tkind\n1.5\tgo\n2.5\tn/a\n"
    assert files["sub-b/func/sub-b_task-rest_events.tsv"] == b"onset\n3.5\n"
    assert gzip.decompress(files[path]) == b"n/a\t1\n0.5\t0\n"
