import zipfile

import pytest
from datasets import Dataset, Features, Nifti, load_dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_names_member_of_archive(temporary_repo, tmp_path):
    with zipfile.ZipFile(tmp_path / "scans.zip", "w") as archive:
        archive.writestr("anat/a.nii", b"scan")
    cells = {"scan": [f"zip://anat/a.nii::{tmp_path}/scans.zip"]}
    ds = Dataset.from_dict(cells, features=Features({"scan": Nifti(decode=False)}))
    with temporary_repo() as repo:
        ds.push_to_hub(repo)
        assert load_dataset(repo, split="train")[0]["scan"]["path"] == "a.nii"
