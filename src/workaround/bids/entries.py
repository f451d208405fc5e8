"""The values beside each image: its path, the entities of its name, and what files say of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from workaround.bids.inheritance import Metadata
from workaround.bids.joins import Joined, join_scans
from workaround.bids.layout import Entry
from workaround.bids.options import TABLES, BidsOptions
from workaround.bids.scan import Image
from workaround.bids.sidecars import ALL, GRADIENTS, TEXT_PATH, Sidecars
from workaround.bids.terms.beside import field_column, scans_column
from workaround.bids.terms.schema import entity_type, metadata_type, schema

PATH = "path"
SCANS = "scans"
"""Name of the column that holds the row of ``scans.tsv`` where rows are images."""


@dataclass
class Entries:
    """The images of a dataset with the values beside them.

    Attributes:
        root: Root of the raw dataset.
        names: Fields of JSON sidecars and tables that come along.
        single: A row is an image: the row of ``scans.tsv`` is one text.
        sidecars: Files beside the images.
        scans: Rows of all ``scans.tsv``.
        entries: The images.
    """

    root: Path
    names: Sequence[str]
    single: bool
    sidecars: Sidecars
    scans: Joined
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, root: Path, paths: Sequence[str], options: BidsOptions) -> Entries:
        """Return none of the images yet, of a dataset with these files."""
        names, single = options.sidecars or (), options.layout == "image"
        sidecars = Sidecars(root, Metadata.of(paths), names, rows=options.tables == "rows")
        return cls(root, names, single, sidecars, join_scans(root, paths))

    def add(self, image: Image) -> None:
        """Add an image, and read the files beside it; as a derivative it may join another row."""
        values: dict[str, Any] = {PATH: image.path, **image.entities}
        values |= self.sidecars.gradients(image)
        fields = self.sidecars.values(image)
        values |= {field_column(name): value for name, value in fields.items()}
        values |= self.sidecars.tables(image)
        row = self.scans.rows.get(image.path, {})
        if self.single:
            values[SCANS] = json.dumps(row) if row else None
        else:
            values |= {scans_column(name, _reserved()): cell for name, cell in row.items()}
        self.entries.append(Entry(image, values))

    def types(self) -> dict[str, pa.DataType]:
        """Return the types of all values, in the order of their columns."""
        used = {name: None for entry in self.entries for name in entry.values}
        own = [name for name in used if name in {*self._own_entities()}]
        known = [name for name in schema().entities if name in used]
        fields = list(self.sidecars.fields) if ALL in self.names else self.names
        result = {PATH: pa.string()} | {name: entity_type(name) for name in (*known, *own)}
        gradients = [extension[1:] for extension in GRADIENTS]
        result |= dict.fromkeys([*gradients, *_paths(gradients)], pa.string())
        result |= {
            field_column(name): metadata_type(name) or pa.string()
            for name in fields
            if name not in (*TABLES, ALL)
        }
        tables = [name for name in used if name.partition("_")[0] in TABLES]
        asked = [name for name in TABLES if name in self.names]
        result |= dict.fromkeys([*asked, *_paths(asked), *sorted(tables)], pa.string())
        if self.single:
            return result | {SCANS: pa.string()}
        return result | {
            scans_column(name, _reserved()): kind for name, kind in self.scans.types.items()
        }

    def _own_entities(self) -> dict[str, None]:
        """Return the entities that BIDS does not know, of derivatives."""
        names = {name: None for entry in self.entries for name in entry.image.entities}
        return {name: None for name in names if name not in schema().entities}


@cache
def _reserved() -> frozenset[str]:
    """Return the names of values beside images that are of no sidecar and no ``scans.tsv``."""
    gradients = (extension[1:] for extension in GRADIENTS)
    return frozenset({PATH, *schema().entities, *gradients, *TABLES})


def _paths(names: Iterable[str]) -> list[str]:
    return [f"{name}{TEXT_PATH}" for name in names]
