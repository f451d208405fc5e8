"""BIDS folders as tables: a row for each session."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Features, List, Nifti, Value

from repro.synthetic.bids import BidsTree
from workaround.errors import BidsError, CheckError
from workaround.tables.bids import bids_table

MakeTree = Callable[..., BidsTree]
IMAGES = Nifti()


def plain(rows: Dataset) -> list[dict[str, Any]]:
    """The rows, with paths in the place of files."""

    def path(cell: Any) -> Any:
        if isinstance(cell, list):
            return [path(item) for item in cell]
        return cell["path"] if isinstance(cell, dict) else cell

    return [{name: path(row[name]) for name in row} for row in rows.data.table.to_pylist()]


@pytest.fixture
def touch(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes files under the root of a dataset, which it returns."""

    def touch(*paths: str, text: str = "") -> Path:
        root = tmp_path / "dataset"
        for path in paths:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return root

    return touch


def test_the_table_is_that_of_the_tree(make_bids_tree: MakeTree) -> None:
    runs = {"T1w": 1, "bold": 2, "dwi": 1}
    tree = make_bids_tree(3, sessions=2, runs=runs, missing_every=3, size=20_000)
    result = bids_table(tree.root)
    names = ["subject_id", "session_id", "T1w", "bold", "dwi"]
    assert plain(result.select_columns(names)) == list(tree.rows)
    assert result.features == Features(
        {
            "subject_id": Value("string"),
            "session_id": Value("string"),
            "T1w": IMAGES,
            "dwi": IMAGES,
            "dwi_bval": Value("string"),
            "dwi_bvec": Value("string"),
            "bold": List(IMAGES),
            "bold_task": List(Value("string")),
            "bold_run": List(Value("int64")),
        }
    )


def test_what_names_say_is_beside_the_images(touch: Callable[..., Path]) -> None:
    root = touch(
        "sub-1/ses-a/func/sub-1_ses-a_task-rest_run-10_bold.nii.gz",
        "sub-1/ses-a/func/sub-1_ses-a_task-rest_run-2_bold.nii.gz",
        "sub-1/ses-a/func/sub-1_ses-a_task-naming_bold.nii",
        "sub-1/ses-b/func/sub-1_ses-b_task-rest_run-1_bold.nii.gz",
        "sub-1/ses-c/anat/sub-1_ses-c_acq-mprage_T1w.nii.gz",
    )
    result = plain(bids_table(root))
    assert [row["bold_task"] for row in result] == [["naming", "rest", "rest"], ["rest"], []]
    assert [row["bold_run"] for row in result] == [[None, 2, 10], [1], []]
    assert [row["T1w_acq"] for row in result] == [None, None, "mprage"]
    assert [Path(path).name for path in result[0]["bold"]] == [
        "sub-1_ses-a_task-naming_bold.nii",
        "sub-1_ses-a_task-rest_run-2_bold.nii.gz",
        "sub-1_ses-a_task-rest_run-10_bold.nii.gz",
    ]


def test_one_suffix_of_two_data_types_is_two_columns(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/func/sub-1_task-rest_sbref.nii.gz", "sub-1/dwi/sub-1_sbref.nii.gz")
    names = bids_table(root).column_names
    assert names == ["subject_id", "dwi_sbref", "func_sbref", "func_sbref_task"]


def test_without_sessions_a_row_is_a_subject(touch: Callable[..., Path]) -> None:
    root = touch("sub-10/anat/sub-10_T1w.nii.gz", "sub-02/anat/sub-02_T1w.nii.gz")
    assert plain(bids_table(root)) == [
        {"subject_id": "sub-02", "T1w": f"{root}/sub-02/anat/sub-02_T1w.nii.gz"},
        {"subject_id": "sub-10", "T1w": f"{root}/sub-10/anat/sub-10_T1w.nii.gz"},
    ]


def test_gradients_are_text(touch: Callable[..., Path]) -> None:
    stems = [f"sub-1/dwi/sub-1_dir-{direction}_dwi" for direction in ("AP", "PA")]
    root = touch(*(f"{stem}.nii.gz" for stem in stems))
    touch(f"{stems[0]}.bval", text="0 1000\n")
    touch(f"{stems[0]}.bvec", text="0 1\n0 0\n0 0\n")
    (row,) = plain(bids_table(root))
    assert row["dwi_dir"] == ["AP", "PA"]
    assert row["dwi_bval"] == ["0 1000\n", None]
    assert row["dwi_bvec"] == ["0 1\n0 0\n0 0\n", None]


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
        ("id\nsub-1\n", "no column participant_id"),
        ("participant_id\nsub-1\nsub-1\n", "several rows of one participant, sub-1"),
        ("participant_id\nsub-1\n1\n", "several rows of one participant, sub-1"),
        ("participant_id\nsub-01\nsub-02\n", "no row of any subject: sub-1"),
        ("participant_id\tT1w\nsub-1\tyes\n", "two columns 'T1w'"),
    ],
)
def test_participants_that_do_not_fit_are_an_error(
    touch: Callable[..., Path], text: str, message: str
) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("participants.tsv", text=text)
    with pytest.raises(BidsError, match=message):
        bids_table(root)


@pytest.mark.parametrize(
    "text", ["1\t31\n2\t50\n", "sub-1 \t31\n sub-2\t50\n", "sub-1\t31\n\t\n\t\n2\t50\n\n\n"]
)
def test_ids_of_participants_may_lack_the_prefix_and_rows_may_be_blank(
    touch: Callable[..., Path], text: str
) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii", "sub-2/anat/sub-2_T1w.nii")
    touch("participants.tsv", text=f"participant_id\tage\n{text}")
    assert [row["age"] for row in plain(bids_table(root, strict=True))] == [31, 50]


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


@pytest.mark.parametrize("name", ["participants.tsv", "sub-1/dwi/sub-1_dwi.bval"])
def test_a_link_without_a_text_is_an_error(touch: Callable[..., Path], name: str) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.nii")
    (root / name).symlink_to(".git/annex/objects/gone")
    with pytest.raises(BidsError, match=f"{name} is a link .*datalad get"):
        bids_table(root)


def test_gradients_that_are_not_text_are_an_error(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.nii", "sub-1/dwi/sub-1_dwi.bval")
    (root / "sub-1/dwi/sub-1_dwi.bval").write_bytes(b"\xff\xfe0 1000")
    with pytest.raises(BidsError, match=r"sub-1_dwi\.bval cannot be read as text"):
        bids_table(root)


def test_suffixes_of_images_may_be_upper_case(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.NII.GZ")
    touch("sub-1/dwi/sub-1_dwi.bval", text="0 1000")
    (row,) = plain(bids_table(root, strict=True))
    assert row["dwi"] == f"{root}/sub-1/dwi/sub-1_dwi.NII.GZ"
    assert row["dwi_bval"] == "0 1000"


def test_images_whose_names_are_not_bids_are_refused_if_strict(
    touch: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    left_out = ["sub-1/anat/T1.nii", "sub-2/anat/T1w.NII.GZ"]
    hidden = ["sub-1/anat/._sub-1_T1w.nii", "sub-1/.git/x.nii", "derivatives/sub-1/T1.nii"]
    root = touch("sub-1/anat/sub-1_T1w.nii", *left_out, *hidden)
    assert len(bids_table(root)) == 1
    assert all(path in caplog.text for path in left_out)
    with pytest.raises(CheckError, match="left out") as caught:
        bids_table(root, strict=True)
    places = [(problem.path, problem.severity) for problem in caught.value.problems]
    assert places == [(f"{root}/{path}", "omission") for path in left_out]


def test_derivatives_and_what_is_no_image_are_left_out(touch: Callable[..., Path]) -> None:
    root = touch(
        "dataset_description.json",
        "sub-1/anat/sub-1_T1w.nii.gz",
        "sub-1/anat/sub-1_T1w.json",
        "sub-1/func/sub-1_task-rest_events.tsv",
        "derivatives/fmriprep/sub-1/anat/sub-1_desc-preproc_T1w.nii.gz",
        "sourcedata/sub-1/anat/sub-1_T1w.nii.gz",
        text="{}",
    )
    assert bids_table(root).column_names == ["subject_id", "T1w"]
    derived = bids_table(root / "derivatives" / "fmriprep")
    assert derived.column_names == ["subject_id", "T1w", "T1w_desc"]


@pytest.mark.parametrize("name", ["ds004884-1.0.2", "a [copy]", ".hidden"])
def test_the_folder_may_have_any_name(make_bids_tree: MakeTree, name: str) -> None:
    tree = make_bids_tree(1, size=20_000)
    root = tree.root.with_name(name)
    shutil.move(tree.root, root)
    (row,) = plain(bids_table(root))
    assert Path(row["T1w"]).is_relative_to(root)
    assert Path(row["T1w"]).is_file()


def test_links_without_a_file_are_kept_for_the_check(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii.gz")
    (root / "sub-1/anat/sub-1_T2w.nii.gz").symlink_to("../../.git/annex/objects/gone")
    assert bids_table(root).column_names == ["subject_id", "T1w", "T2w"]


def test_order_is_not_that_of_the_file_system(make_bids_tree: MakeTree) -> None:
    tree = make_bids_tree(3, sessions=2, size=20_000)
    first = plain(bids_table(tree.root))
    for subject in sorted(tree.root.glob("sub-*"), reverse=True):
        shutil.copytree(subject, tree.root / "copy", dirs_exist_ok=True)
        shutil.rmtree(subject)
        (tree.root / "copy").rename(subject)
    assert plain(bids_table(tree.root)) == first


def test_a_folder_without_images_is_an_error(touch: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(BidsError, match="no folders sub-"):
        bids_table(tmp_path)
    with pytest.raises(BidsError, match="no NIfTI images"):
        bids_table(touch("sub-1/eeg/sub-1_task-rest_eeg.edf"))


def test_without_the_indexer_the_error_says_what_to_install(
    touch: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bids2table", None)  # importing it fails
    with pytest.raises(BidsError, match=r"pip install 'nifti-hub-workaround\[bids\]'"):
        bids_table(touch("sub-1/anat/sub-1_T1w.nii"))
