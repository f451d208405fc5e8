# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""An embedded image is replaced by a file of the same name in the working folder, without a word.

datasets 4.4.0 to 5.2.0. Cells of an embedded dataset hold bytes and a file name. Given to a new
dataset, encode_example drops the bytes if a file of that name is in the working folder, say raw
data beside derivatives: https://github.com/huggingface/datasets/pull/7815.
"""

import json
import os
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, Nifti

    paths = {kind: folder / kind / "sub-01_T1w.nii" for kind in ("derivatives", "raw")}
    for voxel, path in enumerate(paths.values(), start=1):
        path.parent.mkdir()
        nib.save(nib.Nifti1Image(np.full((4, 4, 4), voxel, np.int16), np.eye(4)), path)
    image = paths["derivatives"]
    cells = [{"scan": {"bytes": image.read_bytes(), "path": image.name}}]  # as they are on the Hub
    features = Features({"scan": Nifti()})
    os.chdir(paths["raw"].parent)
    try:
        made = {
            "from_list": Dataset.from_list(cells, features=features),
            "from_dict": Dataset.from_dict({"scan": [cells[0]["scan"]]}, features=features),
            "from_generator": Dataset.from_generator(
                lambda: iter(cells), features=features, cache_dir=str(folder / "cache")
            ),
        }
        voxels = {way: int(rows[0]["scan"].get_fdata().max()) for way, rows in made.items()}
    finally:
        os.chdir(folder.parent)
    return {"voxel_given": 1, "voxel_of_other_file": 2, "voxel_in_dataset": voxels}


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(set(evidence["voxel_in_dataset"].values()) != {evidence["voxel_given"]}))
