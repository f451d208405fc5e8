"""Inspect one source file, or contents that are in the table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from workaround.arrow.files import Files, SourceFile
from workaround.arrow.paths import is_local
from workaround.errors import RefusedError
from workaround.preflight.nifti import Defect, nifti_defect

EMPTY = Defect("empty: 0 bytes; copy the file again, or leave it out")


@dataclass(frozen=True)
class Inspection:
    """The result of inspecting a file.

    Attributes:
        source: Size and version; None if the file cannot be reached.
        defect: The first defect; None if the file seems sound.
    """

    source: SourceFile | None
    defect: Defect | None = None


def inspect_file(files: Files, path: str, *, inside: bool, nifti: bool) -> Inspection:
    """Look up the size of a file and its defects.

    Args:
        files: Access to the source files.
        path: Path or URL of the file.
        inside: Read its header too, if it is a local file. Files behind URLs are not opened, since
            each takes several requests and their servers have compared hashes.
        nifti: Expect a NIfTI image.
    """
    try:
        source = files.look_up(path)
        if not source.size:
            return Inspection(source, EMPTY)
        if inside and is_local(path):
            with files.open(path) as stream:
                return Inspection(source, nifti_defect(stream, source.size) if nifti else None)
    except (OSError, ValueError, ImportError, RefusedError) as error:
        return Inspection(None, Defect(_reason(path, error)))
    return Inspection(source)


def inspect_content(content: pa.Buffer, *, nifti: bool) -> Defect | None:
    """Return the defect of contents that are in the table."""
    if not content.size:
        return EMPTY
    return nifti_defect(pa.BufferReader(content), content.size) if nifti else None


def _reason(path: str, error: Exception) -> str:
    match error:
        case FileNotFoundError() if is_local(path) and Path(path).is_symlink():
            target = Path(path).readlink()
            annex = "; `datalad get` fetches it" if ".git/annex/objects" in str(target) else ""
            return f"a symbolic link to {target}, which is missing{annex}"
        case FileNotFoundError() if path.startswith("~"):
            return "no such file: ~ is not expanded, os.path.expanduser does it"
        case FileNotFoundError() if is_local(path) and not Path(path).is_absolute():
            return f"no such file in {Path.cwd()}: make the path absolute"
        case FileNotFoundError():
            return "no such file"
        case PermissionError():
            return "cannot be read: permission denied"
        case OSError(strerror=str(text)):
            return f"cannot be read: {text}"
        case _:
            return f"cannot be read: {error}"
