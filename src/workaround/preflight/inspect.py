"""Inspect one source file, or contents that are in the table."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from workaround.arrow.files import Files, SourceFile
from workaround.arrow.paths import archive_of, is_local, normal, scheme_of
from workaround.errors import SourceChangedError, SourceDamagedError, UnreachableError
from workaround.extras import advice
from workaround.preflight.header_texts import Text, texts_of_file
from workaround.preflight.nifti import START, Defect, header_defect, nifti_defect
from workaround.preflight.path_advice import missing_reason

CheckLevel = Literal["sizes", "headers", "full"]
"""How much of each file the check reads: nothing, headers, or every byte of gzip streams."""

EXTRAS = {"http": "http", "https": "http", "s3": "s3", "s3a": "s3"}
"""Extras of this package that open URLs, by scheme."""
EMPTY = Defect("empty: 0 bytes; copy the file again, or leave it out")


@dataclass(frozen=True)
class Inspection:
    """The result of inspecting a file.

    Attributes:
        source: Size and version; None if the file cannot be reached.
        defect: The first defect; None if the file seems sound.
        texts: Texts of its header.
    """

    source: SourceFile | None
    defect: Defect | None = None
    texts: Sequence[Text] = ()


def inspect_file(files: Files, path: str, *, level: CheckLevel, nifti: bool) -> Inspection:
    """Look up the size of a file and its defects.

    Args:
        files: Access to the source files.
        path: Path or URL of the file.
        level: What to read of it: nothing, its header, or every byte.
        nifti: Expect a NIfTI image.
    """
    try:
        source = files.look_up(path)
        defect: Defect | None = None if source.size else EMPTY
        texts: Sequence[Text] = ()
        if source.size and level != "sizes":
            defect, texts = _read(files, source, full=level == "full", nifti=nifti)
    except (SourceChangedError, SourceDamagedError) as error:
        return Inspection(None, Defect(error.reason))
    except UnreachableError:
        raise  # of a server that other files may be on too
    except Exception as error:  # clients of servers, and readers of archives, have their own
        if is_local(path) and not isinstance(error, (OSError, ValueError)):
            raise
        return Inspection(None, Defect(_reason(path, error)))
    return Inspection(source, defect, texts)


def _read(
    files: Files, source: SourceFile, *, full: bool, nifti: bool
) -> tuple[Defect | None, list[Text]]:
    path, size = source.path, source.size
    if full and archive_of(path):
        for _ in files.blocks(source):  # an archive has a checksum of each member
            pass
    if not nifti:
        if is_local(path):
            with files.open(path):
                pass  # it can be opened
        return None, []
    if full or is_local(path):
        with files.open(path) as stream:
            return nifti_defect(stream, size, full=full, name=path), texts_of_file(stream)
    with files.open(path, cache_type="none") as stream:  # or it would read 5 MB ahead
        start = stream.read(START)
    return header_defect(start, size, name=path), texts_of_file(io.BytesIO(start))


def inspect_content(content: pa.Buffer, *, full: bool, nifti: bool) -> Inspection:
    """Look for the defects of contents that are in the table.

    Args:
        content: Bytes of a file.
        full: Decompress the whole of a gzip stream.
        nifti: Expect a NIfTI image.
    """
    if not content.size:
        return Inspection(None, EMPTY)
    if not nifti:
        return Inspection(None)
    stream = pa.BufferReader(content)
    defect = nifti_defect(stream, content.size, full=full)
    return Inspection(None, defect, texts_of_file(stream))


def _reason(path: str, error: Exception) -> str:
    local = is_local(path)
    match error:
        case FileNotFoundError() | NotADirectoryError() if local:
            return _link_reason(Path(normal(path))) or missing_reason(path)
        case FileNotFoundError():
            return "no such file"
        case PermissionError():
            return "cannot be read: permission denied"
        case ImportError() if (extra := EXTRAS.get(scheme_of(path))) is not None:
            return f"cannot be read: {advice(extra)} opens such URLs"
        case OSError(strerror=str(text)):
            return f"cannot be read: {text}"
        case _ if str(error):
            return f"cannot be read: {error}"
        case _:
            return f"cannot be read: {type(error).__name__}"


def _link_reason(file: Path) -> str | None:
    if not file.is_symlink():
        return None
    target = file.readlink()
    if ".git/annex/objects" in str(target):
        return "a link of git-annex without its content; `datalad get` fetches it"
    return f"a symbolic link to {target}, which is missing"
