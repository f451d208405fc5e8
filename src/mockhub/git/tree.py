"""Trees: the files of a commit, in folders that successive commits share.

A tree is immutable. A new one is built from an old one by copying the folders on the path to each
change, so that the trees of a long history cost little more than their differences.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mockhub.errors import BadRequestError

MAX_DEPTH = 100
"""Most components of a path; trees are walked recursively."""

Changes = Mapping[str, "Entry | None"]
"""New entries by path; None for a deleted file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file version: size and hashes of its content.

    Attributes:
        size: Bytes of the content.
        sha256: Hash of the content, and its name in the stores.
        oid: Git blob id of the content; for an LFS file, of the pointer.
        lfs: True if git stores a pointer instead of the content.
    """

    size: int
    sha256: str
    oid: str
    lfs: bool

    @classmethod
    def pointing_to(cls, sha256: str, size: int) -> Entry:
        """Return the entry of an LFS file."""
        return cls(size, sha256, git_id("blob", lfs_pointer(sha256, size)), lfs=True)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a tree.

    Attributes:
        entry: Size and hashes.
        commit: Id of the last commit that changed the file.
    """

    entry: Entry
    commit: str

    @property
    def oid(self) -> str:
        """Return git's blob id."""
        return self.entry.oid


@dataclass(eq=False)
class Folder:
    """A folder of a tree, or its root.

    Attributes:
        children: Files and folders by name; not changed any more once the tree is built.
        commit: Id of the last commit that changed a file below.
    """

    children: dict[str, File | Folder]
    commit: str

    @cached_property
    def names(self) -> list[str]:
        """Return the names in git's order, in which folder names end with a slash."""
        return sorted(
            self.children,
            key=lambda name: f"{name}/" if isinstance(self.children[name], Folder) else name,
        )

    @cached_property
    def oid(self) -> str:
        """Return git's tree id."""
        listing = bytearray()
        for name in self.names:
            child = self.children[name]
            mode = "40000" if isinstance(child, Folder) else "100644"
            listing += f"{mode} {name}\0".encode() + bytes.fromhex(child.oid)
        return git_id("tree", listing)


@dataclass(frozen=True, eq=False)
class Tree(Mapping[str, Entry]):
    """The files of a commit: a mapping of paths to entries."""

    root: Folder

    def node(self, path: str) -> File | Folder | None:
        """Return the file or folder of a path; the root for an empty one, None if missing."""
        node: File | Folder | None = self.root
        for name in path.split("/") if path else ():
            if not isinstance(node, Folder):
                return None
            node = node.children.get(name)
        return node

    def walk(self, path: str = "") -> Iterator[tuple[str, File | Folder]]:
        """Iterate over all files and folders below a folder, parents first, in order of paths."""
        folder = self.node(path)
        return _walk(folder, f"{path}/" if path else "") if isinstance(folder, Folder) else iter(())

    def list(self, path: str = "") -> Iterator[tuple[str, File | Folder]]:
        """Iterate over the direct children of a folder, in order of paths."""
        folder = self.node(path)
        return _list(folder, f"{path}/" if path else "") if isinstance(folder, Folder) else iter(())

    def __getitem__(self, path: str) -> Entry:
        """Return the entry of a path."""
        node = self.node(path)
        if not isinstance(node, File):
            raise KeyError(path)
        return node.entry

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths of all files, in order."""
        return (path for path, node in self.walk() if isinstance(node, File))

    def __len__(self) -> int:
        """Return the number of files."""
        return sum(1 for _ in self)


def _list(folder: Folder, prefix: str) -> Iterator[tuple[str, File | Folder]]:
    return ((prefix + name, folder.children[name]) for name in folder.names)


def _walk(folder: Folder, prefix: str) -> Iterator[tuple[str, File | Folder]]:
    for path, node in _list(folder, prefix):
        yield path, node
        if isinstance(node, Folder):
            yield from _walk(node, f"{path}/")


class TreeBuilder:
    """A builder of a tree from another one, which is not changed.

    Args:
        tree: Tree to start from; None for an empty one.
    """

    def __init__(self, tree: Tree | None = None) -> None:
        self._root = Folder({}, "") if tree is None else tree.root
        self._own: set[Folder] = set()  # copies that are part of no tree yet

    @property
    def cost(self) -> int:
        """Return the number of names in copied folders, which the tree shares with no other."""
        return sum(len(folder.children) for folder in self._own)

    def tree(self) -> Tree:
        """Return the current tree; later changes do not affect it."""
        self._own.clear()
        return Tree(self._root)

    def apply(self, changes: Changes, commit: str) -> None:
        """Apply the changes of a commit.

        Raises:
            BadRequestError: A path would be both a file and a folder.
        """
        for path, entry in changes.items():
            if entry is None:
                self.remove(path, commit)
            else:
                self.put(path, entry, commit)

    def put(self, path: str, entry: Entry, commit: str = "") -> None:
        """Add or replace a file.

        Raises:
            BadRequestError: The path is a folder, or one of its parents is a file.
        """
        *folders, name = path.split("/")
        folder = self._open(folders, commit)[-1]
        if isinstance(folder.children.get(name), Folder):
            raise BadRequestError(f"{path} cannot be a file: it is a folder")
        folder.children[name] = File(entry, commit)

    def remove(self, path: str, commit: str = "") -> list[str]:
        """Delete a file or a folder, and the parents that become empty.

        Returns:
            The paths of the deleted files.
        """
        node = Tree(self._root).node(path)
        if node is None:
            return []
        *folders, name = path.split("/")
        opened = self._open(folders, commit)
        for folder, child in zip(reversed(opened), [name, *reversed(folders)], strict=True):
            del folder.children[child]
            if folder.children:
                break
        return [path] if isinstance(node, File) else _files(node, f"{path}/")

    def _open(self, folders: list[str], commit: str) -> list[Folder]:
        """Return the folders of a path from the root on, copied or created."""
        self._root = self._owned(self._root, commit)
        opened = [self._root]
        for name in folders:
            child = opened[-1].children.get(name) or Folder({}, commit)
            if isinstance(child, File):
                raise BadRequestError(f"{'/'.join(folders)} cannot be a folder: {name} is a file")
            child = opened[-1].children[name] = self._owned(child, commit)
            opened.append(child)
        return opened

    def _owned(self, folder: Folder, commit: str) -> Folder:
        if folder not in self._own:
            folder = Folder(dict(folder.children), commit)
            self._own.add(folder)
        folder.commit = commit
        return folder


def _files(folder: Folder, prefix: str) -> list[str]:
    """Return the paths of the files below a folder, in no order."""
    paths = []
    for name, child in folder.children.items():
        paths += _files(child, f"{prefix}{name}/") if isinstance(child, Folder) else [prefix + name]
    return paths


def changes_between(old: Tree, new: Tree) -> dict[str, Entry | None]:
    """Return the changes from one tree to another, deletions first."""
    return deletions_first(dict(_differences(old.root, new.root, "")))


def deletions_first(changes: Changes) -> dict[str, Entry | None]:
    """Sort changes by path, deletions first: a file may take the path of a deleted folder."""
    return dict(sorted(changes.items(), key=lambda change: (change[1] is not None, change[0])))


def _differences(old: Folder, new: Folder, prefix: str) -> Iterator[tuple[str, Entry | None]]:
    if old is new:
        return
    for name in old.children.keys() | new.children.keys():
        before, after = old.children.get(name), new.children.get(name)
        was = before.entry if isinstance(before, File) else None
        entry = after.entry if isinstance(after, File) else None
        if was != entry:
            yield prefix + name, entry
        yield from _differences(_folder(before), _folder(after), f"{prefix}{name}/")


def _folder(node: File | Folder | None) -> Folder:
    return node if isinstance(node, Folder) else _EMPTY


def git_id(kind: str, content: bytes | bytearray) -> str:
    """Return the id of a git object (``git hash-object``)."""
    header = f"{kind} {len(content)}\0".encode()
    return hashlib.sha1(header + content).hexdigest()  # noqa: S324 - git's own


def lfs_pointer(sha256: str, size: int) -> bytes:
    """Return the pointer that git stores for an LFS file (git-lfs ``docs/spec.md``)."""
    return (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()
    )


_EMPTY = Folder({}, "")
