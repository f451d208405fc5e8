"""A synthetic BIDS dataset: subjects, sessions, several runs of some modalities, and gaps.

Names, folders and metadata follow the Brain Imaging Data Structure
(https://bids-specification.readthedocs.io); bids-validator 3.0.2 finds no error in them.
"""

import itertools
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nibabel as nib

from repro.synthetic.nifti import REPETITION_TIME, write_nifti

BIDS_VERSION = "1.10.0"


@dataclass(frozen=True)
class Modality:
    """The place and name of one kind of image in BIDS.

    Attributes:
        folder: The data type, which is the folder within the session.
        ndim: 3 for single volumes, 4 for time series.
        task: Label of the ``task`` entity in the file name, if it has one.
        metadata: What its JSON sidecar says.
    """

    folder: str
    ndim: int
    task: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


_REST = {"TaskName": "rest", "RepetitionTime": REPETITION_TIME}

MODALITIES: Mapping[str, Modality] = MappingProxyType(
    {
        "T1w": Modality("anat", 3),
        "T2w": Modality("anat", 3),
        "FLAIR": Modality("anat", 3),
        "bold": Modality("func", 4, "rest", _REST),
        "sbref": Modality("func", 3, "rest", _REST),
        "dwi": Modality("dwi", 4),
        "asl": Modality(
            "perf",
            4,
            metadata={
                "EchoTime": 0.012,
                "ArterialSpinLabelingType": "PASL",
                "BackgroundSuppression": False,
                "BolusCutOffFlag": False,
                "M0Type": "Absent",
                "MagneticFieldStrength": 3,
                "MRAcquisitionType": "3D",
                "PostLabelingDelay": 1.8,
                "RepetitionTimePreparation": REPETITION_TIME,
            },
        ),
    }
)
"""The kinds of image that ``bids_tree`` can make, by their BIDS suffix."""

Row = dict[str, str | list[str] | None]


@dataclass(frozen=True)
class BidsTree:
    """A BIDS dataset on disk.

    Attributes:
        root: Its folder.
        rows: Its file table, one row for each session: ``subject_id``, ``session_id``, and for each
            modality its absolute path or None, or the list of its paths where it has several runs.
    """

    root: Path
    rows: tuple[Row, ...]

    @property
    def images(self) -> list[Path]:
        """The image files, in the order of the table."""
        return [
            Path(path)
            for row in self.rows
            for column, cell in row.items()
            if column not in ("subject_id", "session_id")
            for path in ([cell] if isinstance(cell, str) else cell or ())
        ]


def bids_tree(
    root: str | os.PathLike[str],
    subjects: int,
    *,
    sessions: int = 1,
    runs: Mapping[str, int] | None = None,
    size: int | Mapping[str, int] = 65_536,
    suffix: str = ".nii.gz",
    background: float = 0.0,
    missing_every: int | None = None,
    seed: int = 0,
) -> BidsTree:
    """Write a BIDS dataset of synthetic images, no two of them the same.

    An image does not depend on the others: the dataset of three subjects begins with that of two.

    Args:
        root: Folder to write it in; made if it is not there.
        subjects: Number of subjects, ``sub-001`` and so on.
        sessions: Number of sessions of each subject, ``ses-1`` and so on.
        runs: Number of runs in each session of each modality, which is a key of ``MODALITIES``. The
            column holds a path where that is 1, else a list. By default one T1w and two bold.
        size: Bytes on disk of every image, or of those of each modality.
        suffix: ``.nii.gz`` or ``.nii``.
        background: Share of the voxels that is zero, as in ``write_nifti``.
        missing_every: Leaves each modality out of one session in so many, at least 2, and
            neighbouring modalities out of different ones. The cell is None or an empty list.
            By default nothing is missing.
        seed: What to seed the images with.

    Raises:
        ValueError: If a modality is unknown or has no size, if a number is too small, or if
            ``write_nifti`` cannot make such an image.
    """
    runs = {"T1w": 1, "bold": 2} if runs is None else runs
    if unknown := runs.keys() - MODALITIES.keys():
        raise ValueError(f"unknown modality {min(unknown)}: one of {', '.join(MODALITIES)}")
    if min(subjects, sessions, *runs.values()) < 1:
        raise ValueError(
            "there must be at least one subject, one session and one run of a modality"
        )
    if missing_every is not None and missing_every < 2:
        raise ValueError(f"missing_every must be at least 2, not {missing_every}")

    sizes = size if isinstance(size, Mapping) else dict.fromkeys(runs, size)
    if unsized := runs.keys() - sizes.keys():
        raise ValueError(f"size says nothing of {min(unsized)}")

    root = Path(root).absolute()
    subject_ids = [f"sub-{number:03}" for number in range(1, subjects + 1)]
    _write_dataset_files(root, subject_ids)
    session_ids = [f"ses-{number}" for number in range(1, sessions + 1)]
    rows: list[Row] = []
    for subject, session in itertools.product(subject_ids, session_ids):
        row: Row = {"subject_id": subject, "session_id": session}
        for offset, (modality, count) in enumerate(runs.items(), start=1):
            missing = missing_every is not None and (len(rows) + offset) % missing_every == 0
            folder = root / subject / session / MODALITIES[modality].folder
            names = [] if missing else _names(subject, session, modality, count)
            images = [folder / f"{name}{suffix}" for name in names]
            for image in images:
                _write_image(image, modality, sizes[modality], background, seed)
            paths = [str(image) for image in images]
            row[modality] = paths if count > 1 else next(iter(paths), None)
        rows.append(row)
    return BidsTree(root, tuple(rows))


def _names(subject: str, session: str, modality: str, runs: int) -> list[str]:
    """The BIDS name of each run of a modality, without the suffix of the file."""
    task = MODALITIES[modality].task
    entities = [subject, session, *([f"task-{task}"] if task else [])]
    if runs == 1:
        return ["_".join([*entities, modality])]
    return ["_".join([*entities, f"run-{run}", modality]) for run in range(1, runs + 1)]


def _write_image(image: Path, modality: str, size: int, background: float, seed: int) -> None:
    """Write an image and the metadata files that belong beside it."""
    image.parent.mkdir(parents=True, exist_ok=True)
    write_nifti(
        image,
        size,
        ndim=MODALITIES[modality].ndim,
        background=background,
        seed=(seed, zlib.crc32(image.name.encode())),
    )
    name, _, _ = image.name.partition(".")
    metadata = dict(MODALITIES[modality].metadata)
    match modality:
        case "dwi":
            _write_gradients(image.with_name(name), _volumes(image))
        case "asl":
            volumes = _volumes(image)
            metadata["TotalAcquiredPairs"] = volumes // 2
            kinds = itertools.islice(itertools.cycle(("control", "label")), volumes)
            context = image.with_name(f"{name}context.tsv")
            context.write_text("\n".join(["volume_type", *kinds, ""]))
    _write_json(image.with_name(f"{name}.json"), metadata)


def _write_gradients(stem: Path, volumes: int) -> None:
    """Write b-values and directions: one unweighted volume, then the three axes in turn."""
    weighted = range(volumes - 1)
    b_values = [0] + [1000 for _ in weighted]
    directions = [[0] + [int(volume % 3 == axis) for volume in weighted] for axis in range(3)]
    for suffix, lines in ((".bval", [b_values]), (".bvec", directions)):
        text = "".join(" ".join(map(str, line)) + "\n" for line in lines)
        stem.with_suffix(suffix).write_text(text)


def _volumes(image: Path) -> int:
    return nib.Nifti1Image.from_filename(image).shape[3]


def _write_dataset_files(root: Path, subject_ids: list[str]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    _write_json(
        root / "dataset_description.json",
        {
            "Name": "Synthetic images",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "License": "CC0",
            "Authors": ["Nobody"],
        },
    )
    (root / "README").write_text(
        "Seeded noise in the shape of a BIDS dataset. Nobody was scanned.\n"
    )
    (root / "participants.tsv").write_text("\n".join(["participant_id", *subject_ids, ""]))


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")
