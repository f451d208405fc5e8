# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""An image that was edited in memory becomes the file it was loaded from: the edit is lost.

datasets 4.4.0 to 5.2.0, in a column or list that begins with a path; up to 4.4.1 in any. A new
image, without a file, becomes a cell of nothing. https://github.com/huggingface/datasets/pull/7892
mended columns of images only.
"""

import json
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, Nifti, Sequence

    path, two_mm = str(folder / "scan.nii"), np.diag([2, 2, 2, 1])
    nib.save(nib.Nifti1Image(np.ones((4, 4, 4), np.int16), np.eye(4)), path)

    def edited() -> nib.Nifti1Image:
        image = nib.load(path)
        image.set_sform(two_mm)
        return image

    def voxel_size(cells: list, feature: object) -> float | str:
        """That of the last image, or why there is none."""
        try:
            dataset = Dataset.from_dict({"scan": cells}, features=Features({"scan": feature}))
            image = dataset[-1]["scan"]
            return float((image[-1] if isinstance(image, list) else image).affine[0, 0])
        except ValueError as error:  # neither bytes nor path
            return f"{type(error).__name__}: {error}"

    new = nib.Nifti1Image(np.ones((4, 4, 4), np.int16), two_mm)
    sizes = {
        "alone": voxel_size([edited()], Nifti()),
        "below_a_path": voxel_size([path, edited()], Nifti()),
        "in_a_list_with_a_path": voxel_size([[path, edited()]], Sequence(Nifti())),
        "new_below_a_path": voxel_size([path, new], Nifti()),
    }
    return {"voxel_mm_on_disk": 1.0, "voxel_mm_in_memory": 2.0, "voxel_mm_in_dataset": sizes}


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    stored = evidence["voxel_mm_in_dataset"].values()
    sys.exit(int(any(size != evidence["voxel_mm_in_memory"] for size in stored)))
