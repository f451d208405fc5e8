import nibabel as nib
import numpy as np
from datasets import Dataset, Features, Nifti


def test_decode_embedded_nifti2():
    image = nib.Nifti2Image(np.ones((4, 4, 4), np.int16), np.eye(4))
    cell = {"bytes": image.to_bytes(), "path": None}
    ds = Dataset.from_dict({"scan": [cell]}, features=Features({"scan": Nifti()}))
    assert ds[0]["scan"].shape == (4, 4, 4)
