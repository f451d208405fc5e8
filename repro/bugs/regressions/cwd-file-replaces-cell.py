import nibabel as nib
import numpy as np
from datasets import Dataset, Features, Nifti


def test_bytes_of_cell_win_over_file_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    images = [nib.Nifti1Image(np.full((4, 4, 4), n, np.int16), np.eye(4)) for n in (1, 2)]
    images[1].to_filename("scan.nii")
    cell = {"bytes": images[0].to_bytes(), "path": "scan.nii"}
    ds = Dataset.from_dict({"scan": [cell]}, features=Features({"scan": Nifti()}))
    assert ds[0]["scan"].get_fdata().max() == 1
