"""The text files beside images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.workaround.bids import plain
from workaround.bids.table import bids_table
from workaround.errors import BidsError


def test_gradients_are_text(touch: Callable[..., Path]) -> None:
    stems = [f"sub-1/dwi/sub-1_dir-{direction}_dwi" for direction in ("AP", "PA")]
    root = touch(*(f"{stem}.nii.gz" for stem in stems))
    touch(f"{stems[0]}.bval", text="0 1000\n")
    touch(f"{stems[0]}.bvec", text="0 1\n0 0\n0 0\n")
    (row,) = plain(bids_table(root))
    assert row["dwi_dir"] == ["AP", "PA"]
    assert row["dwi_bval"] == ["0 1000\n", None]
    assert row["dwi_bvec"] == ["0 1\n0 0\n0 0\n", None]


@pytest.mark.parametrize("name", ["participants.tsv", "sub-1/dwi/sub-1_dwi.bval"])
def test_a_link_without_a_text_is_an_error(touch: Callable[..., Path], name: str) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.nii")
    (root / name).symlink_to(".git/annex/objects/gone")
    with pytest.raises(BidsError, match=f"{name} is a link .*datalad get"):
        bids_table(root)


def test_gradients_that_are_not_text_are_an_error(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.nii", "sub-1/dwi/sub-1_dwi.bval")
    (root / "sub-1/dwi/sub-1_dwi.bval").write_bytes(b"\xff\xfe0 1000")
    with pytest.raises(BidsError, match=r"sub-1_dwi\.bval cannot be read as text"):
        bids_table(root)


def test_suffixes_of_images_may_be_upper_case(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/dwi/sub-1_dwi.NII.GZ")
    touch("sub-1/dwi/sub-1_dwi.bval", text="0 1000")
    (row,) = plain(bids_table(root, strict=True))
    assert row["dwi"] == f"{root}/sub-1/dwi/sub-1_dwi.NII.GZ"
    assert row["dwi_bval"] == "0 1000"
