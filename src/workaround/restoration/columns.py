"""The columns of a BIDS dataset: images and texts, and the columns that hold their paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from datasets import Features, LargeList, List, Value

from workaround.arrow.file_cells import FileLeaf, file_columns, holds_files, is_file
from workaround.bids.options import HEADLESS, TABLES
from workaround.bids.sidecars import GRADIENTS, TEXT_PATH

IMAGE, IMAGE_PATH = "image", "bids_path"
"""The columns of a row that is an image."""


@dataclass(frozen=True)
class TextColumn:
    """A column of texts, and the column of their paths.

    Attributes:
        column: The texts, or lists of the rows of tables.
        paths: Paths of the files.
        rows: It holds lists of rows.
    """

    column: str
    paths: str
    rows: bool = False

    @property
    def extensions(self) -> tuple[str, ...]:
        """Extensions that the files may have."""
        gradient = next((ext for ext in GRADIENTS if self.column.endswith(ext[1:])), None)
        return (gradient,) if gradient else (".tsv", ".tsv.gz")


@dataclass(frozen=True)
class ImageColumn:
    """A column of images.

    Attributes:
        column: Its name.
        paths: Column of their paths.
        depth: Number of lists around an image.
        leaf: Leaf of the contents.
        texts: Columns of texts beside the images.
        values: Other columns beside the images, by the name of the value.
    """

    column: str
    paths: str
    depth: int
    leaf: FileLeaf
    texts: tuple[TextColumn, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def single(self) -> bool:
        """True if a row is an image: then all columns are beside it."""
        return self.paths == IMAGE_PATH


@dataclass(frozen=True)
class BidsColumns:
    """The columns of a BIDS dataset.

    Attributes:
        images: Columns of images whose paths are known.
        unknown: Columns of files without paths.
        others: Columns that are beside no image, such as those of ``participants.tsv``.
    """

    images: tuple[ImageColumn, ...]
    unknown: tuple[str, ...]
    others: tuple[str, ...]


def bids_columns(features: Features) -> BidsColumns:
    """Sort the columns of a dataset."""
    files = {
        name: leaf for name, leaf in ((name, _leaf(features, name)) for name in features) if leaf
    }
    paths = {name: path for name in files if (path := _paths_of(features, name))}
    owners: dict[str, list[str]] = {name: [] for name in paths}
    others: list[str] = []
    for name in features:
        if holds_files(features[name]) or name in paths.values():
            continue
        owner = _owner(name, features, paths)
        (others if owner is None else owners[owner]).append(name)
    images = [
        _image_column(name, files[name], paths[name], owners[name], features) for name in paths
    ]
    unknown = [name for name in file_columns(features) if name not in paths]
    return BidsColumns(tuple(images), tuple(unknown), tuple(others))


def list_depth(feature: Any) -> int:
    """Return the number of lists around the values of a column."""
    return 1 + list_depth(feature.feature) if isinstance(feature, List | LargeList) else 0


def _leaf(features: Features, name: str) -> FileLeaf | None:
    """Return the leaf of a column of files, in lists or not; None of other columns."""
    leaf, feature = FileLeaf.of(name), features[name]
    while isinstance(feature, List | LargeList):
        leaf, feature = leaf.element(), feature.feature
    return leaf if is_file(feature) else None


def _paths_of(features: Features, name: str) -> str | None:
    candidates = [f"{name}_path", *([IMAGE_PATH] if name == IMAGE else [])]
    depth = list_depth(features[name])
    return next(
        (path for path in candidates if path in features and _is_text(features[path], depth)), None
    )


def _is_text(feature: Any, depth: int) -> bool:
    own = list_depth(feature)
    while isinstance(feature, List | LargeList):
        feature = feature.feature
    return (
        own == depth and isinstance(feature, Value) and feature.dtype in ("string", "large_string")
    )


def _is_rows(feature: Any, depth: int) -> bool:
    """Return True of lists of structs inside of some lists."""
    own = list_depth(feature)
    while isinstance(feature, List | LargeList):
        feature = feature.feature
    return own == depth + 1 and isinstance(feature, Mapping)


def _owner(name: str, features: Features, paths: Mapping[str, str]) -> str | None:
    """Return the column of images that a column is beside; None for none."""
    owners = [
        image
        for image in paths
        if name.startswith(_prefix(image, paths))
        and list_depth(features[name]) >= list_depth(features[image])
    ]
    return max(owners, key=len, default=None)


def _prefix(image: str, paths: Mapping[str, str]) -> str:
    return "" if paths[image] == IMAGE_PATH else f"{image}_"


def _image_column(
    name: str, leaf: FileLeaf, paths: str, beside: list[str], features: Features
) -> ImageColumn:
    depth, prefix = list_depth(features[name]), _prefix(name, {name: paths})
    texts = tuple(_texts(prefix, beside, features, depth))
    taken = {column for text in texts for column in (text.column, text.paths)}
    values = {column.removeprefix(prefix): column for column in beside if column not in taken}
    return ImageColumn(name, paths, depth, leaf, texts, values)


def _texts(prefix: str, beside: list[str], features: Features, depth: int) -> Iterator[TextColumn]:
    names = (*(extension[1:] for extension in GRADIENTS), *TABLES)
    for column in beside:
        key, paths = column.removeprefix(prefix), f"{column}{TEXT_PATH}"
        known = key in names or key.partition("_")[0] in HEADLESS
        if not known or paths not in beside or not _is_text(features[paths], depth):
            continue
        if _is_text(features[column], depth) or _is_rows(features[column], depth):
            yield TextColumn(column, paths, rows=not _is_text(features[column], depth))
