"""Names of the columns beside images: fields of sidecars, and columns of ``scans.tsv``.

BIDS writes the former in camel case and the latter in lower case. What is written otherwise has a
prefix, so that the two are never one column, nor that of a path or an entity, and that both can
be told from each other when a dataset is restored.
"""

from __future__ import annotations

from workaround.bids.terms.schema import schema

_FIELD, _SCAN = "sidecar_", "scans_"


def field_column(name: str) -> str:
    """Return the name of the column of a field of sidecars."""
    return name if _is_field(name) else f"{_FIELD}{name}"


def scans_column(name: str, reserved: frozenset[str]) -> str:
    """Return the name of the column of a column of ``scans.tsv``.

    Args:
        name: Its name in the table.
        reserved: Names of other values beside images, and beginnings of such names.
    """
    others = name in reserved or name.partition("_")[0] in reserved
    if others or _is_field(name) or name.startswith((_FIELD, _SCAN)):
        return f"{_SCAN}{name}"
    return name


def field_of(column: str) -> str | None:
    """Return the field of sidecars that is in a column; None if it is of ``scans.tsv``."""
    if column.startswith(_FIELD):
        return column.removeprefix(_FIELD)
    return column if _is_field(column) else None


def scan_of(column: str) -> str:
    """Return the column of ``scans.tsv`` that is in a column."""
    return column.removeprefix(_SCAN)


def _is_field(name: str) -> bool:
    return name in schema().metadata or name[:1].isupper()
