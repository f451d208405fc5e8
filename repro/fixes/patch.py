"""From source and edits to new source and a diff, without reading or writing a file."""

import ast
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import dedent, indent

from repro.errors import RequestError
from repro.fixes.edits import Edit

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Block = ast.stmt | ast.ExceptHandler


class EditError(RequestError):
    """An edit that cannot be made on this release; the message names the function to look at."""


def apply(sources: Mapping[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    """Make edits.

    Args:
        sources: The source of each edited module, by dotted name.
        edits: Made one after the other: each sees the result of those before it.

    Returns:
        The new sources, by the same names.

    Raises:
        EditError: A function or an anchor is gone or not unique, or the result is no Python.
    """
    edited = dict(sources)
    for edit in edits:
        edited[edit.module] = _edited(edited[edit.module], edit)
    return edited


def diff(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Return the unified diff between two versions of modules, as `git apply` takes it."""
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for module in sorted(new)
        for line in difflib.unified_diff(
            old[module].splitlines(keepends=True),
            new[module].splitlines(keepends=True),
            f"a/src/{path(module)}",
            f"b/src/{path(module)}",
        )
    )


def path(module: str) -> str:
    """Return the path of a module below the folder of its package, as in `datasets/table.py`."""
    return f"{module.replace('.', '/')}.py"


def _edited(source: str, edit: Edit) -> str:
    """Make one edit."""
    place = f"{edit.module}:{edit.function}".rstrip(":")
    tree = ast.parse(source)
    start, end = _extent(source, tree, edit.function, place)
    anchors = [start + match.start() for match in _matches(edit.anchor, source[start:end])]
    if not anchors:
        raise EditError(f"the anchor {edit.anchor!r} is gone: look at {place}")
    if len(anchors) > 1 and not edit.every:
        raise EditError(f"the anchor {edit.anchor!r} is there {len(anchors)} times: see {place}")
    for anchor in reversed(anchors):
        source = _edited_at(source, tree, anchor, edit)
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise EditError(f"the edit leaves no Python ({error}): look at {place}") from error
    return source


def _matches(anchor: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(re.escape(anchor), text)


def _extent(source: str, tree: ast.Module, function: str, place: str) -> tuple[int, int]:
    """Return where the text of a function begins and ends; of the module if it is empty."""
    starts = _line_starts(source)
    node: ast.Module | _Definition = tree
    for name in filter(None, function.split(".")):
        node = _definition(node, name, place)
    if isinstance(node, ast.Module):
        return 0, len(source)
    return starts[_first_line(node) - 1], starts[node.end_lineno or node.lineno]


def _definition(scope: ast.Module | _Definition, name: str, place: str) -> _Definition:
    """Return the last definition of a name in a scope, which may be in an `if` or a `try`."""
    remaining, matches = list(ast.iter_child_nodes(scope)), []
    while remaining:
        node = remaining.pop(0)
        if isinstance(node, _Definition):
            matches += [node] if node.name == name else []
        else:
            remaining = [*ast.iter_child_nodes(node), *remaining]
    if not matches:
        raise EditError(f"there is no {place} in this release")
    return matches[-1]


def _edited_at(source: str, tree: ast.Module, anchor: int, edit: Edit) -> str:
    """Make an edit at an offset."""
    if edit.substitute is not None:
        return source[:anchor] + edit.substitute + source[anchor + len(edit.anchor) :]
    starts = _line_starts(source)
    first, last = _statement(tree, source.count("\n", 0, anchor) + 1)
    start, end = starts[first - 1], starts[last]
    kept = source[start:end]
    opens = edit.after is not None and kept.rstrip().endswith(":")
    margin = _margin(source[end:] if opens else kept)
    lines = next(text for text in (edit.before, edit.after, edit.replace) if text is not None)
    ours = indent(f"{dedent(lines).strip(chr(10))}\n" if lines.strip() else "", margin)
    if edit.before is not None:
        kept = ours + kept
    elif edit.after is not None:
        kept += ours
    else:
        kept = ours
    return source[:start] + kept + source[end:]


def _margin(text: str) -> str:
    """Return the indentation of the first line that has any text."""
    line = next((line for line in text.split("\n") if line.strip()), "")
    return line[: len(line) - len(line.lstrip())]


def _statement(tree: ast.Module, line: int) -> tuple[int, int]:
    """Return the first and the last line of the statement around a line.

    Of a compound statement that is its header, and of `else` or `case`, which are none, the line.
    """
    first, last = line, line
    for node in ast.walk(tree):  # from the outside to the inside
        if isinstance(node, _Block) and node.lineno <= line <= (node.end_lineno or line):
            body = getattr(node, "body", None)
            if body is None:
                first, last = node.lineno, node.end_lineno or line
            elif line < _first_line(body[0]) or line == node.lineno:
                first, last = node.lineno, max(node.lineno, _first_line(body[0]) - 1)
            else:
                first, last = line, line
    return first, last


def _first_line(node: _Block) -> int:
    """Return the first line of a node, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _line_starts(source: str) -> list[int]:
    """Return the offset of each line, and of the end."""
    ends = [match.end() for match in re.finditer("\n", source)]
    return [0, *ends] + ([] if source.endswith("\n") else [len(source)])
