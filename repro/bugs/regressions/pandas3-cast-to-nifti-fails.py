import pyarrow as pa
from datasets import Dataset, Features, Nifti


def test_cast_large_string_to_nifti():
    ds = Dataset(pa.table({"scan": pa.array(["scan.nii"], pa.large_string())}))
    assert ds.cast(Features({"scan": Nifti(decode=False)}))[0]["scan"]["path"] == "scan.nii"
