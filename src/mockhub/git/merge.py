"""Three-way merges of trees, file by file."""

from __future__ import annotations

from dataclasses import dataclass

from mockhub.errors import BadRequestError
from mockhub.git.tree import Changes, Tree, TreeBuilder, changes_between, deletions_first


@dataclass(frozen=True)
class Merge:
    """The result of a merge.

    Attributes:
        changes: Changes to our tree, deletions first.
        conflicts: Paths that both sides changed differently.
    """

    changes: Changes
    conflicts: tuple[str, ...]


def merge(base: Tree, ours: Tree, theirs: Tree) -> Merge:
    """Merge the changes between a common ancestor and their tree into ours.

    Args:
        base: Tree of the common ancestor.
        ours: Tree to merge into.
        theirs: Tree to merge.
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
