"""BIDS folders: a row for each session, with the NIfTI images of each kind in a column.

The Brain Imaging Data Structure names files by entities, ``sub-01_ses-1_run-2_bold.nii.gz``
(https://bids-specification.readthedocs.io). What is in a folder, bids2table finds out.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from workaround.errors import UploadError
from workaround.load import load
from workaround.tables import TEXT, file_dataset

IMAGES = (".nii", ".nii.gz")
GRADIENTS = (".bval", ".bvec")
"""Text beside diffusion images, without which they are of no use."""

_PLACE = ["sub", "ses", "datatype", "suffix", "ext", "path"]
_NOT_ENTITIES = {*_PLACE, "dataset", "root", "extra_entities"}

Session = tuple[str, str]
T = TypeVar("T")


class BidsError(UploadError):
    """A folder is not a BIDS dataset with images, or there is no indexer to read it with."""


@dataclass(frozen=True)
class Image:
    """An image of a BIDS folder.

    Attributes:
        session: Labels of subject and session; the latter is empty where there are no sessions.
        datatype: Folder within the session: ``anat``, ``func``, ...
        suffix: What the image shows: ``T1w``, ``bold``, ...
        entities: The others, such as ``task`` and ``run``.
        path: From the root of the dataset.
    """

    session: Session
    datatype: str
    suffix: str
    entities: Mapping[str, str | int]
    path: str

    def beside(self, ext: str) -> str:
        """Path of the file that differs in its extension only."""
        return re.sub(r"\.nii(\.gz)?$", ext, self.path)


def bids_table(root: Path, kinds: Mapping[str, str] | None = None) -> Dataset:
    """Make the file table of a BIDS folder.

    A row is a session. Its columns are ``subject_id``, ``session_id`` if there are sessions, those
    of ``participants.tsv``, and one for each suffix (``T1w``, ``bold``), named ``func_sbref`` and
    ``dwi_sbref`` where images of several data types have it. A column holds lists if any session
    has several of its images, sorted by task, ..., run. What else their names say is in columns
    beside it, lists too if it is one: ``bold_task``, ``bold_run``. So are the gradients beside
    diffusion images, as text: ``dwi_bval``, ``dwi_bvec``. Derivatives are left out: their folders,
    such as ``derivatives/fmriprep``, are datasets themselves.

    Args:
        root: Holds the folders of the subjects.
        kinds: Of columns of ``participants.tsv``, as for `read_table`.

    Raises:
        BidsError: There are no images, a column would be there twice, or bids2table is missing.
        TableError: ``participants.tsv`` cannot be read.
        CheckError: One of its columns holds paths in some cells, and something else in others.
        OSError: Gradients cannot be read.
    """
    kinds = kinds or {}
    root = root.absolute()
    if not any(root.glob("sub-*")):
        raise BidsError(f"{root} has no folders sub-*: is it the root of a BIDS dataset?")
    index = _index(root)
    entities = [name for name in index.column_names if name not in _NOT_ENTITIES]
    found = index.filter(pc.is_in(index["ext"], pa.array(IMAGES)))
    images = [_image(record, entities) for record in found.to_pylist()]
    if not images:
        raise BidsError(f"{root} has no NIfTI images in its folders sub-*")
    sessions = sorted({image.session for image in images})
    subjects = pa.array([f"sub-{subject}" for subject, _ in sessions])
    columns: dict[str, Any] = {"subject_id": subjects}
    if any(session for _, session in sessions):
        columns["session_id"] = pa.array([f"ses-{name}" if name else None for _, name in sessions])
    if (root / "participants.tsv").exists():
        _add(columns, _participants(root / "participants.tsv", subjects, kinds))
    files = set(index["path"].to_pylist())
    by_column = _by_column(images)
    for name, those in by_column.items():
        column = _Column.of(those, sessions, entities)
        _add(columns, {name: column.cells(lambda image: image.path)})
        _add(columns, _entities(name, column, entities))
        _add(columns, _gradients(name, column, root, files))
    return file_dataset(pa.table(columns), root, dict.fromkeys(by_column, "nifti") | dict(kinds))


def _index(root: Path) -> pa.Table:
    """What bids2table finds, without the entities that no file has."""
    try:
        from bids2table import index_dataset
    except ImportError as error:
        raise BidsError(
            "BIDS folders are read with bids2table: pip install 'nifti-hub-workaround[bids]'"
        ) from error
    # In a folder whose name has a dot (ds004884-1.0.2) or a bracket, bids2table finds nothing.
    with tempfile.TemporaryDirectory(prefix="workaround-") as folder:
        link = Path(folder, "dataset")
        link.symlink_to(root, target_is_directory=True)
        index = index_dataset(link)
    said = [name for name in index.column_names if index[name].null_count < len(index)]
    return index.select(list(dict.fromkeys([*_PLACE, *said])))


def _image(record: Mapping[str, Any], entities: Sequence[str]) -> Image:
    return Image(
        (record["sub"], record["ses"] or ""),
        record["datatype"] or "",
        record["suffix"],
        {name: record[name] for name in entities if record[name] is not None},
        record["path"],
    )


def _by_column(images: Sequence[Image]) -> dict[str, list[Image]]:
    """The images of each column."""
    datatypes: dict[str, set[str]] = defaultdict(set)
    for image in images:
        datatypes[image.suffix].add(image.datatype)
    columns: dict[str, list[Image]] = defaultdict(list)
    for image in sorted(images, key=lambda image: (image.datatype, image.suffix)):
        ambiguous = len(datatypes[image.suffix]) > 1
        columns[f"{image.datatype}_{image.suffix}" if ambiguous else image.suffix].append(image)
    return columns


@dataclass(frozen=True)
class _Column:
    """The images of a column, those of each session in order."""

    sessions: list[list[Image]]
    several: bool

    @classmethod
    def of(
        cls, images: Iterable[Image], sessions: Sequence[Session], names: Sequence[str]
    ) -> _Column:
        grouped: dict[Session, list[Image]] = defaultdict(list)
        for image in images:
            grouped[image.session].append(image)

        def order(image: Image) -> tuple[object, ...]:
            values = [image.entities.get(name) for name in names]
            return (*((value is not None, value) for value in values), image.path)

        cells = [sorted(grouped[session], key=order) for session in sessions]
        return cls(cells, several=max(map(len, cells)) > 1)

    def cells(self, value: Callable[[Image], T]) -> list[list[T]] | list[T | None]:
        """Something of every image, in lists if the column has them."""
        values = [[value(image) for image in images] for images in self.sessions]
        return values if self.several else [next(iter(cell), None) for cell in values]


def _entities(name: str, column: _Column, entities: Sequence[str]) -> dict[str, Any]:
    """What the names of the images say, as far as any of them says it."""

    def value(image: Image, entity: str) -> str | int | None:
        return image.entities.get(entity)

    said = {entity for images in column.sessions for image in images for entity in image.entities}
    return {
        f"{name}_{entity}": column.cells(partial(value, entity=entity))
        for entity in entities
        if entity in said
    }


def _gradients(name: str, column: _Column, root: Path, files: set[str]) -> dict[str, Any]:
    """The text files of gradients beside the images, as far as any has them."""

    def read(image: Image, ext: str) -> str | None:
        path = image.beside(ext)
        return (root / path).read_text() if path in files else None

    images = [image for session in column.sessions for image in session]
    return {
        f"{name}_{ext[1:]}": column.cells(partial(read, ext=ext))
        for ext in GRADIENTS
        if any(image.beside(ext) in files for image in images)
    }


def _participants(path: Path, subjects: pa.Array, kinds: Mapping[str, str]) -> dict[str, Any]:
    """Columns of ``participants.tsv``, with a cell for each session."""
    table = load(path, {**kinds, "participant_id": TEXT})
    if "participant_id" not in table.column_names:
        raise BidsError(f"{path} has no column participant_id")
    ids = table["participant_id"]
    if len(pc.unique(ids)) < len(ids):
        raise BidsError(f"{path} has several rows of one participant")
    rows = pc.index_in(subjects, ids)
    table = table.drop_columns(["participant_id"])
    return {name: table[name].take(rows) for name in table.column_names}


def _add(columns: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add columns.

    Raises:
        BidsError: One has a name that is taken.
    """
    if taken := columns.keys() & more.keys():
        raise BidsError(f"There are two columns {min(taken)!r}: rename that of participants.tsv")
    columns.update(more)
