# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""A NIfTI-2 image decodes from its file, and no more once it is embedded: its bytes are unreadable.

datasets 4.4.0 to 5.2.0. Nifti().decode_example reads bytes as NIfTI-1, whatever they are, and
files with nibabel.load, which knows both: https://github.com/huggingface/datasets/pull/7815.
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

    decoded = {}
    for kind in (nib.Nifti1Image, nib.Nifti2Image):
        path = folder / f"{kind.__name__}.nii"
        nib.save(kind(np.ones((4, 4, 4), np.int16), np.eye(4)), path)
        cells = {"from_file": str(path), "from_bytes": {"bytes": path.read_bytes(), "path": None}}
        datasets = {
            case: Dataset.from_dict({"scan": [cell]}, features=Features({"scan": Nifti()}))
            for case, cell in cells.items()
        }
        datasets["from_file"].save_to_disk(folder / kind.__name__)  # embeds, as push_to_hub does
        datasets["embedded"] = load_from_disk(folder / kind.__name__)
        decoded[kind.__name__] = {case: voxels(dataset) for case, dataset in datasets.items()}
    return {"voxels_on_disk": 64, "voxels_decoded": decoded}


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    if set(evidence["voxels_decoded"]["Nifti1Image"].values()) != {evidence["voxels_on_disk"]}:
        sys.exit(print("not even NIfTI-1 decodes", file=sys.stderr) or 125)
    decoded = evidence["voxels_decoded"]["Nifti2Image"].values()
    sys.exit(int(any(voxels != evidence["voxels_on_disk"] for voxels in decoded)))
