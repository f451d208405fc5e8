"""Images that upstream stores otherwise than they are do not get onto the Hub unnoticed.

As in test_survival.py: the uploader is held to it, and upstream fails.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from datasets import Dataset, Features, List, Nifti, load_dataset

from repro.catalog.bugs import find
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti
from tests.workaround.survival.test_survival import ALWAYS, NOT_EMBEDDING, Push, promise
from workaround.errors import CheckError

SCAN = Features({"scan": Nifti()})
NOTHING = {"bytes": None, "path": None}
SHAPE = (16, 16, 16)

pytestmark = pytest.mark.usefixtures("hub")


@promise(ALWAYS)
@pytest.mark.parametrize("suffix", [".hdr", ".img"])
def test_pair_of_files_is_refused(tmp_path: Path, push: Push, suffix: str) -> None:
    pair = nib.Nifti1Pair(np.ones(SHAPE, np.int16), np.eye(4))  # type: ignore[no-untyped-call]
    nib.save(pair, tmp_path / "scan.hdr")
    rows = Dataset.from_dict({"scan": [str(tmp_path / f"scan{suffix}")]}, features=SCAN)
    with pytest.raises(CheckError, match=rf"row 0, column 'scan', .*scan\{suffix}"):
        push(rows, REPO)


@promise(ALWAYS)
@pytest.mark.parametrize("in_list", [False, True], ids=["cell", "list"])
def test_cell_of_nothing_is_refused_with_its_place(
    make_nifti: MakeNifti, push: Push, in_list: bool
) -> None:
    cells: list[Any] = [{"bytes": make_nifti().read_bytes(), "path": "a.nii"}, NOTHING]
    rows = Dataset.from_dict({"scan": [[cell] for cell in cells] if in_list else cells})
    with pytest.raises(CheckError, match=r"row 1, column 'scan'"):
        push(rows.cast_column("scan", List(Nifti()) if in_list else Nifti()), REPO)


@promise(find("edited-image-uploads-original").affected)
def test_new_image_below_a_path_is_not_lost_unnoticed(make_nifti: MakeNifti, push: Push) -> None:
    new = nib.Nifti1Image(np.ones(SHAPE, np.int16), np.eye(4))  # type: ignore[no-untyped-call]
    rows = Dataset.from_dict({"scan": [str(make_nifti()), new]}, features=SCAN)
    with suppress(CheckError):  # by the test above, where the dataset has a cell of nothing for it
        push(rows, REPO)
        assert load_dataset(REPO, split="train")[1]["scan"].shape == SHAPE


@promise(NOT_EMBEDDING)
def test_compressed_files_stay_compressed_where_map_does_not_touch_them(
    make_nifti: MakeNifti, push: Push
) -> None:
    files = [make_nifti(f"{name}.nii.gz", 10_000) for name in "ab"]
    rows = Dataset.from_dict({"scan": list(map(str, files))}, features=SCAN)
    push(rows.map(lambda _: {"age": 30}), REPO)
    stored = load_dataset(REPO, split="train").cast_column("scan", Nifti(decode=False))
    assert [row["scan"]["bytes"] for row in stored] == [file.read_bytes() for file in files]
    assert [row["scan"]["path"] for row in stored] == [file.name for file in files]
