"""BIDS folders: a row for each session, with the NIfTI images of each kind in a column.

The Brain Imaging Data Structure names files by entities, ``sub-01_ses-1_run-2_bold.nii.gz``
(https://bids-specification.readthedocs.io). bids2table indexes the folder.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from workaround.errors import BidsError, Problem
from workaround.preflight.check import require_sound
from workaround.tables.infer import file_dataset
from workaround.tables.kinds import TEXT, known_kinds
from workaround.tables.load import load, local_path

IMAGES = (".nii", ".nii.gz")
GRADIENTS = (".bval", ".bvec")
"""Suffixes of the text files beside diffusion images, which cannot be used without them."""

_PLACE = ["sub", "ses", "datatype", "suffix", "ext", "path"]
_NOT_ENTITIES = {*_PLACE, "dataset", "root", "extra_entities"}

Session = tuple[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Image:
    """An image of a BIDS folder.

    Attributes:
        session: Labels of subject and session; the latter is empty where there are no sessions.
        datatype: Folder within the session: ``anat``, ``func``, ...
        suffix: Contrast or modality: ``T1w``, ``bold``, ...
        entities: Other entities of the name, such as ``task`` and ``run``.
        path: Path from the root of the dataset.
    """

    session: Session
    datatype: str
    suffix: str
    entities: Mapping[str, str | int]
    path: str

    def beside(self, ext: str) -> str:
        """Return the path with another extension."""
        return re.sub(r"(?i)\.nii(\.gz)?$", ext, self.path)


def bids_table(
    root: str | os.PathLike[str], kinds: Mapping[str, str] | None = None, *, strict: bool = False
) -> Dataset:
    """Make the file table of a BIDS folder.

    A row is a session. Its columns are ``subject_id``, ``session_id`` if there are sessions, those
    of ``participants.tsv``, and one for each suffix (``T1w``, ``bold``), named ``func_sbref`` and
    ``dwi_sbref`` where images of several data types have it. A column holds lists if any session
    has several of its images, sorted by task, ..., run. Other entities of their names are in
    columns beside it, lists too if it is one: ``bold_task``, ``bold_run``. So are the gradients of
    diffusion images, as text: ``dwi_bval``, ``dwi_bvec``. Derivatives are left out: their folders,
    such as ``derivatives/fmriprep``, are datasets themselves.

    Args:
        root: Folder that holds the folders of the subjects.
        kinds: Kinds of columns of ``participants.tsv``, as for `read_table`.
        strict: Refuse images that are not named as in BIDS, and subjects that ``participants.tsv``
            lacks, instead of logging a warning of each.

    Raises:
        ArgumentError: The root or the kinds are not what the arguments can be.
        BidsError: No images, two columns of one name, a text that cannot be read, or bids2table is
            missing.
        TableError: ``participants.tsv`` cannot be read.
        CheckError: One of its columns has paths in some cells, and other text in others.
    """
    root, kinds = local_path("root", root).absolute(), known_kinds(kinds)
    try:
        subjects_exist = any(root.glob("sub-*"))
    except OSError as error:
        raise BidsError(f"{root} cannot be read: {error.strerror}") from error
    if not subjects_exist:
        raise BidsError(f"{root} has no folders sub-*: is it the root of a BIDS dataset?")
    index = _index(root)
    entities = [name for name in index.column_names if name not in _NOT_ENTITIES]
    records = index.filter(pc.is_in(pc.utf8_lower(index["ext"]), pa.array(IMAGES))).to_pylist()
    images = [_image(record, entities) for record in records]
    if not images:
        raise BidsError(f"{root} has no NIfTI images in its folders sub-*")
    sessions = sorted({image.session for image in images})
    subjects = pa.array([f"sub-{subject}" for subject, _ in sessions])
    columns: dict[str, Any] = {"subject_id": subjects}
    if any(session for _, session in sessions):
        columns["session_id"] = pa.array([f"ses-{name}" if name else None for _, name in sessions])
    files = set(index["path"].to_pylist())
    problems = _left_out(root, {image.path for image in images})
    participants = root / "participants.tsv"
    if participants.exists() or participants.is_symlink():
        more, missing_rows = _participants(participants, subjects, kinds)
        _add(columns, more)
        problems += missing_rows
    require_sound(problems, strict=strict)
    by_column = _by_column(images)
    for name, column_images in by_column.items():
        column = _Column.of(column_images, sessions, entities)
        _add(columns, {name: column.cells(lambda image: image.path)})
        _add(columns, _entities(name, column, entities))
        _add(columns, _gradients(name, column, root, files))
    return file_dataset(pa.table(columns), root, dict.fromkeys(by_column, "nifti") | dict(kinds))


def _index(root: Path) -> pa.Table:
    """Return the index of bids2table, without entities that no file has."""
    try:
        from bids2table import index_dataset
    except ImportError as error:
        raise BidsError(
            "BIDS folders are read with bids2table: pip install 'nifti-hub-workaround[bids]'"
        ) from error
    # bids2table indexes no file of a folder whose name has a dot (ds004884-1.0.2) or a bracket.
    with tempfile.TemporaryDirectory(prefix="workaround-") as folder:
        link = Path(folder, "dataset")
        link.symlink_to(root, target_is_directory=True)
        index = index_dataset(link)
    used = [name for name in index.column_names if index[name].null_count < len(index)]
    return index.select(list(dict.fromkeys([*_PLACE, *used])))


def _image(record: Mapping[str, Any], entities: Sequence[str]) -> Image:
    return Image(
        (record["sub"], record["ses"] or ""),
        record["datatype"] or "",
        record["suffix"],
        {name: record[name] for name in entities if record[name] is not None},
        record["path"],
    )


def _by_column(images: Sequence[Image]) -> dict[str, list[Image]]:
    """Group images by column."""
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
    """The images of a column, sorted within each session."""

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
        """Return a value of every image, in lists if any session has several images."""
        values = [[value(image) for image in images] for images in self.sessions]
        return values if self.several else [next(iter(cell), None) for cell in values]


def _entities(name: str, column: _Column, entities: Sequence[str]) -> dict[str, Any]:
    """Return the columns of entities that any image of a column has."""

    def value(image: Image, entity: str) -> str | int | None:
        return image.entities.get(entity)

    used = {entity for images in column.sessions for image in images for entity in image.entities}
    return {
        f"{name}_{entity}": column.cells(partial(value, entity=entity))
        for entity in entities
        if entity in used
    }


def _gradients(name: str, column: _Column, root: Path, files: set[str]) -> dict[str, Any]:
    """Return the columns of gradients that any image of a column has beside it."""

    def read(image: Image, ext: str) -> str | None:
        path = image.beside(ext)
        return _text(root / path) if path in files else None

    images = [image for session in column.sessions for image in session]
    return {
        f"{name}_{ext[1:]}": column.cells(partial(read, ext=ext))
        for ext in GRADIENTS
        if any(image.beside(ext) in files for image in images)
    }


def _text(path: Path) -> str:
    """Return the content of a text file."""
    _require_file(path)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BidsError(f"{path} cannot be read as text: {error}") from error


def _require_file(path: Path) -> None:
    if path.is_symlink() and not path.exists():
        raise BidsError(f"{path} is a link to a file that is missing: `datalad get` fetches it")
    if not path.is_file():
        raise BidsError(f"{path} is not a regular file: remove it, or put a text file in its place")


def _left_out(root: Path, images: Container[str]) -> list[Problem]:
    """Return a problem for each file that ends as images do and is not indexed as one."""
    reason = "left out: not a BIDS name, such as sub-01_T1w.nii.gz; rename it"
    return [
        Problem(None, None, str(root / path), reason, severity="omission")
        for path in _files_of_subjects(root)
        if path.lower().endswith(IMAGES) and path not in images
    ]


def _files_of_subjects(root: Path) -> Iterator[str]:
    """Yield the files in the folders of subjects, sorted, from the root, without hidden ones."""
    for subject in sorted(root.glob("sub-*")):
        for folder, folders, names in os.walk(subject, followlinks=True):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            place = Path(folder).relative_to(root)
            yield from (str(place / name) for name in sorted(names) if not name.startswith("."))


def _participants(
    path: Path, subjects: pa.Array, kinds: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the columns of ``participants.tsv`` by session, and problems for missing subjects."""
    _require_file(path)
    table = load(path, {**kinds, "participant_id": TEXT})
    if "participant_id" not in table.column_names:
        raise BidsError(f"{path} has no column participant_id")
    ids = _subject_ids(table["participant_id"])
    counts = pc.value_counts(ids.drop_null())
    if twice := [count["values"] for count in counts.to_pylist() if count["counts"] > 1]:
        raise BidsError(f"{path} has several rows of one participant, {twice[0]}")
    rows = pc.index_in(subjects, ids, skip_nulls=True)
    if rows.null_count == len(rows):
        raise BidsError(f"{path} has no row of any subject: {subjects[0]} is not one of its ids")
    problems = [
        Problem(None, "participant_id", str(path), f"no row of {subject}", severity="omission")
        for subject in pc.unique(subjects.filter(rows.is_null())).to_pylist()
    ]
    others = [name for name in table.column_names if name != "participant_id"]
    return {name: table[name].take(rows) for name in others}, problems


def _subject_ids(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the names of the subjects' folders, for ids with and without the prefix."""
    labels = pc.replace_substring_regex(pc.utf8_trim_whitespace(ids), "^sub-", "")
    return pc.binary_join_element_wise("sub-", labels, "")


def _add(columns: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add columns.

    Raises:
        BidsError: A name is in use already.
    """
    if taken := columns.keys() & more.keys():
        raise BidsError(f"There are two columns {min(taken)!r}: rename that of participants.tsv")
    columns.update(more)
