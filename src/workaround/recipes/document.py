"""Recipes as TOML documents: read and checked, with the line of whatever is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from workaround.errors import RecipeError
from workaround.recipes.pattern import Pattern, PatternError
from workaround.recipes.positions import Keys, position_of
from workaround.recipes.recipe import (
    CONTENTS,
    JSON,
    NUMBER,
    PATH,
    TYPES,
    BesideColumn,
    Column,
    FileColumn,
    JoinTable,
    LabelColumn,
    Recipe,
    TableColumn,
)
from workaround.tables.delimited import DELIMITERS
from workaround.tables.kinds import SUFFIXES, installed_kinds

TOP = ("key", "columns", "tables", "ignore")
OF_TABLE = ("pattern", "key")
OF_COLUMN: Mapping[str, tuple[str, ...]] = {
    "take": ("take", "of", "many", "names", "type"),
    "of": ("of", "extension", "kind", "field", "type"),
    "table": ("table", "name", "type"),
    "pattern": ("pattern", "kind", "many", "field", "type"),
}
"""Keys of a column, by the one that says where its values are from."""

EXCEL = ".xlsx"
_AT = re.compile(r" \(at line (\d+), column (\d+)\)| \(at end of document\)")


def parse(text: str, path: str) -> Recipe:
    """Read a recipe.

    Args:
        text: A TOML document.
        path: Path of its file, for errors.

    Raises:
        RecipeError: It is not valid.
    """
    return _Document(text, path).recipe()


class _Document:
    """A document, and the columns and tables that were read of it.

    Attributes:
        columns: Columns by name.
        tables: Tables by name.
    """

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        self.columns: dict[str, Column] = {}
        self.tables: dict[str, JoinTable] = {}
        try:
            self.content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _of_syntax(error, text, path) from None

    def recipe(self) -> Recipe:
        self._known((), self.content, TOP)
        self.key = self._texts(("key",), empty=False)
        tables = self._mapping(("tables",), {})
        self.tables = {name: self._table(name) for name in tables}
        columns = self._mapping(("columns",))
        self.taken = {
            (column.get("of"), column["take"])
            for column in columns.values()
            if isinstance(column, dict)
            and isinstance(column.get("take"), str)
            and isinstance(column.get("of"), str | None)
        }
        # Files first: other columns may be about files of a column that is written below them.
        for name in sorted(columns, key=lambda name: self._source(name) != "pattern"):
            self.columns[name] = self._column(name)
        ordered = [self.columns[name] for name in columns]
        if not any(isinstance(column, FileColumn) for column in ordered):
            raise self._wrong(("columns",), "no column has a pattern of files")
        for placeholder in self.key:
            if (None, placeholder) not in self.taken:
                raise self._wrong(
                    ("key",),
                    f"no column takes {{{placeholder}}}, so that rows could not be told apart: add"
                    f' {placeholder} = {{ take = "{placeholder}" }} to the columns',
                )
        count = range(len(self._texts(("ignore",), optional=True)))
        ignore = [self._pattern(("ignore", at), within=None) for at in count]
        tables_read = tuple(self.tables.values())
        return Recipe(self.path, self.text, self.key, ordered, tables_read, ignore)

    def _source(self, name: str) -> str:
        """Return the key that says where the values of a column are from."""
        keys = ("columns", name)
        if not name.strip():
            raise self._wrong(keys, "a column needs a name")
        column = self._mapping(keys)
        every = dict.fromkeys(key for known in OF_COLUMN.values() for key in known)
        self._known(keys, column, every)
        for source, known in OF_COLUMN.items():
            if source in column:
                if misplaced := [key for key in column if key not in known]:
                    reason = f"{misplaced[0]} does not go together with {source}"
                    raise self._wrong((*keys, misplaced[0]), reason)
                return source
        raise self._wrong(keys, f"{name} has no {', '.join(OF_COLUMN)}: where are its values from?")

    def _column(self, name: str) -> Column:
        match self._source(name):
            case "pattern":
                return self._files(name)
            case "of":
                return self._beside(name)
            case "take":
                return self._labels(name)
            case _:
                keys = ("columns", name)
                table = self.tables[self._one_of((*keys, "table"), self.tables, "table")]
                source = self._text((*keys, "name"), name)
                return TableColumn(name, table, source, type=self._type(keys))

    def _files(self, name: str) -> FileColumn:
        keys = ("columns", name)
        own = {placeholder for of, placeholder in self.taken if of == name}
        several = isinstance(self._get((*keys, "pattern")), list)
        texts = self._texts((*keys, "pattern"), empty=False) if several else ()
        places: list[Keys] = [(*keys, "pattern", at) for at in range(len(texts))]
        places = places or [(*keys, "pattern")]
        patterns = tuple(
            self._pattern(place, within={*self.key, *own}, needed=self.key) for place in places
        )
        guessed = [kind for kind in installed_kinds() if _surely_end(patterns, SUFFIXES[kind])]
        kind = self._kind(keys, guessed[0] if guessed else None)
        for place, pattern in zip(places, patterns, strict=True):
            if kind in SUFFIXES and not pattern.may_end_in(SUFFIXES[kind]):
                endings = " or ".join(f".{suffix}" for suffix in SUFFIXES[kind])
                reason = f"can never match: files of the kind {kind} end in {endings}"
                raise self._wrong(place, reason)
        many = self._flag((*keys, "many"))
        field = self._field(keys, kind)
        return FileColumn(name, patterns, kind, many, field, type=self._type(keys, kind))

    def _beside(self, name: str) -> BesideColumn:
        keys = ("columns", name)
        of, kind = self._of(keys), self._mapping(keys).get("kind")
        if kind == PATH and "extension" not in self._mapping(keys):
            return BesideColumn(name, of, None, PATH, type=self._type(keys, PATH))
        extension = self._text((*keys, "extension"))
        if not re.fullmatch(r"(\.[\w-]+)+", extension):
            reason = f"{extension!r} is not an extension, such as .bval"
            raise self._wrong((*keys, "extension"), reason)
        suffix = extension.lower().removeprefix(".")
        guessed = [kind for kind in installed_kinds() if suffix in SUFFIXES[kind]]
        kind = self._kind(keys, guessed[0] if guessed else None)
        field = self._field(keys, kind)
        return BesideColumn(name, of, extension, kind, field, type=self._type(keys, kind))

    def _labels(self, name: str) -> LabelColumn:
        keys = ("columns", name)
        take, column = self._text((*keys, "take")), self._mapping(keys)
        of = self._of(keys) if "of" in column else None
        known = of.placeholders if of else self.key
        if take not in known:
            where = f"the pattern of {of.name}" if of else "the key"
            close = _advice(take, known)
            raise self._wrong((*keys, "take"), f"{{{take}}} is not a placeholder of {where}{close}")
        many = self._flag((*keys, "many"))
        if many and not (of and of.many):
            raise self._wrong((*keys, "many"), "it is about one file: many is for lists of files")
        names = self._mapping((*keys, "names"), {})
        for label in names:
            self._text((*keys, "names", label))
        return LabelColumn(name, take, of, many, names, type=self._type(keys))

    def _table(self, name: str) -> JoinTable:
        keys = ("tables", name)
        table = self._mapping(keys)
        self._known(keys, table, OF_TABLE)
        pattern = self._pattern((*keys, "pattern"), within=set(self.key))
        suffixes = [suffix.removeprefix(".") for suffix in (*DELIMITERS, EXCEL)]
        if not pattern.may_end_in(suffixes):
            reason = f"tables end in .{', .'.join(suffixes)}"
            raise self._wrong((*keys, "pattern"), reason)
        key = self._mapping((*keys, "key"), {})
        for placeholder in key:
            if placeholder not in self.key or placeholder in pattern.names:
                again = placeholder in pattern.names
                why = "is in the pattern too" if again else "is not a placeholder of the key"
                close = "" if again else _advice(placeholder, self.key)
                reason = f"{{{placeholder}}} {why}{close}"
                raise self._wrong((*keys, "key", placeholder), reason)
            self._text((*keys, "key", placeholder))
        if not key and not pattern.names:
            raise self._wrong(
                keys,
                f"nothing joins its rows: put {{{self.key[0]}}} into the pattern, or add key ="
                f' {{ {self.key[0]} = "COLUMN" }}',
            )
        return JoinTable(name, pattern, key)

    def _pattern(
        self, keys: Keys, *, within: Collection[str] | None, needed: Collection[str] = ()
    ) -> Pattern:
        """Read a pattern.

        Args:
            keys: Its place.
            within: Placeholders that it may have; None for any.
            needed: Placeholders that it must have.
        """
        try:
            pattern = Pattern.of(self._text(keys))
        except PatternError as error:
            raise self._wrong(keys, str(error)) from None
        unknown = sorted(pattern.names - set(within)) if within is not None else []
        if unknown:
            close = _advice(unknown[0], within or ())
            raise self._wrong(
                keys,
                f"unknown placeholder {{{unknown[0]}}}"
                + (close or ": it is not in the key, and no column takes it (* is for any text)"),
            )
        for name in needed:
            if name not in pattern.required:
                where = "it is in brackets, and" if name in pattern.names else "the pattern lacks"
                say = f"{where} {{{name}}}" if name not in pattern.names else f"{{{name}}}: {where}"
                raise self._wrong(keys, f"{say}: the key needs it to tell the row of a file")
        return pattern

    def _of(self, keys: Keys) -> FileColumn:
        files = {
            name: column for name, column in self.columns.items() if isinstance(column, FileColumn)
        }
        return files[self._one_of((*keys, "of"), files, "column with a pattern")]

    def _kind(self, keys: Keys, guessed: str | None) -> str:
        known = (*installed_kinds(), PATH, *CONTENTS)
        if "kind" in self._mapping(keys):
            return self._one_of((*keys, "kind"), known, "kind")
        if guessed is None:
            raise self._wrong(keys, f"it needs a kind: {', '.join(known)}")
        return guessed

    def _field(self, keys: Keys, kind: str) -> str | None:
        field = self._text((*keys, "field"), "")
        if field and kind != JSON:
            raise self._wrong((*keys, "field"), f"only {JSON} has fields, and the kind is {kind}")
        return field or None

    def _type(self, keys: Keys, kind: str | None = None) -> pa.DataType | None:
        if "type" not in self._mapping(keys):
            return None
        if kind not in {None, NUMBER, JSON}:
            raise self._wrong((*keys, "type"), f"the kind {kind} has its own type")
        return TYPES[self._one_of((*keys, "type"), TYPES, "type")]

    def _known(self, keys: Keys, content: Mapping[str, Any], known: Iterable[str]) -> None:
        """Refuse unknown keys."""
        known = tuple(known)
        for key in content:
            if key not in known:
                advice = _advice(key, known) or f": use {', '.join(known)}"
                raise self._wrong((*keys, key), f"unknown key {key!r}{advice}")

    def _one_of(self, keys: Keys, known: Collection[str], what: str) -> str:
        text = self._text(keys)
        if text not in known:
            advice = _advice(text, known) or f": use {', '.join(known) or 'none, there is none'}"
            raise self._wrong(keys, f"{text!r} is not a {what}{advice}")
        return text

    def _get(self, keys: Keys, default: Any = None) -> Any:
        value: Any = self.content
        for key in keys:
            if isinstance(value, dict) and key not in value:
                if default is None:
                    raise self._wrong(keys[:-1], f"the key {key!r} is missing")
                return default
            value = value[key]
        return value

    def _mapping(self, keys: Keys, default: Any = None) -> Mapping[str, Any]:
        value = self._get(keys, default)
        if not isinstance(value, dict):
            raise self._wrong(keys, f"{keys[-1]} has to be a table, such as {{ key = 'value' }}")
        return value

    def _text(self, keys: Keys, default: str | None = None) -> str:
        value = self._get(keys, default)
        if not isinstance(value, str) or (not value and default is None):
            raise self._wrong(keys, f"{keys[-1]} has to be text in quotation marks, not {value!r}")
        return value

    def _texts(self, keys: Keys, *, optional: bool = False, empty: bool = True) -> tuple[str, ...]:
        values = self._get(keys, [] if optional else None)
        plain = isinstance(values, list) and all(isinstance(value, str) for value in values)
        if not plain or len(set(values)) < len(values) or not (values or empty):
            raise self._wrong(keys, f"{keys[-1]} has to be a list of different texts")
        return tuple(values)

    def _flag(self, keys: Keys) -> bool:
        value = self._get(keys, False)
        if not isinstance(value, bool):
            raise self._wrong(keys, f"{keys[-1]} has to be true or false, not {value!r}")
        return value

    def _wrong(self, keys: Keys, reason: str) -> RecipeError:
        place = position_of(self.text, keys) if keys else (1, 1)
        return RecipeError(self.path, reason, *place)


def _surely_end(patterns: Iterable[Pattern], suffixes: Iterable[str]) -> bool:
    dotted = tuple(f".{suffix}" for suffix in suffixes)
    return all(end.lower().endswith(dotted) for pattern in patterns for end in pattern.ends)


def _advice(text: str, known: Iterable[str]) -> str:
    close = get_close_matches(text, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _of_syntax(error: tomllib.TOMLDecodeError, text: str, path: str) -> RecipeError:
    """Return the error of a document that is not TOML; a key that is there twice is one."""
    message = str(error)
    place = _AT.search(message)
    numbers = [int(number) for number in place.groups() if number] if place else []
    line, column = numbers or [len(text.split("\n")), 1]
    reason = _AT.sub("", message)
    if "overwrite" in reason or "twice" in reason:
        source = text.split("\n")[line - 1]
        return RecipeError(path, f"duplicate: {source.strip()!r} is in the recipe above", line, 1)
    return RecipeError(path, f"not TOML: {reason}", line, column)
