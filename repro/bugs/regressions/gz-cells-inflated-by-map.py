import nibabel as nib
import numpy as np
from datasets import Dataset, Features, Nifti


def test_map_keeps_nifti_compressed(tmp_path):
    path = tmp_path / "scan.nii.gz"
    nib.save(nib.Nifti1Image(np.zeros((64, 64, 64), np.int16), np.eye(4)), path)
    ds = Dataset.from_dict({"scan": [str(path)]}, features=Features({"scan": Nifti()}))
    ds = ds.map(lambda row: {"scan": row["scan"]}).cast_column("scan", Nifti(decode=False))
    assert len(ds[0]["scan"]["bytes"] or path.read_bytes()) < 2 * path.stat().st_size
