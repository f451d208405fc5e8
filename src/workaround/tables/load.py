"""Load a table as it is in its file: CSV, TSV, JSON Lines or Parquet."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workaround.arrow.nested import with_leaves
from workaround.errors import ArgumentError, CheckError, Problem, TableError
from workaround.tables.delimited import DELIMITERS, read_delimited, swallowed_rows, typed
from workaround.tables.json_lines import MAX_DEPTH, read_json_lines

_SEPARATORS = ",;\t|"
_SAMPLE = 100
"""Number of rows that show the delimiter of a table."""


def load(path: Path, kinds: Mapping[str, str]) -> pa.Table:
    """Load a table; the cells of CSV and TSV are text or numbers.

    Args:
        path: Path of the table.
        kinds: Columns of CSV and TSV whose kind is known: they stay text.

    Raises:
        TableError: The table cannot be read, two columns have one name, or one has none.
        CheckError: Some cells cannot be read as the others of their column.
    """
    require_regular(path)
    try:
        table = _read(path)
        names = table.column_names
    except UnicodeDecodeError:
        raise TableError(f"{path} has a column whose name is not UTF-8") from None
    except RecursionError:
        raise TableError(f"{path} has values that are nested too deeply: flatten them") from None
    except (OSError, ValueError, TypeError, pa.ArrowException) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise TableError(f"{path} cannot be read: {reason}") from error
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise TableError(f"{path} has several columns named {min(twice)!r}: rename them")
    if control := [name for name in names if "\0" in name]:
        raise TableError(f"{path} has a NUL character in the name of column {control[0]!r}")
    if deep := [field.name for field in table.schema if depth(field.type) > MAX_DEPTH]:
        raise TableError(
            f"{path} has values in column {deep[0]!r} that are nested more than {MAX_DEPTH} deep:"
            " flatten them"
        )
    if not all(map(str.strip, names)):
        raise TableError(
            f"{path} has a column without a name: if pandas wrote its index there, write the table"
            " with index=False"
        )
    if problems := _not_utf8(table):
        raise CheckError(problems)
    return _with_numbers(path, table, kinds) if path.suffix.lower() in DELIMITERS else table


def local_path(name: str, value: Any) -> Path:
    """Return a path of this machine.

    Args:
        name: Name of the argument.
        value: Its value.

    Raises:
        ArgumentError: Not a text or a path, or one that no file can have.
    """
    if not isinstance(value, str | os.PathLike):
        raise ArgumentError(f"{name} has to be a path, not {value!r}")
    text = os.fspath(value)
    if not isinstance(text, str) or not text or "\0" in text:
        raise ArgumentError(f"{name} has to be a path, not {text!r}")
    if "://" in text:
        raise ArgumentError(f"{name} has to be a file or folder of this machine, not {text!r}")
    return Path(text)


def require_regular(path: Path) -> None:
    """Refuse to read what is not a regular file: a pipe would never end.

    Raises:
        TableError: The file is missing, or something else.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise TableError(f"{path} cannot be read: {error}") from error
    if not S_ISREG(status.st_mode):
        raise TableError(f"{path} cannot be read: it is not a regular file")


def depth(kind: pa.DataType) -> int:
    """Return the number of levels of lists and structs in a type."""
    level, kinds = 0, [kind]
    while kinds := [kind.field(at).type for kind in kinds for at in range(kind.num_fields)]:
        level += 1
    return level


def _read(path: Path) -> pa.Table:
    match path.suffix.lower():
        case ".csv" | ".tsv" as suffix:
            return read_delimited(path, DELIMITERS[suffix])
        case ".jsonl" | ".ndjson":
            return read_json_lines(path)
        case ".parquet":
            return _without_views(pq.read_table(path))
        case _:
            raise TableError(
                f"{path} is not a file table: it ends in .csv, .tsv, .jsonl, .ndjson or .parquet"
            )


def _with_numbers(path: Path, table: pa.Table, kinds: Mapping[str, str]) -> pa.Table:
    """Convert the columns of text that hold nothing but numbers."""
    delimiter = DELIMITERS[path.suffix.lower()]
    _require_delimiter(path, table, delimiter)
    problems = swallowed_rows(table, delimiter)
    if problems := [problem for problem in problems if problem.column not in kinds]:
        raise CheckError(problems)
    columns = table.columns
    for index, name in enumerate(table.column_names):
        if name not in kinds:
            columns[index] = typed(columns[index])
    return pa.table(columns, table.column_names)


def _require_delimiter(path: Path, table: pa.Table, delimiter: str) -> None:
    """Refuse a table of one column that another delimiter would split into several."""
    if table.num_columns != 1:
        return
    (name,), (column,) = table.column_names, table.columns
    cells = column.slice(0, _SAMPLE).drop_null().cast(pa.string())
    for other in _SEPARATORS:
        count = name.count(other)
        if count and pc.all(pc.equal(pc.count_substring(cells, other), count)).as_py():
            raise TableError(
                f"{path} is separated by {other!r}, not by {delimiter!r} as in {path.suffix}: its"
                f" one column is {name!r}"
            )


def _without_views(table: pa.Table) -> pa.Table:
    """Return a table without views of text and bytes, which `datasets` has no type for."""
    large = table.get_total_buffer_size() >= 2**31
    text, data = (pa.large_string(), pa.large_binary()) if large else (pa.string(), pa.binary())

    def plain(of: pa.DataType) -> pa.DataType:
        if pa.types.is_string_view(of):
            return text
        return data if pa.types.is_binary_view(of) else of

    fields = [field.with_type(with_leaves(field.type, plain)) for field in table.schema]
    schema = pa.schema(fields, table.schema.metadata)
    return table if schema == table.schema else table.cast(schema)


def _not_utf8(table: pa.Table) -> list[Problem]:
    """Return a problem for the first cell of each column that is not UTF-8."""
    return [
        Problem(row, name, None, "not UTF-8: save the table as UTF-8")
        for name in table.column_names
        if (row := _undecodable(table[name])) is not None
    ]


def _undecodable(column: pa.ChunkedArray) -> int | None:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        for row, cell in enumerate(column):
            try:
                cell.as_py()
            except UnicodeDecodeError:
                return row
    return None
