"""The table of a BIDS folder: a row for each session, with the images of each kind in a column."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from datasets import Dataset

from workaround.bids.layout import Column, add_columns, by_column, entity_columns
from workaround.bids.participants import read_participants
from workaround.bids.scan import left_out, scan
from workaround.bids.sidecars import gradient_columns
from workaround.preflight.check import require_sound
from workaround.tables.infer import file_dataset
from workaround.tables.kinds import known_kinds
from workaround.tables.load import local_path


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
    scanned = scan(root)
    sessions = scanned.sessions
    columns: dict[str, Any] = {
        "subject_id": pa.array([f"sub-{subject}" for subject, _ in sessions])
    }
    if any(session for _, session in sessions):
        columns["session_id"] = pa.array([f"ses-{name}" if name else None for _, name in sessions])
    participants = read_participants(root, sessions, kinds)
    add_columns(columns, participants.columns)
    problems = [*left_out(root, {image.path for image in scanned.images}), *participants.problems]
    require_sound(problems, strict=strict)
    columns_of_images = by_column(scanned.images)
    for name, images in columns_of_images.items():
        column = Column.of(images, sessions, scanned.entities)
        add_columns(columns, {name: column.cells(lambda image: image.path)})
        add_columns(columns, entity_columns(name, column, scanned.entities))
        add_columns(columns, gradient_columns(name, column, root, scanned.files))
    return file_dataset(
        pa.table(columns), root, dict.fromkeys(columns_of_images, "nifti") | dict(kinds)
    )
