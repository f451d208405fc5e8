"""The files beside images: gradients, JSON sidecars and tables, found by inheritance."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from workaround.bids.inheritance import Metadata
from workaround.bids.options import HEADLESS, SIDECARS, TABLES
from workaround.bids.scan import Image
from workaround.bids.tabular.records import Records, parse
from workaround.bids.terms.names import split_name
from workaround.bids.terms.schema import metadata_type
from workaround.errors import ArgumentError, BidsError, Problem

GRADIENTS = (".bval", ".bvec")
"""Extensions of the text files beside diffusion images, which cannot be used without them."""

TEXT_PATH = "_path"
"""End of the name of a column that holds the paths of the texts of another one."""

ALL = "all"


@dataclass
class Sidecars:
    """The files beside the images of a dataset.

    Attributes:
        root: Root of the dataset.
        metadata: Its metadata files.
        names: Fields of JSON sidecars and tables that come along.
        used: Paths of the files that were read.
        fields: Fields of JSON sidecars that apply to any image.
        rows: Tables are lists of rows, not text.
        problems: Files that cannot be read as JSON, and values of the wrong type.
    """

    root: Path
    metadata: Metadata
    names: Sequence[str]
    used: set[str] = field(default_factory=set)
    fields: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    rows: bool = False
    _tables: dict[str, Records | None] = field(default_factory=dict)
    _read: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def gradients(self, image: Image) -> dict[str, str]:
        """Return the gradients that apply to an image, as text, and their paths."""
        result: dict[str, str] = {}
        for extension in GRADIENTS:
            if paths := self.metadata.applicable(image, extension):
                result |= self._text(extension[1:], paths[-1])
        return result

    def values(self, image: Image) -> dict[str, Any]:
        """Return the fields of the JSON sidecars that apply to an image, the nearest first."""
        merged: dict[str, Any] = {}
        for path in self.metadata.applicable(image, ".json"):
            merged |= self._json(path)
        self.fields |= dict.fromkeys(merged)
        wanted = merged if ALL in self.names else [name for name in self.names if name in merged]
        return {name: self._converted(name, merged[name], image) for name in wanted}

    def tables(self, image: Image) -> dict[str, Any]:
        """Return the tables beside an image that are asked for, and their paths."""
        result: dict[str, Any] = {}
        for suffix in TABLES:
            if suffix not in self.names or image.suffix == "sbref":
                continue
            if suffix in HEADLESS:
                paths = self.metadata.recordings(image, suffix)
            else:
                applicable = self.metadata.applicable(image, ".tsv", suffix)
                belongs = "task" in image.entities or suffix == "aslcontext"
                paths = {"": applicable[-1]} if applicable and belongs else {}
            for recording, path in sorted(paths.items()):
                name = f"{suffix}_{recording}" if recording else suffix
                result |= self._records(name, path) if self.rows else self._text(name, path)
        return result

    def _records(self, name: str, path: str) -> dict[str, Any]:
        self.used.add(path)
        if path not in self._tables:
            description: dict[str, Any] = {}
            for file in self.metadata.descriptions(path):
                description |= self._json(file)
            header = split_name(path.rpartition("/")[2]).suffix not in HEADLESS
            try:
                table = parse(text_of(self.root / path), description, header=header)
            except ValueError as error:
                table = None
                self._omit(path, f"left out: {error}; mend it")
            self._tables[path] = table
        table = self._tables[path]
        return {} if table is None else {name: table, f"{name}{TEXT_PATH}": path}

    def _text(self, name: str, path: str) -> dict[str, str]:
        self.used.add(path)
        return {name: text_of(self.root / path), f"{name}{TEXT_PATH}": path}

    def _json(self, path: str) -> Mapping[str, Any]:
        if path not in self._read:
            self.used.add(path)
            try:
                content = json.loads(text_of(self.root / path))
            except ValueError as error:
                self._omit(path, f"left out: not JSON ({error}); mend it")
                content = {}
            if not isinstance(content, dict):
                self._omit(path, "left out: not a JSON object; mend it")
                content = {}
            self._read[path] = content
        return self._read[path]

    def _converted(self, name: str, value: Any, image: Image) -> Any:
        kind = metadata_type(name) or pa.string()
        try:
            return converted(value, kind)
        except (TypeError, ValueError):
            reason = f"the sidecar has {name} {value!r}, which is not {_plain(kind)}: left empty"
            path = str(self.root / image.path)
            self.problems.append(Problem(None, name, path, reason, severity="remark"))
            return None

    def _omit(self, path: str, reason: str) -> None:
        self.problems.append(
            Problem(None, None, str(self.root / path), reason, severity="omission")
        )


def converted(value: Any, kind: pa.DataType) -> Any:
    """Return a value of JSON as one of a type.

    Raises:
        TypeError: It is none.
        ValueError: It is none.
    """
    if value is None or value == "n/a":
        return None
    if pa.types.is_list(kind):
        items = value if isinstance(value, list) else [value]
        return [converted(item, kind.value_type) for item in items]
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else json.dumps(value)
    if pa.types.is_boolean(kind):
        if not isinstance(value, bool):
            raise TypeError(value)
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    number = float(value)
    if not pa.types.is_integer(kind):
        return number
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


def sidecar_names(value: Any) -> tuple[str, ...]:
    """Return the names of fields and tables that a caller asks for; `SIDECARS` for None.

    Raises:
        ArgumentError: Not a list of names.
    """
    if value is None:
        return SIDECARS
    if isinstance(value, str):
        value = value.split(",")
    names = tuple(value) if isinstance(value, list | tuple) else (None,)
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise ArgumentError(
            f"sidecars has to name fields such as 'RepetitionTime', tables ({', '.join(TABLES)}),"
            f" 'all' or 'none', not {value!r}"
        )
    return () if names == ("none",) else tuple(name.strip() for name in names)


def text_of(path: Path) -> str:
    """Return the content of a text file, compressed or not."""
    require_file(path)
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BidsError(f"{path} cannot be read as text: {error}") from error


def require_file(path: Path) -> None:
    """Refuse a link without a file, and what is not a regular file."""
    if path.is_symlink() and not path.exists():
        raise BidsError(f"{path} is a link to a file that is missing: `datalad get` fetches it")
    if not path.is_file():
        raise BidsError(f"{path} is not a regular file: remove it, or put a text file in its place")


def _plain(kind: pa.DataType) -> str:
    names = {pa.float64(): "a number", pa.int64(): "a whole number", pa.bool_(): "true or false"}
    return f"{_plain(kind.value_type)}, or a list" if pa.types.is_list(kind) else names[kind]
