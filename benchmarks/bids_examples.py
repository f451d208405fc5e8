"""Read every public example dataset of BIDS, and compare with pybids.

    tox run -e bids-examples -- --git CLONE       # a clone of bids-standard/bids-examples

The examples have empty files in place of images: each gets a small valid image first. A table of
images says which of them come along, how many images of diffusion have their gradients, and what is
left out; the other layouts are read too, for a crash would show. With pybids beside it, its number
of images and of gradients is written down where it is another.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from workaround.bids.options import BidsOptions
from workaround.bids.table import read_bids
from workaround.errors import UploadError

MEASURED = Path(__file__).parent.parent / "docs" / "measured" / "bids-examples.json"


def unpack(clone: Path, folder: Path) -> str:
    """Write the newest examples into a folder, each image filled; return the commit."""
    archive = _git(clone, "archive", "HEAD")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    image = nib.Nifti1Image(np.arange(8, dtype=np.int16).reshape(2, 2, 2), np.eye(4)).to_bytes()  # type: ignore[no-untyped-call]
    fillings = {
        ".nii": image,
        ".nii.gz": gzip.compress(image, mtime=0),
        ".tsv.gz": gzip.compress(b"1\t2\n", mtime=0),
    }
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            ends = [end for end in fillings if file.name.endswith(end)]
            if ends and (ends[0] != ".tsv.gz" or not file.stat().st_size):
                file.write_bytes(fillings[ends[0]])
    return _git(clone, "rev-parse", "HEAD").decode().strip()


def _git(clone: Path, *arguments: str) -> bytes:
    command = ["git", "-C", f"{clone}", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603


def read(folder: Path) -> dict[str, Any]:
    """Return what the uploader makes of one dataset.

    Returns:
        ``images`` and ``gradients`` (those with both, and all images of diffusion), ``left_out`` by
        kind and ``problems`` by severity; or ``refused`` with the reason.
    """
    try:
        result = read_bids(folder, BidsOptions(layout="image"))
        for layout in ("session", "subject"):
            read_bids(folder, BidsOptions(layout=layout))
    except UploadError as error:
        return {"refused": str(error).replace(f"{folder}", folder.name)}
    rows = result.dataset.select_columns(["suffix", "bval", "bvec"]).with_format(None)[:]
    diffusion = [
        bval is not None and bvec is not None
        for suffix, bval, bvec in zip(rows["suffix"], rows["bval"], rows["bvec"], strict=True)
        if suffix == "dwi"
    ]
    return {
        "images": len(result.dataset),
        "gradients": [sum(diffusion), len(diffusion)],
        "left_out": str(result.left_out).removeprefix("left out: "),
        "problems": dict(Counter(str(problem.severity) for problem in result.problems)),
    }


def pybids(folder: Path) -> dict[str, Any]:
    """Return the number of images and of gradients that pybids finds."""
    from bids import BIDSLayout

    layout = BIDSLayout(folder)
    images = layout.get(extension=[".nii", ".nii.gz"])
    diffusion = [image for image in images if image.entities.get("suffix") == "dwi"]
    gradients = [
        bool(layout.get_bval(image.path)) and bool(layout.get_bvec(image.path))
        for image in diffusion
    ]
    return {"images": len(images), "gradients": [sum(gradients), len(gradients)]}


def compare(result: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a result, with that of pybids where it is another."""
    if "images" not in result:
        return dict(result)
    other = pybids(folder)
    same = all(other[name] == result[name] for name in other)
    return dict(result) if same else {**result, "pybids": other}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the examples and write the document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--git", type=Path, required=True, metavar="CLONE")
    parser.add_argument("--output", type=Path, default=MEASURED, metavar="FILE")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        commit = unpack(options.git, Path(place))
        folders = sorted(path for path in Path(place).iterdir() if path.is_dir())
        results = {folder.name: read(folder) for folder in folders if folder.name[0] != "."}
        compared = find_spec("bids") is not None
        if compared:
            results = {name: compare(result, Path(place, name)) for name, result in results.items()}
    document = {"commit": commit, "pybids": compared, "datasets": results}
    options.output.write_text(f"{json.dumps(document, indent=1)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
