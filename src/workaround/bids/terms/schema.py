"""The schema of BIDS, by its authors: entities, suffixes, data types and metadata.

https://bidsschematools.readthedocs.io
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from workaround.errors import BidsError
from workaround.extras import advice

NIFTI = ".nii.gz"

_SCALARS = {
    "number": pa.float64(),
    "integer": pa.int64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True)
class Schema:
    """The terms of BIDS.

    Attributes:
        version: Version of the specification.
        entities: Formats of the values of entities, ``index`` or ``label``, by key (``run``), in
            the order of names.
        image_entities: Keys of entities that images may have, besides subject and session.
        suffixes: All suffixes, such as ``T1w``.
        places: Data types of raw images, such as ``anat``, by suffix.
        datatypes: All data types.
        folder_extensions: Extensions of recordings that are folders, such as ``.ds``.
        metadata: Fields of JSON sidecars, as JSON schemas.
        columns: Types of columns of tables, where all tables of BIDS agree on them.
    """

    version: str
    entities: Mapping[str, str]
    image_entities: tuple[str, ...]
    suffixes: frozenset[str]
    places: Mapping[str, frozenset[str]]
    datatypes: frozenset[str]
    folder_extensions: tuple[str, ...]
    metadata: Mapping[str, Mapping[str, Any]]
    columns: Mapping[str, pa.DataType]


@cache
def schema() -> Schema:
    """Return the schema.

    Raises:
        BidsError: The package that has it is not installed.
    """
    try:
        from bidsschematools.schema import load_schema
    except ImportError as error:
        raise BidsError(f"BIDS folders are read by the schema of BIDS: {advice('bids')}") from error
    loaded = load_schema()
    objects, rules = loaded.objects.to_dict(), loaded.rules
    entities = {
        objects["entities"][name]["name"]: objects["entities"][name]["format"]
        for name in rules.entities
    }
    keys = {name: objects["entities"][name]["name"] for name in rules.entities}
    used: set[str] = set()
    places: dict[str, set[str]] = {}
    for rule in _file_rules(rules.files.deriv.to_dict()):
        if NIFTI in rule["extensions"]:
            used |= {keys[name] for name in rule["entities"]}
    for rule in _file_rules(rules.files.raw.to_dict()):
        if NIFTI in rule["extensions"]:
            used |= {keys[name] for name in rule["entities"]}
            for suffix in rule["suffixes"]:
                places.setdefault(suffix, set()).update(rule.get("datatypes", ()))
    extensions = [extension["value"] for extension in objects["extensions"].values()]
    return Schema(
        version=str(loaded.bids_version),
        entities=entities,
        image_entities=tuple(key for key in entities if key in used and key not in ("sub", "ses")),
        suffixes=frozenset(suffix["value"] for suffix in objects["suffixes"].values()),
        places={suffix: frozenset(datatypes) for suffix, datatypes in places.items()},
        datatypes=frozenset(datatype["value"] for datatype in objects["datatypes"].values()),
        folder_extensions=tuple(
            text.rstrip("/") for text in extensions if text.endswith("/") and text != "/"
        ),
        metadata={field["name"]: field for field in objects["metadata"].values()},
        columns=_column_types(objects["columns"].values()),
    )


def _column_types(definitions: Iterable[Mapping[str, Any]]) -> dict[str, pa.DataType]:
    types: dict[str, set[pa.DataType | None]] = {}
    for definition in definitions:
        kind = _SCALARS.get(definition.get("type", ""))
        types.setdefault(definition["name"], set()).add(kind)
    return {
        name: kind for name, kinds in types.items() for kind in kinds if kind and len(kinds) == 1
    }


def entity_type(key: str) -> pa.DataType:
    """Return the type of the values of an entity: indices are numbers."""
    return pa.int64() if schema().entities.get(key) == "index" else pa.string()


def metadata_type(field: str) -> pa.DataType | None:
    """Return the type of a field of JSON sidecars.

    A field that may hold one number or several, as ``FlipAngle`` may, holds a list. Objects and
    whatever has no other type in common are text, as JSON.

    Returns:
        None for a field that BIDS does not know.
    """
    definition = schema().metadata.get(field)
    return None if definition is None else _type(definition)


def _type(definition: Mapping[str, Any]) -> pa.DataType:
    if "anyOf" in definition:
        types = [_type(option) for option in definition["anyOf"]]
        items = {kind.value_type if pa.types.is_list(kind) else kind for kind in types}
        if items == {pa.float64(), pa.int64()}:
            items = {pa.float64()}
        if len(items) > 1 or any(map(pa.types.is_nested, items)):
            return pa.string()
        (item,) = items
        return pa.list_(item) if any(map(pa.types.is_list, types)) else item
    if definition.get("type") == "array":
        items_type = _type(definition.get("items", {}))
        return pa.string() if pa.types.is_nested(items_type) else pa.list_(items_type)
    return _SCALARS.get(definition.get("type", ""), pa.string())


def _file_rules(rules: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the rules about files of nested groups of rules."""
    for rule in rules.values():
        if isinstance(rule, dict):
            if "suffixes" in rule and "entities" in rule:
                yield rule
            else:
                yield from _file_rules(rule)
