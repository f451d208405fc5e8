"""Upstream changes written into the entry of a bug; all else in it stays as it is."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import tomlkit

from repro.catalog.bugs import Change


def record(text: str, changes: Mapping[str, Change]) -> str:
    """Return an entry with upstream changes, its formatting and comments kept.

    Args:
        text: The entry, as TOML.
        changes: The changes by key, `introduced` or `fixed`. What is unknown of one is left out.

    Raises:
        tomlkit.exceptions.ParseError: It is not TOML.
    """
    document = tomlkit.parse(text)
    for key, change in changes.items():
        known = {name: value for name, value in msgspec.structs.asdict(change).items() if value}
        table = document.get(key)
        if table is None:
            document.add(tomlkit.nl())
            table = tomlkit.table()
            document[key] = table
        for name in set(table) - set(known):
            table.remove(name)
        for name, value in known.items():
            if table.get(name) != value:
                table[name] = value
    return tomlkit.dumps(document)


def write(file: Path, changes: Mapping[str, Change]) -> bool:
    """Write upstream changes into the entry of a bug; returns False if it has them already.

    Raises:
        OSError: The file cannot be read or written.
        tomlkit.exceptions.ParseError: It is not TOML.
    """
    text = file.read_text(encoding="utf-8")
    new = record(text, changes)
    if new != text:
        file.write_text(new, encoding="utf-8")
    return new != text
