# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""Of a NIfTI image in two files, .hdr and .img, embedding keeps the one that was named.

datasets 4.4.2 to 5.2.0. From the files either name decodes; embedded, the header is without its
voxels or the voxels are without their header: https://github.com/huggingface/datasets/pull/7853.
"""

import json
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, Nifti, load_from_disk

    def voxels(dataset: Dataset) -> int | str:
        """Voxels of the first row, or the error of decoding it."""
        try:
            return dataset[0]["scan"].get_fdata().size
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    pair = [folder / "scan.hdr", folder / "scan.img"]
    nib.save(nib.Nifti1Pair(np.ones((16, 16, 16), np.int16), np.eye(4)), pair[0])
    decoded, embedded = {}, {}
    for path in pair:
        scans = Dataset.from_dict({"scan": [str(path)]}, features=Features({"scan": Nifti()}))
        scans.save_to_disk(folder / path.suffix)  # embeds, as push_to_hub does
        saved = load_from_disk(folder / path.suffix)
        cell = saved.data.table["scan"][0].as_py()
        embedded[path.suffix] = len(cell["bytes"] or b"")
        if cell["bytes"] is None:
            return {"masked_by": "embed-zero-bytes"}
        decoded[path.suffix] = {"from_file": voxels(scans), "embedded": voxels(saved)}
    return {
        "bytes_on_disk": sum(path.stat().st_size for path in pair),
        "bytes_embedded": embedded,
        "voxels_on_disk": 16**3,
        "voxels_decoded": decoded,
    }


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    if "masked_by" in evidence:
        sys.exit(125)
    decoded = [voxels["embedded"] for voxels in evidence["voxels_decoded"].values()]
    sys.exit(int(any(voxels != evidence["voxels_on_disk"] for voxels in decoded)))
