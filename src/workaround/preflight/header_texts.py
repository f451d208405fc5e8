"""Texts in NIfTI headers that may say who or when: for remarks, never for a claim of anonymity.

The headers of a batch are judged at once (`glance`); those of other files one by one.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from workaround.arrow.contents import GZIP
from workaround.errors import Problem
from workaround.preflight.nifti import HEADERS, LITTLE

FIELDS = ("descrip", "db_name", "aux_file")
EXTENSIONS = {
    2: "a DICOM extension, with what the scanner knew of the patient",
    4: "an AFNI extension, with commands and paths",
    6: "a comment as extension",
}
_FLAG = 4
"""Bytes of the flag of extensions behind a header."""
_MOST = 64
"""Most extensions of a header that are looked at."""

_TIME = re.compile(r"(^|;)time=\d", re.IGNORECASE)
_NUMBERS = re.compile(r"\w+=[-+\d.eE]*(;\w+=[-+\d.eE]*)*;?")
_PROGRAM = re.compile(
    r"(fsl|spm|afni|ants|itk|freesurfer|mrtrix|nibabel|nilearn|fmriprep|dcm2niix?|mricron|nipype)"
    r"( version:?)?[ -]?v?[0-9.:+a-f_()-]*|spm compatible|spm ?- [a-z0-9 ().:,'+*-]*|4d image"
    r"|[0-9]+\.[0-9]+(\.[0-9]+)?(:[0-9a-f]+)?(-dirty)?",
    re.IGNORECASE,
)

Text = tuple[str, str]
"""Field of a header, and its text; "extension" with its code for an extension."""


@dataclass
class HeaderTexts:
    """The texts of some headers.

    Attributes:
        counts: Number of files with a text, and path of the first, by text.
    """

    counts: dict[Text, tuple[int, str | None]] = field(default_factory=dict)

    def add(self, text: Text, path: str | None, count: int = 1) -> None:
        """Count a text.

        Args:
            text: The text with its field.
            path: Path of the first file; None for contents of the table.
            count: Number of files.
        """
        before, first = self.counts.get(text, (0, path))
        self.counts[text] = before + count, first

    def update(self, other: HeaderTexts) -> None:
        """Count the texts of other headers."""
        for text, (count, path) in other.counts.items():
            self.add(text, path, count)

    def problems(self) -> list[Problem]:
        """Return a remark for each kind of text, with the number of files that have it."""
        kinds: dict[tuple[str, bool], tuple[int, str | None, str]] = {}
        for (name, text), (count, path) in self.counts.items():
            kind = _kind(name, text)
            before, first, example = kinds.get(kind, (0, path, text))
            kinds[kind] = before + count, first, example
        return [
            Problem(None, None, path, _reason(*kind, count, text), "remark", identifying=kind[1])
            for kind, (count, path, text) in kinds.items()
        ]


def texts_of_headers(headers: npt.NDArray[Any], paths: Sequence[str]) -> HeaderTexts:
    """Return the texts of NIfTI-1 headers.

    Args:
        headers: Headers as one structured array.
        paths: Path of each file.
    """
    result = HeaderTexts()
    for name in FIELDS:
        texts, first, counts = np.unique(headers[name], return_index=True, return_counts=True)
        for text, place, count in zip(texts.tolist(), first.tolist(), counts.tolist(), strict=True):
            if plain := _plain(text):
                result.add((name, plain), paths[place], count)
    return result


def texts_of_file(stream: BinaryIO) -> list[Text]:
    """Return the texts of one NIfTI file, compressed or not; none if its header cannot be read."""
    stream.seek(0)
    gzipped = stream.read(2) == GZIP
    stream.seek(0)
    try:
        if not gzipped:
            return list(_texts(stream))
        with gzip.GzipFile(fileobj=stream) as content:
            return list(_texts(content))
    except (EOFError, gzip.BadGzipFile, zlib.error):  # a defect, which the check has named
        return []


def _texts(stream: Any) -> Iterator[Text]:
    start = stream.read(4)
    if start not in HEADERS:
        return
    order: Any = "little" if start in LITTLE else "big"
    dtype = HEADERS[start].template_dtype.newbyteorder("<" if order == "little" else ">")
    data = start + stream.read(dtype.itemsize - 4)
    if len(data) < dtype.itemsize:
        return
    header = np.frombuffer(data, dtype)[0]
    for name in FIELDS:
        if text := _plain(bytes(header[name])):
            yield name, text
    flag, place = stream.read(_FLAG), dtype.itemsize + _FLAG
    for _ in range(_MOST if flag[:1] > b"\0" else 0):
        if place + 8 > float(header["vox_offset"]):
            return
        stream.seek(place)
        extension = stream.read(8)
        size, code = (int.from_bytes(extension[at : at + 4], order) for at in (0, 4))
        if len(extension) < 8 or size < 8:
            return
        if code in EXTENSIONS:
            yield "extension", str(code)
        place += size


def _plain(text: bytes) -> str:
    return " ".join(text.replace(b"\0", b" ").decode("latin-1").split())


def _kind(name: str, text: str) -> tuple[str, bool]:
    """Return what a text is, and True if it may identify someone."""
    if name == "extension":
        return EXTENSIONS[int(text)], True
    if name == "descrip":
        if _TIME.search(text):
            return "the time of acquisition in descrip, as dcm2niix writes it", True
        if _PROGRAM.fullmatch(text) or _NUMBERS.fullmatch(text):
            return "the name of a program or parameters in descrip", False
    if name == "aux_file" and text.lower() == "none":
        return "the word none in aux_file", False
    return f"a text in {name}", True


def _reason(what: str, identifying: bool, count: int, text: str) -> str:
    shown = f" ({text!r})" if not text.isdecimal() else ""
    files = f"{count} file{'s' if count > 1 else ''}"
    advice = ": clear it if it says who or when" if identifying else ""
    return f"the header has {what}{shown}, {files}{advice}"
