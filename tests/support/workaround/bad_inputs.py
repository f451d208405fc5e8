"""Inputs that no upload can be made of: argument values, datasets, tables, files and folders.

Each is a function that pushes it. The result has to be a typed error that leaves no repository, or
a good push where the input is only odd; `bad_input.complaint` names anything else.
"""

from __future__ import annotations

import gzip
import os
import socket
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset, Features, Nifti

from repro.synthetic.nifti import write_nifti
from tests.support.constants import REPO
from tests.support.workaround.bad_arguments import arguments, datasets
from tests.support.workaround.bad_input import LONG, SURROGATE, BadInput, without_folder
from workaround import bids_table, push_to_hub, read_table

_META = b'{"info": {"features": %s}}'
_T1W = pa.table({"t1w": ["a.nii"]})


def _parquet(table: pa.Table, metadata: bytes | None = None) -> bytes:
    sink = BytesIO()
    if metadata is not None:
        table = table.replace_schema_metadata({b"huggingface": metadata})
    pq.write_table(table, sink)
    return sink.getvalue()


def _nested(depth: int) -> bytes:
    return b'{"a": ' + b"[" * depth + b"1" + b"]" * depth + b"}\n"


TABLES: dict[str, bytes] = {
    "empty.csv": b"",
    "blank.csv": b"\n\n\n",
    "header.csv": b"t1w\n",
    "ragged.csv": b"a,b\n1\n",
    "long.csv": b"a,b\n1,2,3\n",
    "twice.csv": b"a,a\n1,2\n",
    "index.csv": b",t1w\n0,a.nii\n",
    "nul-header.csv": b"t1w\0\na.nii\n",
    "nul-cell.csv": b"t1w\na\0.nii\n",
    "nul.csv": b"\0" * 100,
    "latin.csv": "t1w\né.nii\n".encode("latin-1"),
    "latin-header.csv": "é\n1\n".encode("latin-1"),
    "utf16.csv": "t1w\na.nii\n".encode("utf-16"),
    "utf32.csv": "t1w\na.nii\n".encode("utf-32"),
    "quote.csv": b'a,b\n"1,2\n3,4\n',
    "quotes.csv": b'a\n"x"y"z\n',
    "semicolon.csv": b"a;t1w\n1;a.nii\n",
    "comma.tsv": b"a,t1w\n1,a.nii\n",
    "zip.csv": b"PK\3\4" + bytes(100),
    "gzip.csv": gzip.compress(b"t1w\na.nii\n"),
    "noise.csv": bytes(range(256)) * 20,
    "mixed.csv": b"t1w\na.nii\nb.txt\n",
    "missing.csv": b"t1w\nmissing.nii\n",
    "python-list.csv": b"t1w\n\"['a.nii', 'b.nii']\"\n",
    "list.csv": b'bold\n"[""a.nii"", 5]"\n',
    "empty.jsonl": b"",
    "blank.jsonl": b"\n\n",
    "text.jsonl": b"hello\n",
    "array.jsonl": b'[{"a": 1}]\n',
    "pretty.jsonl": b'{\n  "a": 1\n}\n',
    "number.jsonl": b"5\n",
    "null.jsonl": b"null\n",
    "cut.jsonl": b'{"a": 1}\n{"a": \n',
    "no-fields.jsonl": b"{}\n{}\n",
    "no-name.jsonl": b'{"": 1}\n',
    "twice.jsonl": b'{"a": 1, "a": 2}\n',
    "types.jsonl": b'{"a": 1}\n{"a": "x"}\n',
    "types-nested.jsonl": b'{"a": [1]}\n{"a": {"b": 1}}\n',
    "nan.jsonl": b'{"a": NaN}\n',
    "infinity.jsonl": b'{"a": -Infinity}\n',
    "surrogate.jsonl": b'{"a": "\\ud800"}\n',
    "nul.jsonl": b'{"a\\u0000": "b"}\n',
    "nul-path.jsonl": b'{"t1w": "a\\u0000.nii"}\n',
    "latin.jsonl": '{"t1w": "é.nii"}\n'.encode("latin-1"),
    "utf16.jsonl": '{"t1w": "a.nii"}\n'.encode("utf-16"),
    "large.jsonl": b'{"a": 123456789012345678901234567890}\n',
    "huge.jsonl": b'{"a": 1' + b"0" * 5000 + b"}\n",
    "exponent.jsonl": b'{"a": 1e999}\n',
    "deep40.jsonl": _nested(40),
    "deep200.jsonl": _nested(200),
    "deep5000.jsonl": _nested(5000),
    "deep-objects.jsonl": b'{"a": ' * 200 + b"1" + b"}" * 200 + b"\n",
    "empty.parquet": b"",
    "magic.parquet": b"PAR1PAR1",
    "text.parquet": b"t1w\na.nii\n",
    "cut.parquet": _parquet(_T1W)[:-10],
    "start.parquet": _parquet(_T1W)[10:],
    "zeros.parquet": _parquet(_T1W)[:-40] + bytes(40),
    "footer.parquet": _parquet(_T1W)[:-8] + b"\xff\xff\xff\x7fPAR1",
    "no-columns.parquet": _parquet(pa.table({})),
    "twice.parquet": _parquet(pa.table([[1], [2]], ["a", "a"])),
    "no-name.parquet": _parquet(pa.table({"": [1]})),
    "map.parquet": _parquet(pa.table({"m": pa.array([[("a", 1)]], pa.map_("string", "int8"))})),
    "uuid.parquet": _parquet(pa.table({"u": pa.array([b"a" * 16], pa.uuid())})),
    "numbers.parquet": _parquet(pa.table({"path": [1], "bytes": [b"x"]})),
    "latin.parquet": _parquet(
        pa.table({"t1w": pa.array([b"\xe9.nii"], pa.binary()).view(pa.string())})
    ),
    "not-json.parquet": _parquet(_T1W, b"no JSON"),
    "not-text.parquet": _parquet(_T1W, b"\xff"),
    "number-metadata.parquet": _parquet(_T1W, b"5"),
    "info.parquet": _parquet(_T1W, b'{"info": 5}'),
    "features.parquet": _parquet(_T1W, _META % b"[]"),
    "feature.parquet": _parquet(_T1W, _META % b'{"t1w": 5}'),
    "no-type.parquet": _parquet(_T1W, _META % b'{"t1w": {"_type": "NoSuchType"}}'),
    "no-dtype.parquet": _parquet(_T1W, _META % b'{"t1w": {"_type": "Value", "dtype": "no"}}'),
    "names.parquet": _parquet(_T1W, _META % b'{"t1w": {"_type": "ClassLabel", "names": 5}}'),
    "deep-metadata.parquet": _parquet(_T1W, _META % (b'{"a": ' * 3000 + b"1" + b"}" * 3000)),
    "label.parquet": _parquet(
        pa.table({"l": [7]}), _META % b'{"l": {"_type": "ClassLabel", "names": ["a"]}}'
    ),
    "table.xlsx": b"PK\3\4",
    "table.json": b'[{"t1w": "a.nii"}]',
    "table.csv.gz": gzip.compress(b"t1w\na.nii\n"),
    "table": b"t1w\na.nii\n",
}


def tables() -> Iterator[BadInput]:
    """Yield file tables, and paths of some."""
    for name, content in TABLES.items():

        def push(folder: Path, name: str = name, content: bytes = content) -> object:
            write_nifti(folder / "a.nii", 2000)
            (folder / name).write_bytes(content)
            return push_to_hub(read_table(folder / name, strict=True), REPO)

        yield BadInput(f"table: {name}", push)
    for name, make in SPECIAL.items():

        def push_special(folder: Path, make: Callable[[Path], object] = make) -> object:
            make(folder / "table.csv")
            return push_to_hub(read_table(folder / "table.csv"), REPO)

        yield BadInput(f"table: {name}", push_special)
    paths: list[Any] = [None, 5, "", b"t.csv", "a\0.csv", f"{LONG}.csv", f"{SURROGATE}.csv"]
    for path in [*paths, "s3://b/t.csv"]:
        yield BadInput(f"table: {path!r:.40}", without_folder(partial(read_table, path)))
    for kinds in [5, "t1w=nifti", ["t1w"], {"t1w": "dicom"}, {"t1w": None}, {5: "nifti"}]:

        def push_kinds(folder: Path, kinds: Any = kinds) -> object:
            (folder / "table.csv").write_text("t1w\na.nii\n")
            return read_table(folder / "table.csv", kinds)

        yield BadInput(f"kinds: {kinds!r}", push_kinds)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


SPECIAL: dict[str, Callable[[Path], object]] = {
    "missing": Path.exists,
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "socket": _socket,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "dangling link": lambda path: path.symlink_to("gone"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_bytes(b"no image at all" * 100),
    "zeros": lambda path: path.write_bytes(bytes(2000)),
}
"""Makers of things in place of a regular file."""

PATHS: list[str] = ["", ".", "/", "~/x.nii", "$HOME/x.nii", "C:\\x.nii", " a.nii", "a.nii ", "nan"]
PATHS += [
    "None",
    "a\0.nii",
    "a\n.nii",
    "/" + LONG,
    "x/" * 3000,
    SURROGATE,
    "/dev/null",
    "/dev/zero",
]
PATHS += ["foo://x/a.nii", "zip://a.nii::gone.zip", "tar://::", "file:///gone/a.nii", "://"]
PATHS += ["hf://", "hf://datasets/nobody/none/a.nii", "http://127.0.0.1:9/a.nii", "http://"]
PATHS += ["http://[::1", "memory://gone.nii", "zip://", "a.nii::b", "https://127.0.0.1:99999/a.nii"]


def files() -> Iterator[BadInput]:
    """Yield cells of files."""
    feature = Features({"t1w": Nifti(decode=False)})

    def rows(cell: Any) -> Dataset:
        return Dataset.from_dict({"t1w": [cell]}, features=feature)

    def push_cell(cell: Any) -> object:
        return push_to_hub(rows(cell), REPO)

    for path in PATHS:
        if path != SURROGATE:  # which no table can hold
            yield BadInput(f"file: {path!r:.40}", without_folder(partial(push_cell, path)))
    for name, make in SPECIAL.items():
        for suffix in (".nii", ".nii.gz"):

            def push(
                folder: Path, make: Callable[[Path], object] = make, suffix: str = suffix
            ) -> object:
                path = folder / f"image{suffix}"
                make(path)
                return push_to_hub(rows(str(path)), REPO)

            yield BadInput(f"file: {name}{suffix}", push)
    contents = {
        "no bytes": {"bytes": b"", "path": "a.nii"},
        "text": {"bytes": b"no image", "path": "a.nii"},
        "damaged gzip": {"bytes": gzip.compress(bytes(500))[:-4], "path": "a.nii.gz"},
        "huge dimensions": {"bytes": _header(np.iinfo(np.int16).max), "path": "a.nii"},
        "negative dimensions": {"bytes": _header(-5), "path": "a.nii"},
    }
    for name, cell in contents.items():
        yield BadInput(f"contents: {name}", without_folder(partial(push_cell, cell)))


def _header(dimension: int) -> bytes:
    """Return a NIfTI-1 header with four equal dimensions, and no voxels."""
    header = bytearray(352)
    header[:4] = (348).to_bytes(4, "little")
    header[40:50] = np.array([4, *[dimension] * 4], "<i2").tobytes()
    header[70:74] = np.array([16, 32], "<i2").tobytes()
    header[344:348] = b"n+1\0"
    return bytes(header)


def _file_instead(root: Path) -> None:
    root.rmdir()
    root.write_text("x")


BIDS: dict[str, Callable[[Path], object]] = {
    "missing": lambda root: root.rmdir(),
    "empty": Path.exists,
    "no images": lambda root: (root / "sub-1" / "anat").mkdir(parents=True),
    "file": _file_instead,
    "subject is a file": lambda root: (root / "sub-1").write_text("x"),
}
PARTICIPANTS: dict[str, bytes] = {
    "empty": b"",
    "no ids": b"age\n5\n",
    "other ids": b"participant_id\nsub-9\n",
    "ids twice": b"participant_id\nsub-1\nsub-1\n",
    "latin": "participant_id\tname\nsub-1\té\n".encode("latin-1"),
    "nul": b"participant_id\tage\0\nsub-1\t5\n",
    "same column": b"participant_id\tT1w\nsub-1\tx\n",
    "columns twice": b"participant_id\tage\tage\nsub-1\t1\t2\n",
    "ragged": b"participant_id\tage\nsub-1\n",
    "noise": bytes(range(256)),
    "commas": b"participant_id,age\nsub-1,5\n",
}


def folders() -> Iterator[BadInput]:
    """Yield BIDS folders."""
    for name, make in BIDS.items():

        def push(folder: Path, make: Callable[[Path], object] = make) -> object:
            make(folder)
            return push_to_hub(bids_table(folder, strict=True), REPO)

        yield BadInput(f"bids: {name}", push)
    roots: list[Any] = [None, 5, "", b"/", "a\0", LONG, "hf://datasets/u/d"]
    for root in roots:
        yield BadInput(f"bids: {root!r:.40}", without_folder(partial(bids_table, root)))
    places = ["participants.tsv", "sub-1/dwi/sub-1_dwi.bval", "sub-1/dwi/sub-1_dwi.nii"]
    for place in places:
        for name, make in SPECIAL.items():

            def push_beside(
                folder: Path, place: str = place, make: Callable[[Path], object] = make
            ) -> object:
                _subject(folder)
                (folder / place).unlink(missing_ok=True)
                make(folder / place)
                return push_to_hub(bids_table(folder, strict=True), REPO)

            yield BadInput(f"bids: {place} is {name}", push_beside)
    for name, text in PARTICIPANTS.items():

        def push_participants(folder: Path, text: bytes = text) -> object:
            _subject(folder)
            (folder / "participants.tsv").write_bytes(text)
            return push_to_hub(bids_table(folder, strict=True), REPO)

        yield BadInput(f"participants: {name}", push_participants)


def _subject(root: Path) -> None:
    for datatype, suffix in (("anat", "T1w"), ("dwi", "dwi")):
        (root / "sub-1" / datatype).mkdir(parents=True)
        write_nifti(root / "sub-1" / datatype / f"sub-1_{suffix}.nii", 2000)


def bad_inputs() -> list[BadInput]:
    """Return all inputs."""
    return [*arguments(), *datasets(), *tables(), *files(), *folders()]
