"""``.gitattributes`` and ``.gitignore``: which paths a line speaks of."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Translate a git pattern (gitignore(5), "Pattern format") to a regular expression.

    A pattern without a slash matches the last component of a path; ``**`` spans directories.
    """
    anchored = "/" in pattern.rstrip("/")
    regex = "" if anchored else "(?:.*/)?"
    rest = pattern.removeprefix("/")
    while rest:
        if rest.startswith("**/"):
            regex, rest = regex + "(?:.*/)?", rest[3:]
        elif rest.startswith("**"):
            regex, rest = regex + ".*", rest[2:]
        elif rest[0] == "*":
            regex, rest = regex + "[^/]*", rest[1:]
        elif rest[0] == "?":
            regex, rest = regex + "[^/]", rest[1:]
        elif rest[0] == "[" and "]" in rest[2:]:
            end = rest.index("]", 2)
            members = rest[1:end].replace("\\", "\\\\")
            negated = members[0] in "!^"
            regex += f"[^{members[1:]}]" if negated else f"[{members}]"
            rest = rest[end + 1 :]
        elif rest[0] == "\\" and len(rest) > 1:
            regex, rest = regex + re.escape(rest[1]), rest[2:]
        else:
            regex, rest = regex + re.escape(rest[0]), rest[1:]
    return re.compile(regex)


def attribute_mode(gitattributes: str, path: str) -> Literal["lfs", "regular"] | None:
    """What ``.gitattributes`` says of a path; the last line that decides counts."""
    for line in reversed(gitattributes.splitlines()):
        pattern, *attributes = line.split() or ["#"]
        if pattern.startswith("#") or not compile_pattern(pattern).fullmatch(path):
            continue
        if "filter=lfs" in attributes:
            return "lfs"
        if not {"-filter", "!filter", "text"}.isdisjoint(attributes):
            return "regular"
    return None


def is_ignored(gitignore: str, path: str) -> bool:
    """Whether ``.gitignore`` excludes a path, by itself or through one of its directories."""
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        if _excludes(gitignore, "/".join(parts[:depth]), is_folder=depth < len(parts)):
            return True
    return False


def _excludes(gitignore: str, path: str, *, is_folder: bool) -> bool:
    for line in reversed(gitignore.splitlines()):
        pattern = line.rstrip()
        if not pattern or pattern.startswith("#"):
            continue
        negated = pattern.startswith("!")
        pattern = pattern.removeprefix("!")
        if pattern.endswith("/") and not is_folder:
            continue
        if compile_pattern(pattern.rstrip("/")).fullmatch(path):
            return not negated
    return False
