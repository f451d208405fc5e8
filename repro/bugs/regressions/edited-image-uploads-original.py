import nibabel as nib
import numpy as np
from datasets import Dataset, Features, Nifti


def test_edited_image_is_stored_as_edited(tmp_path):
    path = str(tmp_path / "scan.nii")
    nib.save(nib.Nifti1Image(np.ones((4, 4, 4), np.int16), np.eye(4)), path)
    (image := nib.load(path)).set_sform(np.diag([2, 2, 2, 1]))
    ds = Dataset.from_dict({"scan": [path, image]}, features=Features({"scan": Nifti()}))
    assert ds[1]["scan"].affine[0, 0] == 2
