import nibabel as nib
import numpy as np
from datasets import Dataset, Features, Nifti


def test_decode_embedded_mgz(tmp_path):
    path = tmp_path / "T1.mgz"
    nib.save(nib.MGHImage(np.ones((4, 4, 4), np.int16), np.eye(4)), path)
    cell = {"bytes": path.read_bytes(), "path": path.name}
    ds = Dataset.from_dict({"scan": [cell]}, features=Features({"scan": Nifti()}))
    assert ds[0]["scan"].shape == (4, 4, 4)
