"""The body of a commit: operations as JSON lines."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from mockhub.errors import BadRequestError, EntryNotFoundError, HubError
from mockhub.git.tree import MAX_DEPTH, Entry, Tree, TreeBuilder, deletions_first
from mockhub.routes.history.commit_lines import read_lines
from mockhub.routes.transfer.preupload import GITATTRIBUTES, MAX_REGULAR
from mockhub.state import State
from mockhub.storage.blobs import READ_SIZE

MAX_OPERATIONS = 100_000
"""Most operations of a commit."""


@dataclass(frozen=True)
class Put:
    """Write a file."""

    path: str
    entry: Entry


@dataclass(frozen=True)
class Delete:
    """Delete a file, or a folder with all files below."""

    path: str


Operation = Put | Delete


@dataclass(frozen=True)
class Draft:
    """A requested commit.

    Attributes:
        title: First line of the message.
        message: Remaining lines of the message.
        parent: Full or shortened id of the required parent; empty for any.
        operations: Operations in order.
    """

    title: str
    message: str
    parent: str
    operations: tuple[Operation, ...]

    def changes(self, tree: Tree, head: str) -> dict[str, Entry | None]:
        """Return the combined changes of all operations, deletions first.

        Args:
            tree: Tree of the parent.
            head: Id of the parent.

        Raises:
            EntryNotFoundError: A deleted path does not exist.
            BadRequestError: A path would be both a file and a folder.
        """
        builder = TreeBuilder(tree)
        touched: set[str] = set()
        for operation in self.operations:
            match operation:
                case Put(path, entry):
                    builder.put(path, entry)
                    touched.add(path)
                case Delete(path):
                    deleted = builder.remove(path)
                    if not deleted:
                        raise EntryNotFoundError(path, head)
                    touched.update(deleted)
        new = builder.tree()
        changed = (path for path in touched if new.get(path) != tree.get(path))
        return deletions_first({path: new.get(path) for path in changed})


def read_draft(state: State, holder: str, body: BinaryIO) -> Draft:
    """Read the body of a commit, and store its regular files.

    Args:
        state: The stores.
        holder: Internal id of the repository, to which LFS files must have been uploaded.
        body: JSON lines.

    Raises:
        HubError: A line is malformed, or its operation is impossible.
    """
    header: dict[str, Any] | None = None
    operations: list[Operation] = []

    def store(pieces: Iterator[bytes]) -> Entry:
        return _store_regular(state, pieces)

    for item in read_lines(body, store):
        value = item.get("value")
        if not isinstance(value, dict):
            raise BadRequestError("A line of the commit has no value")
        match item.get("key"):
            case "header":
                header = value
            case "file":
                operations.append(_add_file(value))
            case "lfsFile":
                operations.append(_add_lfs_file(state, holder, value))
            case "deletedFile" | "deletedFolder":
                operations.append(Delete(_path(value)))
            case key:
                raise BadRequestError(f"Unknown key in commit: {key}")
        if len(operations) > MAX_OPERATIONS:
            raise HubError(413, f"At most {MAX_OPERATIONS} operations per commit")
    if header is None or not header.get("summary"):
        raise BadRequestError("Add a line with the key `header` and a summary")
    if not operations:
        raise BadRequestError("Add a line with the key `lfsFile`, `file` or `deletedFile`")
    return Draft(
        title=str(header["summary"]),
        message=str(header.get("description") or ""),
        parent=str(header.get("parentCommit") or ""),
        operations=tuple(operations),
    )


def _store_regular(state: State, pieces: Iterator[bytes]) -> Entry:
    with state.blobs.receive() as incoming:
        for piece in pieces:
            incoming.write(piece)
        if incoming.size > MAX_REGULAR and state.options.upload_mode != "regular":
            raise too_large()
        state.blobs.keep(incoming)
    oid = hashlib.sha1(b"blob %d\0" % incoming.size)  # noqa: S324 - git's own
    with state.blobs.path(incoming.sha256).open("rb") as file:
        while data := file.read(READ_SIZE):
            oid.update(data)
    return Entry(incoming.size, incoming.sha256, oid.hexdigest(), lfs=False)


def too_large(*paths: str) -> BadRequestError:
    """Return the refusal of regular files above `MAX_REGULAR`."""
    offending = f" Offending files: - {', '.join(paths)}" if paths else ""
    return BadRequestError(
        "Your push was rejected because it contains files larger than 10 MiB."
        f" Please use LFS or Xet for them.{offending}"
    )


def _add_file(value: dict[str, Any]) -> Put:
    path, entry = _path(value), value.get("content")
    if not isinstance(entry, Entry) or value.get("encoding", "base64") != "base64":
        raise BadRequestError(f"The content of {path} is not base64")
    return Put(path, entry)


def _add_lfs_file(state: State, holder: str, value: dict[str, Any]) -> Put:
    path, oid = _path(value), str(value.get("oid"))
    size = state.owned_size(holder, oid)
    if size is None or value.get("size", size) != size:
        raise BadRequestError(
            "Your push was rejected because an LFS pointer pointed to a file that does not exist."
            f" For instance, this can happen if you used git push --no-verify: {path}"
        )
    return Put(path, Entry.pointing_to(oid, size))


def _path(value: dict[str, Any]) -> str:
    """Return the path of an operation, without the slash at the end of a folder.

    Raises:
        BadRequestError: It is invalid, such as one that leaves the repository.
        HubError: 422, it leaves the repository on Windows.
    """
    path = str(value.get("path", "")).removesuffix("/")
    parts = path.split("/")
    if path.startswith("..\\"):
        raise HubError(422, f"Invalid path: {path!r}")
    if (
        not {"", ".", "..", ".git"}.isdisjoint(parts)
        or parts[0] == GITATTRIBUTES != path  # the server writes a file of this name
        or len(parts) > MAX_DEPTH
        or any(unicodedata.category(char) in {"Cc", "Cs"} for char in path)
    ):
        raise BadRequestError(f"Invalid path: {path!r}")
    return path
