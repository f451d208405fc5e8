import os

import pytest
from datasets import Dataset, Features, Nifti


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_of_batch_over_2gib(temporary_repo, tmp_path):
    (path := tmp_path / "scan.nii").touch()
    os.truncate(path, 2**30 + 2**20)  # two cells are more than an Arrow array of binary holds
    features = Features({"scan": Nifti(decode=False)})
    ds = Dataset.from_dict({"scan": [str(path)] * 2}, features=features)
    with temporary_repo() as repo:
        ds.push_to_hub(repo, num_shards=1)
