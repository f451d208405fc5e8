"""Patterns of paths: ``raw/{subject}/{subject}[_acq-{acq}]_<T1w|T2w>.nii[.gz]``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAIL = re.compile(r"[^*}>/]*$")
_BRACKETS = re.compile(r"\[[^\]]*\]?|^[^\[]*\]")


class PatternError(Exception):
    """A pattern that cannot be read, or that no path can match; holds the reason."""


@dataclass(frozen=True)
class Pattern:
    """A pattern of paths that start at a folder.

    ``{name}`` is a placeholder: as a whole name of a file or folder it is any text, as a part of
    one any text without ``_``. ``{name<a|b*>}`` is one of these. A placeholder that is repeated has
    the same text everywhere. ``<a|b>`` is one of several, ``[...]`` may be missing, ``*`` is any
    text in a name, and ``**/`` any folders, or none.

    Attributes:
        text: The pattern as it is written.
        expression: The same as a regular expression.
        names: Placeholders.
        required: Placeholders that every path has a text for.
    """

    text: str
    expression: re.Pattern[str]
    names: frozenset[str]
    required: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Pattern:
        """Read a pattern.

        Raises:
            PatternError: It cannot be read, or no path can match it.
        """
        _require_possible(text)
        parser = _Parser(text)
        return cls(text, parser.compiled(), frozenset(parser.names), frozenset(parser.required))

    def labels(self, path: str) -> Mapping[str, str | None] | None:
        """Return the texts of the placeholders in a path; None if it does not match."""
        match = self.expression.fullmatch(path)
        return None if match is None else match.groupdict()

    @cached_property
    def ends(self) -> frozenset[str]:
        """Texts that paths may end in, as far as the pattern says."""
        match = _TAIL.search(self.text)
        tail = match.group() if match else ""
        return frozenset({_BRACKETS.sub("", tail), tail.replace("[", "").replace("]", "")})

    def may_end_in(self, suffixes: Sequence[str]) -> bool:
        """Return True if some path that matches may have one of these suffixes."""
        dotted = [f".{suffix}" for suffix in suffixes]
        return any(
            end.lower().endswith(suffix) or suffix.endswith(end.lower())
            for end in self.ends
            for suffix in dotted
        )


class _Parser:
    """The parts of a pattern, as they are read from left to right.

    Attributes:
        names: Placeholders, in their order.
        required: Those of them that are not in brackets.
    """

    def __init__(self, text: str) -> None:
        self.text, self.names, self.required = text, dict[str, None](), dict[str, None]()
        self._place, self._depth = 0, 0

    def compiled(self) -> re.Pattern[str]:
        parts = []
        while self._place < len(self.text):
            parts.append(self._part(self.text[self._place]))
        if self._depth:
            raise PatternError("a bracket [ is not closed")
        return re.compile("".join(parts))

    def _part(self, char: str) -> str:
        match char:
            case "{":
                return self._placeholder()
            case "<":
                return f"(?:{_alternatives(self._until('>'))})"
            case "*":
                return self._wildcard()
            case "[" | "]":
                self._place += 1
                self._depth += 1 if char == "[" else -1
                if self._depth not in (0, 1):
                    raise PatternError("brackets [ ] come in pairs, and not in each other")
                return "(?:" if char == "[" else ")?"
            case "}" | ">":
                raise PatternError(f"{char} closes nothing")
        self._place += 1
        return re.escape(char)

    def _until(self, end: str) -> str:
        start, stop = self._place, self.text.find(end, self._place)
        if stop < 0:
            raise PatternError(f"{self.text[start]} is not closed")
        self._place = stop + 1
        return self.text[start + 1 : stop]

    def _placeholder(self) -> str:
        start = self._place
        name, angle, choices = self._until("}").partition("<")
        if not _NAME.fullmatch(name) or (angle and not choices.endswith(">")):
            raise PatternError(
                f"{self.text[start : self._place]} is not a placeholder, such as {{subject}} or"
                " {task<rest|nback>}"
            )
        if not self._depth:
            self.required[name] = None
        if name in self.names:
            if angle:
                raise PatternError(f"{{{name}}} is repeated: its choices are in the first one")
            return f"(?P={name})"
        self.names[name] = None
        before, after = self.text[:start], self.text[self._place :]
        whole = before.endswith("/") or not before
        whole = whole and (after.startswith(("/", ".")) or not after)
        anything = "[^/]+" if whole else "[^/_]+"
        return f"(?P<{name}>{_alternatives(choices[:-1]) if angle else anything})"

    def _wildcard(self) -> str:
        if not self.text.startswith("**", self._place):
            self._place += 1
            return "[^/]*?"  # as short as can be: brackets behind it come first
        before = self.text[: self._place]
        if (before and not before.endswith("/")) or not self.text.startswith("**/", self._place):
            raise PatternError("** stands for folders: write **/ after a / or at the start")
        self._place += 3
        return "(?:[^/]+/)*"


def _alternatives(choices: str) -> str:
    texts = choices.split("|")
    if not all(texts) or re.search(r"[{}\[\]</>]", choices):
        raise PatternError(f"<{choices}> is not a choice of texts, such as <T1w|T2w>")
    return "|".join(re.escape(text).replace(r"\*", "[^/]*") for text in texts)


def _require_possible(text: str) -> None:
    """Refuse a pattern that no path can match."""
    if not text:
        raise PatternError("the pattern is empty")
    if "\\" in text:
        raise PatternError("can never match: paths have / between folders, not \\")
    if text.startswith("/"):
        raise PatternError("can never match: paths start at the folder, without /")
    for part in text.split("/"):
        if part in ("", ".", ".."):
            raise PatternError(f"can never match: {part or 'nothing'!r} is not a name in a path")
        if part.startswith("."):
            raise PatternError("can never match: hidden files and folders are not read")
