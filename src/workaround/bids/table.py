"""The table of a BIDS folder: a row for each session, subject or image."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import Dataset

from workaround.bids.derivatives import derivative_names, join, read_derivatives
from workaround.bids.description import describe
from workaround.bids.entries import Entries
from workaround.bids.faces import face_problems
from workaround.bids.filters import chosen, patterns_of
from workaround.bids.joins import Joined, join_sessions
from workaround.bids.layout import (
    Columns,
    Entry,
    add_sessions,
    add_single,
    add_subjects,
)
from workaround.bids.leftovers import LeftOut, Taken, left_out
from workaround.bids.options import LAYOUTS, TABLE_FORMS, TABLES, BidsOptions, Layout, TableForm
from workaround.bids.scan import Scan, Session, is_derivative, scan
from workaround.bids.sidecars import ALL, GRADIENTS, sidecar_names
from workaround.bids.tabular.participants import (
    NONE,
    Participants,
    participants_path,
    read_participants,
)
from workaround.bids.tabular.records import with_rows
from workaround.bids.terms.schema import metadata_type
from workaround.bids.walk import Files, files_of
from workaround.errors import ArgumentError, BidsError, Problem
from workaround.hub.card_draft import CardDraft
from workaround.preflight.check import require_sound
from workaround.preflight.identifying_names import name_problems
from workaround.tables.infer import file_dataset
from workaround.tables.kinds import TEXT, known_kinds
from workaround.tables.load import local_path


@dataclass(frozen=True)
class BidsFolder:
    """A BIDS folder that was read.

    Attributes:
        dataset: Its table.
        problems: Omissions and remarks.
        left_out: Files and subjects that do not come along.
        card: Additions to the card.
    """

    dataset: Dataset
    problems: Sequence[Problem]
    left_out: LeftOut
    card: CardDraft


def bids_table(
    root: str | os.PathLike[str],
    kinds: Mapping[str, str] | None = None,
    *,
    strict: bool = False,
    layout: Layout = "session",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    sidecars: Sequence[str] | None = None,
    derivatives: Sequence[str] = (),
    list_always: bool = False,
    list_sessions: bool = False,
    participants: str | os.PathLike[str] | None = None,
    require_deidentified: bool = False,
    tables: TableForm = "text",
) -> Dataset:
    """Make the file table of a BIDS folder.

    A row is a session. Its columns are ``subject_id``, ``session_id`` if there are sessions, those
    of ``participants.tsv`` and ``sessions.tsv``, and one for each suffix (``T1w``, ``bold``), named
    ``func_sbref`` and ``dwi_sbref`` where images of several data types have it. A column holds
    lists if any session has several of its images, sorted by task, ..., run. Beside it, lists too
    if it is one, are columns of the entities of the names (``bold_task``), of the gradients as text
    (``dwi_bval``), of fields of JSON sidecars (``bold_RepetitionTime``), of ``scans.tsv``, and of
    the path in the folder (``bold_path``). Files apply to images by the inheritance principle.

    Args:
        root: Folder that holds the folders of the subjects.
        kinds: Kinds of columns of ``participants.tsv``, as for `read_table`.
        strict: Refuse whatever would be left out, instead of logging a warning of each.
        layout: "session"; "subject" for a row a subject, with sessions as prefixes of columns
            (``ses-1_T1w``); or "image" for a row an image, with the same columns for every dataset.
        include: Patterns of images to choose: ``sub-01``, ``ses-*``, ``anat``, ``bold``,
            ``task-rest``.
        exclude: Patterns of images to leave out, such as ``acq-bad*``.
        sidecars: Fields of JSON sidecars, or "all", and tables: "events", "aslcontext", "physio",
            "stim". By default those of `workaround.bids.options.SIDECARS`.
        derivatives: Names of folders in ``derivatives`` whose images join the rows by subject and
            session, in columns named by space, label, desc and suffix (``lesion_mask``).
        list_always: Hold lists in all columns of images.
        list_sessions: Hold the sessions of a subject as lists, in the layout "subject".
        participants: Table to read instead of ``participants.tsv``; "none" for no table.
        require_deidentified: Refuse what may say who someone is, instead of logging remarks.
        tables: Hold the tables of ``sidecars`` as "text", or as lists of "rows" whose cells have
            the types that the JSON files beside them and BIDS say, or numbers where all are.

    Raises:
        ArgumentError: The root or another argument is not what it can be.
        BidsError: No images, two columns of one name, or a text that cannot be read.
        CheckError: Some data would be left out, or the cells of a column do not go together.
    """
    options = BidsOptions(
        {} if kinds is None else kinds,
        layout,
        include,
        exclude,
        sidecars,
        derivatives,
        list_always,
        list_sessions,
        participants,
        tables,
    )
    result = read_bids(root, options)
    require_sound(result.problems, strict=strict, deidentified=require_deidentified)
    return result.dataset


def read_bids(root: str | os.PathLike[str], options: BidsOptions) -> BidsFolder:
    """Read a BIDS folder, with all that is left out; it refuses no omission.

    Raises:
        ArgumentError: The root or an option is not what it can be.
        BidsError: No images, two columns of one name, or a text that cannot be read.
        CheckError: The cells of a column do not go together.
    """
    root, options = local_path("root", root).absolute(), _checked(options)
    files = files_of(root)
    scanned = scan(root, files)
    if not scanned.images:
        raise BidsError(_no_images(root, files, scanned))
    images = chosen(scanned.images, options.include, options.exclude)
    if not images:
        raise BidsError(f"{root} has no images that --include and --exclude leave")
    sessions = sorted({image.session for image in images})
    problems = [*scanned.problems]
    taken = Taken(
        images,
        {image.path for image in scanned.images} - {image.path for image in images},
        scanned.misnamed,
        derivatives=options.derivatives,
    )
    names = options.sidecars or ()
    read = Entries.of(root, files.paths, options)
    for image in images:
        read.add(image)
    if not is_derivative(root):
        problems += _without_gradients(root, read.entries)
    entries, types = list(read.entries), read.types()
    for name in options.derivatives:
        derived = read_derivatives(root, name)
        raw = sorted({image.session for image in scanned.images})
        joined, unjoined = join(root, derived.scan.images, raw)
        kept = [image for image in joined if image.session in sessions]
        taken = taken.with_derivatives(derived.scan, joined, kept)
        beside = Entries.of(root, derived.files.paths, options)
        for image in kept:
            beside.add(image)
        entries += beside.entries
        types = beside.types() | types
        problems += [*derived.scan.problems, *unjoined, *beside.sidecars.problems]
    entries, row_types = with_rows(entries)
    types |= row_types
    rows: list[Session] = sessions
    if options.layout == "subject":
        rows = [(subject, "") for subject in dict.fromkeys(subject for subject, _ in sessions)]
    elif options.layout == "image":
        entries.sort(key=lambda entry: (entry.image.session, entry.image.path))
        rows = [entry.image.session for entry in entries]
    participants = Participants()
    if options.participants != NONE:
        participants = read_participants(
            Path(options.participants or root / "participants.tsv"),
            rows,
            {image.session for image in scanned.images},
            files.subjects,
            options.kinds,
        )
    of_sessions = join_sessions(root, files.paths)
    of_images = Columns()
    match options.layout:
        case "session":
            add_sessions(of_images, entries, rows, types, always=options.list_always)
        case "subject":
            add_subjects(
                of_images,
                entries,
                sessions,
                types,
                nested=options.list_sessions,
                always=options.list_always,
            )
        case _:
            add_single(of_images, entries, types)
    columns = Columns()
    columns.add("subject_id", pa.array([f"sub-{subject}" for subject, _ in rows]))
    _add_rest(columns, options, rows, sessions, participants, of_sessions, of_images)
    for name, values in of_images.arrays.items():
        columns.add(name, values)
    columns.kinds |= of_images.kinds
    dataset = file_dataset(pa.table(columns.arrays), root, columns.kinds | dict(options.kinds))
    used = {*read.sidecars.used, *read.scans.used, *of_sessions.used}
    fields = [name for name in read.sidecars.fields if name not in names]
    taken = replace(
        taken,
        files=used,
        participants=participants.subjects,
        fields=() if ALL in names else fields,
        scans=[path for path in read.scans.rows if not os.path.lexists(root / path)],
        sessions=_unused(of_sessions, {image.session for image in scanned.images}),
    )
    rest, omissions = left_out(files, taken)
    of_participants = [*participants.columns, *participants.by_session.types]
    renamed = [name for name in of_participants if f"participants_{name}" in columns.arrays]
    problems += _renamed(root, renamed)
    problems += [*participants.problems, *of_sessions.problems, *read.scans.problems]
    problems += _unknown_fields(root, options.sidecars or (), read.sidecars.fields)
    card, unread = describe(root, {entry.image.datatype for entry in entries})
    problems += [*read.sidecars.problems, *omissions, *unread]
    problems += face_problems(root, images, scanned.images)
    if options.layout == "image":  # the names are within texts, which no check of columns reads
        problems += name_problems([*of_participants, *of_sessions.types, *read.scans.types])
    return BidsFolder(dataset, problems, rest, card)


def _checked(options: BidsOptions) -> BidsOptions:
    """Return the options as they are meant.

    Raises:
        ArgumentError: One is not what it can be.
    """
    if options.layout not in LAYOUTS:
        raise ArgumentError(f"layout is one of {', '.join(LAYOUTS)}, not {options.layout!r}")
    if options.tables not in TABLE_FORMS:
        raise ArgumentError(f"tables is one of {', '.join(TABLE_FORMS)}, not {options.tables!r}")
    if options.list_sessions and options.layout != "subject":
        raise ArgumentError("list_sessions (--list-sessions) is for the layout 'subject'")
    return replace(
        options,
        kinds=known_kinds(options.kinds),
        include=patterns_of("include", options.include),
        exclude=patterns_of("exclude", options.exclude),
        sidecars=sidecar_names(options.sidecars),
        derivatives=derivative_names(options.derivatives),
        participants=participants_path(options.participants),
    )


def _unknown_fields(root: Path, names: Sequence[str], fields: Collection[str]) -> list[Problem]:
    """Return a remark on each name that no sidecar has, and that is none of BIDS either."""
    return [
        Problem(None, None, str(root), f"no sidecar has the field {name}", severity="remark")
        for name in names
        if name not in {ALL, *TABLES, *fields} and metadata_type(name) is None
    ]


def _renamed(root: Path, names: Iterable[str]) -> list[Problem]:
    """Return a remark on each column of ``participants.tsv`` whose name another column has."""
    return [
        Problem(None, name, str(root), f"is the column participants_{name}", severity="remark")
        for name in names
    ]


def _no_images(root: Path, files: Files, scanned: Scan) -> str:
    message = f"{root} has no NIfTI images in its folders sub-*"
    if scanned.problems:
        problem = scanned.problems[0]
        return f"{message} that are named as in BIDS: {problem.path}: {problem.reason}"
    rest, _ = left_out(files, Taken([]))
    return f"{message}: there are {rest.text() or 'no files at all'}"


def _unused(of_sessions: Joined, used: Collection[Session]) -> list[str]:
    """Return the rows of ``sessions.tsv`` about sessions without images."""
    return [f"sub-{subject} ses-{label}" for subject, label in of_sessions.rows.keys() - used]


def _without_gradients(root: Path, entries: Iterable[Entry]) -> list[Problem]:
    """Return a problem for each diffusion image to which no gradients apply."""
    problems = []
    for entry in entries:
        missing = [ext for ext in GRADIENTS if ext[1:] not in entry.values]
        if entry.image.suffix == "dwi" and missing:
            reason = f"no {' and no '.join(missing)} applies to it: it is of no use without"
            path = str(root / entry.image.path)
            problems.append(Problem(None, None, path, reason, severity="omission"))
    return problems


def _add_rest(
    columns: Columns,
    options: BidsOptions,
    rows: Sequence[Session],
    sessions: Sequence[Session],
    participants: Participants,
    of_sessions: Joined,
    of_images: Columns,
) -> None:
    """Add the columns that are not about images, with a prefix if their name is in use."""
    if options.layout == "image":
        ids = pa.array([f"ses-{name}" if name else None for _, name in rows], pa.string())
        columns.add("session_id", ids)
        cells = {name: _plain(values) for name, values in participants.columns.items()}
        by_session = participants.by_session.rows
        texts = [
            _json({name: values[at] for name, values in cells.items()} | by_session.get(row, {}))
            for at, row in enumerate(rows)
        ]
        columns.add("participants", pa.array(texts, pa.string()), TEXT)
        texts = [_json(of_sessions.rows.get(session, {})) for session in rows]
        columns.add("sessions", pa.array(texts, pa.string()), TEXT)
        return
    if options.layout == "session" and any(name for _, name in sessions):
        ids = pa.array([f"ses-{name}" if name else None for _, name in sessions])
        columns.add("session_id", ids)
    used = {"session_id", *of_images.arrays}
    beside = [f"{name}_" for name, kind in of_images.kinds.items() if kind == "nifti"]
    prefixes = (*beside, "participants_", "sessions_")
    for name, values in participants.columns.items():
        columns.add(_free(name, "participants", columns, used, prefixes), values)
    for prefix, joined in (("participants", participants.by_session), ("sessions", of_sessions)):
        for name, kind in joined.types.items():
            free = _free(name, prefix, columns, used, prefixes)
            text = TEXT if kind == pa.string() else None

            def cell(session: Session, joined: Joined = joined, name: str = name) -> Any:
                return joined.rows.get(session, {}).get(name)

            if options.layout == "session":
                columns.add(free, pa.array(map(cell, rows), kind), text)
            else:
                own = [[key for key in sessions if key[0] == subject] for subject, _ in rows]
                lists = [[cell(key) for key in keys] for keys in own]
                columns.add(free, pa.array(lists, pa.list_(kind)), text)


def _free(
    name: str, prefix: str, columns: Columns, used: Collection[str], prefixes: tuple[str, ...]
) -> str:
    """Return a name for a column that says which table it is of, where names do not."""
    taken = name in columns.arrays or name in used or name.startswith(prefixes)
    return f"{prefix}_{name}" if taken else name


def _plain(values: Any) -> list[Any]:
    result: list[Any] = values.to_pylist()
    return result


def _json(cells: Mapping[str, Any]) -> str | None:
    present = {name: value for name, value in cells.items() if value is not None}
    return json.dumps(present) if present else None
