"""Merging two trees that have a third in common."""

from __future__ import annotations

from dataclasses import dataclass

from mockhub.errors import BadRequestError
from mockhub.git.tree import Changes, Tree, TreeBuilder, changes_between, deletions_first


@dataclass(frozen=True)
class Merge:
    """What comes of bringing their changes to our tree.

    Attributes:
        changes: To our tree; deletions first.
        conflicts: Paths that both changed, and not to the same.
    """

    changes: Changes
    conflicts: tuple[str, ...]


def merge(base: Tree, ours: Tree, theirs: Tree) -> Merge:
    """Bring what they changed since a common tree to ours, file by file.

    Args:
        base: The tree both started from.
        ours: The tree to be changed.
        theirs: The tree to take changes from.
    """
    our_changes = changes_between(base, ours)
    changes, conflicts = {}, set()
    for path, entry in changes_between(base, theirs).items():
        if path not in our_changes:
            changes[path] = entry
        elif our_changes[path] != entry:
            conflicts.add(path)
    builder = TreeBuilder(ours)
    for path, entry in changes.items():
        if entry is None:
            builder.remove(path)
            continue
        try:
            builder.put(path, entry)
        except BadRequestError:  # a file of theirs where we have a folder, or the other way round
            conflicts.add(path)
    return Merge(deletions_first(changes), tuple(sorted(conflicts)))
