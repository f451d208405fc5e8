"""The words that this project does without, with the reasons, and a reader of docstrings and names.

A name is a noun of the domain or a verb that says what happens; the summary of a docstring is
imperative ("Return the shards of a split.") or a noun phrase ("A file on the Hub.").
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

# Words that no summary begins with, and the reasons.
_QUESTION = "a question leaves open what is returned or done: `Return True if` instead of `Whether`"
_EMPTY = "names nothing: begin with the thing itself"
STARTS = {
    "How": _QUESTION,
    "Nothing": _EMPTY,
    "Something": _EMPTY,
    "There": _EMPTY,
    "Those": _EMPTY,
    "What": _QUESTION,
    "Whatever": _QUESTION,
    "Where": _QUESTION,
    "Whether": _QUESTION,
    "Which": _QUESTION,
    "Who": _QUESTION,
    "Whoever": _QUESTION,
    "Whom": _QUESTION,
    "Whose": _QUESTION,
    "Why": _QUESTION,
}

# Words that no name is made of, and better ones.
NAMES = {
    "anew": "again",
    "each": "the thing itself, in a loop: row, shard, path",
    "found": "result, matches, or the noun: defects, files",
    "held": "the noun: buffered_bytes, lock",
    "said": "message, output, description",
    "stay": "remaining, unchanged",
    "there": "existing, present, remote",
    "told": "message, reported, problems",
}
# Terms of HTTP and of Python that contain one of them.
TERMS = ("not_found", "NotFound")

# Names of tests are sentences, where "found" and "each" are plain English. These are not.
TEST_NAMES = frozenset(["anew", "said", "told"])

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def wrong_words(source: str) -> Iterator[str]:
    """Yield a sentence, with its line, for every docstring or name that uses a forbidden word."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            words = (ast.get_docstring(node) or "").split(maxsplit=1)
            start = words[0].strip(".,:;") if words else ""
            if start in STARTS:
                yield f"{_line(node)}: a docstring starts with {start!r} ({STARTS[start]})"
        for name in _defined(node):
            for word in sorted(_forbidden(name)):
                yield f"{_line(node)}: {name!r} has {word!r} in it (better: {NAMES[word]})"


def wrong_words_of(path: Path) -> list[str]:
    """Return the sentences of ``wrong_words`` about a file."""
    return list(wrong_words(path.read_text(encoding="utf-8")))


def _line(node: ast.AST) -> int:
    """Return the line of a node; a module has none."""
    return getattr(node, "lineno", 1)


def _defined(node: ast.AST) -> list[str]:
    """Return the names that a node defines."""
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [name]
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return [name]
        case ast.Attribute(attr=name, ctx=ast.Store()) | ast.alias(asname=str(name)):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return [name]
        case _:
            return []


def _forbidden(name: str) -> set[str]:
    """Return the forbidden words among those that a name is made of."""
    for term in TERMS:
        name = name.replace(term, "")
    words = {word.lower() for word in _WORD.findall(name)}
    return words & (TEST_NAMES if name.startswith("test_") else NAMES.keys())
