# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""A .mgz or .nii.bz2 image decodes from its file, and no more once it is embedded.

datasets 4.4.0 to 5.2.0. Nifti().decode_example takes bytes for NIfTI-1, as they are or gzipped, and
gives files to nibabel.load, which knows all: https://github.com/huggingface/datasets/pull/7815.
"""

import json
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, Nifti

    def voxels(dataset: Dataset) -> int | str:
        """Voxels of the first row, or the error instead."""
        try:
            return dataset[0]["scan"].get_fdata().size
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    decoded, image = {}, (np.ones((4, 4, 4), np.int16), np.eye(4))
    images = {".nii.gz": nib.Nifti1Image, ".nii.bz2": nib.Nifti1Image, ".mgz": nib.MGHImage}
    for suffix, kind in images.items():
        nib.save(kind(*image), path := folder / f"sub-01_T1w{suffix}")
        cells = {"file": str(path), "embedded": {"bytes": path.read_bytes(), "path": path.name}}
        decoded[suffix] = {
            case: voxels(Dataset.from_dict({"scan": [cell]}, features=Features({"scan": Nifti()})))
            for case, cell in cells.items()
        }
    return {"voxels_on_disk": 64, "voxels_decoded": decoded}


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    decoded = evidence["voxels_decoded"].values()
    if any(case["file"] != evidence["voxels_on_disk"] for case in decoded):
        sys.exit(print("the files themselves do not decode", file=sys.stderr) or 125)
    sys.exit(int(any(case["file"] != case["embedded"] for case in decoded)))
