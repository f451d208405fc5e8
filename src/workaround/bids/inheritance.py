"""The inheritance principle: metadata files at the root, of a subject or session, apply below.

A file applies to an image in its folder or below if it has the same suffix, and no entity that the
image has not (https://bids-specification.readthedocs.io, "The Inheritance Principle").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from workaround.bids.scan import Image
from workaround.bids.terms.names import Name, split_name

_Entities = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Metadata:
    """The metadata files of a dataset, by folder, suffix and extension."""

    files: dict[tuple[str, str, str], list[tuple[_Entities, str]]]

    @classmethod
    def of(cls, paths: Iterable[str]) -> Metadata:
        """Sort all files that are not images."""
        files = defaultdict(list)
        for path in paths:
            folder, _, text = path.rpartition("/")
            name = split_name(text)
            if not name.is_image:
                key = folder, name.suffix, name.extension.lower()
                files[key].append((frozenset(name.entities.items()), path))
        return cls(dict(files))

    def applicable(self, image: Image, extension: str, suffix: str | None = None) -> list[str]:
        """Return the files that apply to an image, the most specific last.

        Args:
            image: The image.
            extension: Extension of the files.
            suffix: Their suffix; that of the image by default.
        """
        return self._applicable(image.path, image.name, suffix or image.suffix, extension)

    def descriptions(self, path: str) -> list[str]:
        """Return the JSON files that apply to a table, the most specific last."""
        name = split_name(path.rpartition("/")[2])
        return self._applicable(path, name, name.suffix, ".json")

    def _applicable(self, path: str, name: Name, suffix: str, extension: str) -> list[str]:
        entities = frozenset(name.entities.items())
        folders = path.split("/")[:-1]
        result = []
        for depth in range(len(folders) + 1):
            key = "/".join(folders[:depth]), suffix, extension
            matches = [file for file in self.files.get(key, ()) if file[0] <= entities]
            result += sorted(matches, key=lambda match: (len(match[0]), match[1]))
        return [path for _, path in result]

    def recordings(self, image: Image, suffix: str) -> dict[str, str]:
        """Return the files of a suffix that were recorded with an image, by ``recording``."""
        entities = frozenset(image.name.entities.items())
        folder = image.path.rpartition("/")[0]
        return {
            dict(written).get("recording", ""): path
            for extension in (".tsv", ".tsv.gz")
            for written, path in self.files.get((folder, suffix, extension), ())
            if {pair for pair in written if pair[0] != "recording"} <= entities
            and ("task", dict(written).get("task")) in entities
        }
