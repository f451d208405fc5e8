"""The synthetic BIDS dataset: its names, its table, its gaps, and that its images differ."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import pytest
from datasets import Dataset, Features, Nifti, Sequence, Value

from repro.synthetic.bids import MODALITIES, BidsTree, bids_tree

MakeBidsTree = Callable[..., BidsTree]
EVERYTHING = {"T1w": 1, "T2w": 1, "FLAIR": 1, "bold": 3, "sbref": 1, "dwi": 2, "asl": 1}


def files(root: Path) -> set[str]:
    """The files under a folder, relative to it."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def read_json(path: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(path.read_text())


def test_session_holds_each_run_and_its_metadata_under_bids_names(tmp_path: Path) -> None:
    tree = bids_tree(tmp_path, 1, runs=EVERYTHING)
    folders = {
        "anat": [
            *("sub-001_ses-1_T1w.json", "sub-001_ses-1_T1w.nii.gz"),
            *("sub-001_ses-1_T2w.json", "sub-001_ses-1_T2w.nii.gz"),
            *("sub-001_ses-1_FLAIR.json", "sub-001_ses-1_FLAIR.nii.gz"),
        ],
        "func": [
            *(
                "sub-001_ses-1_task-rest_run-1_bold.json",
                "sub-001_ses-1_task-rest_run-1_bold.nii.gz",
            ),
            *(
                "sub-001_ses-1_task-rest_run-2_bold.json",
                "sub-001_ses-1_task-rest_run-2_bold.nii.gz",
            ),
            *(
                "sub-001_ses-1_task-rest_run-3_bold.json",
                "sub-001_ses-1_task-rest_run-3_bold.nii.gz",
            ),
            *("sub-001_ses-1_task-rest_sbref.json", "sub-001_ses-1_task-rest_sbref.nii.gz"),
        ],
        "dwi": [
            f"sub-001_ses-1_run-{run}_dwi.{suffix}"
            for run in (1, 2)
            for suffix in ("json", "nii.gz", "bval", "bvec")
        ],
        "perf": [
            *("sub-001_ses-1_asl.json", "sub-001_ses-1_asl.nii.gz"),
            "sub-001_ses-1_aslcontext.tsv",
        ],
    }
    session = {f"sub-001/ses-1/{folder}/{name}" for folder in folders for name in folders[folder]}
    dataset = {"dataset_description.json", "participants.tsv", "README"}
    assert files(tree.root) == session | dataset


def test_dataset_files_name_the_standard_and_every_subject(tmp_path: Path) -> None:
    root = bids_tree(tmp_path, 3).root
    description = read_json(root / "dataset_description.json")
    assert description["BIDSVersion"]
    assert description["DatasetType"] == "raw"
    participants = (root / "participants.tsv").read_text().splitlines()
    assert participants == ["participant_id", "sub-001", "sub-002", "sub-003"]
    assert (root / "README").read_text()


def test_sidecars_agree_with_the_images(tmp_path: Path) -> None:
    tree = bids_tree(tmp_path, 1, runs=EVERYTHING)
    for path in tree.images:
        image: Any = nib.load(path)
        name = path.name.removesuffix(".nii.gz")
        modality = name.rpartition("_")[2]
        assert len(image.shape) == MODALITIES[modality].ndim
        metadata = read_json(path.with_name(f"{name}.json"))
        if modality == "bold":
            assert metadata["TaskName"] == "rest"
            assert metadata["RepetitionTime"] == image.header.get_zooms()[3]
        if modality == "dwi":
            b_values = path.with_name(f"{name}.bval").read_text().split()
            assert b_values == ["0"] + ["1000"] * (image.shape[3] - 1)
            directions = path.with_name(f"{name}.bvec").read_text().splitlines()
            vectors = list(zip(*(map(int, line.split()) for line in directions), strict=True))
            assert len(vectors) == image.shape[3]
            assert vectors[0] == (0, 0, 0)
            assert set(vectors[1:]) == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}
        if modality == "asl":
            header, *volumes = path.with_name(f"{name}context.tsv").read_text().split()
            assert header == "volume_type"
            assert len(volumes) == image.shape[3]
            assert Counter(volumes)["label"] == metadata["TotalAcquiredPairs"]


def test_table_has_a_row_for_each_session(make_bids_tree: MakeBidsTree) -> None:
    tree = make_bids_tree(2, sessions=2, runs={"T1w": 1, "bold": 2})
    assert [(row["subject_id"], row["session_id"]) for row in tree.rows] == [
        ("sub-001", "ses-1"),
        ("sub-001", "ses-2"),
        ("sub-002", "ses-1"),
        ("sub-002", "ses-2"),
    ]
    assert tree.rows[2] == {
        "subject_id": "sub-002",
        "session_id": "ses-1",
        "T1w": f"{tree.root}/sub-002/ses-1/anat/sub-002_ses-1_T1w.nii.gz",
        "bold": [
            f"{tree.root}/sub-002/ses-1/func/sub-002_ses-1_task-rest_run-{run}_bold.nii.gz"
            for run in (1, 2)
        ],
    }


def test_images_are_those_of_the_table_and_of_the_folder(make_bids_tree: MakeBidsTree) -> None:
    tree = make_bids_tree(3, sessions=2, runs=EVERYTHING, missing_every=3)
    images = [path.relative_to(tree.root).as_posix() for path in tree.images]
    assert sorted(images) == sorted(name for name in files(tree.root) if name.endswith(".nii.gz"))


def test_paths_are_absolute_when_the_root_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tree = bids_tree("bids", 1)
    assert tree.root == tmp_path / "bids"
    assert all(path.is_absolute() and path.is_file() for path in tree.images)


def test_every_modality_misses_its_share_of_sessions(make_bids_tree: MakeBidsTree) -> None:
    tree = make_bids_tree(6, runs={"T1w": 1, "bold": 2, "dwi": 2}, missing_every=3)
    assert [row["T1w"] is None for row in tree.rows] == [False, False, True] * 2
    assert [row["bold"] == [] for row in tree.rows] == [False, True, False] * 2
    assert [row["dwi"] == [] for row in tree.rows] == [True, False, False] * 2


def test_nothing_is_missing_by_default(make_bids_tree: MakeBidsTree) -> None:
    assert all(all(row.values()) for row in make_bids_tree(4, runs=EVERYTHING).rows)


def test_no_two_images_are_the_same(make_bids_tree: MakeBidsTree) -> None:
    tree = make_bids_tree(3, sessions=2, runs=EVERYTHING)
    assert len({path.read_bytes() for path in tree.images}) == len(tree.images) == 60


def test_images_do_not_depend_on_the_other_subjects_but_on_the_seed(tmp_path: Path) -> None:
    small = bids_tree(tmp_path / "small", 1, runs={"T1w": 1})
    large = bids_tree(tmp_path / "large", 2, sessions=2, runs={"bold": 2, "T1w": 1})
    other = bids_tree(tmp_path / "other", 1, runs={"T1w": 1}, seed=1)
    image = small.images[0].read_bytes()
    assert (large.root / small.images[0].relative_to(small.root)).read_bytes() == image
    assert other.images[0].read_bytes() != image


def test_sizes_may_differ_by_modality(make_bids_tree: MakeBidsTree) -> None:
    tree = make_bids_tree(1, runs={"T1w": 1, "bold": 2}, size={"T1w": 20_000, "bold": 200_000})
    sizes = [path.stat().st_size for path in tree.images]
    assert sizes == pytest.approx([20_000, 200_000, 200_000], rel=0.01)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_all_images_have_the_suffix(make_bids_tree: MakeBidsTree, suffix: str) -> None:
    tree = make_bids_tree(1, suffix=suffix)
    assert {path.name.partition(".")[1:] for path in tree.images} == {(".", suffix[1:])}


def test_table_becomes_a_dataset_of_images(make_bids_tree: MakeBidsTree) -> None:
    tree = make_bids_tree(3, runs={"T1w": 1, "bold": 2}, missing_every=3)
    features = Features(
        {
            "subject_id": Value("string"),
            "session_id": Value("string"),
            "T1w": Nifti(),
            "bold": Sequence(Nifti()),
        }
    )
    dataset = Dataset.from_list(list(tree.rows), features=features)
    assert dataset[2]["T1w"] is None
    assert dataset[1]["bold"] == []
    assert dataset[0]["T1w"].get_fdata().ndim == 3
    assert [image.get_fdata().ndim for image in dataset[0]["bold"]] == [4, 4]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (
            {"runs": {"meg": 1}},
            "unknown modality meg: one of T1w, T2w, FLAIR, bold, sbref, dwi, asl",
        ),
        ({"runs": {"T1w": 0}}, "there must be at least one subject, one session and one run"),
        ({"subjects": 0}, "there must be at least one subject, one session and one run"),
        ({"sessions": 0}, "there must be at least one subject, one session and one run"),
        ({"missing_every": 1}, "missing_every must be at least 2, not 1"),
        ({"size": {"T1w": 9_000}}, "size says nothing of bold"),
    ],
)
def test_bad_argument_is_refused_and_writes_nothing(
    make_bids_tree: MakeBidsTree, tmp_path: Path, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        make_bids_tree(**options)
    assert list(tmp_path.iterdir()) == []
