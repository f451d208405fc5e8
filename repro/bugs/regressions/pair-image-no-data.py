import nibabel as nib
import numpy as np
from datasets import Dataset, Features, Nifti, load_from_disk


def test_embedded_pair_of_header_and_image_has_its_voxels(tmp_path):
    path = tmp_path / "scan.img"
    nib.save(nib.Nifti1Pair(np.ones((4, 4, 4), np.int16), np.eye(4)), path)
    ds = Dataset.from_dict({"scan": [str(path)]}, features=Features({"scan": Nifti()}))
    ds.save_to_disk(tmp_path / "saved")
    assert load_from_disk(tmp_path / "saved")[0]["scan"].get_fdata().sum() == 64
