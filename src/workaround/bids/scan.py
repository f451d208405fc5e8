"""The images of a BIDS folder, as bids2table indexes it, and the files that are left out."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workaround.errors import BidsError, Problem

IMAGES = (".nii", ".nii.gz")

_PLACE = ["sub", "ses", "datatype", "suffix", "ext", "path"]
_NOT_ENTITIES = {*_PLACE, "dataset", "root", "extra_entities"}

Session = tuple[str, str]


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


@dataclass(frozen=True)
class Scan:
    """The files of a BIDS folder.

    Attributes:
        images: All images that are named as in BIDS.
        entities: Names of the entities of any file, in their order.
        files: Paths of all indexed files, from the root.
    """

    images: Sequence[Image]
    entities: Sequence[str]
    files: frozenset[str]

    @property
    def sessions(self) -> list[Session]:
        """The sessions that have images, sorted."""
        return sorted({image.session for image in self.images})


def scan(root: Path) -> Scan:
    """Find the images of a BIDS folder.

    Raises:
        BidsError: The folder has no images, or cannot be read.
    """
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
    return Scan(images, entities, frozenset(index["path"].to_pylist()))


def left_out(root: Path, images: Container[str]) -> list[Problem]:
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
