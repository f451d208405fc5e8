import os

import pytest
from datasets import Dataset, Features, Nifti


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_counts_size_of_nifti_files(hf_api, temporary_repo, tmp_path):
    (path := tmp_path / "scan.nii").write_bytes(os.urandom(1_000_000))
    features = Features({"scan": Nifti(decode=False)})
    with temporary_repo() as repo:
        ds = Dataset.from_dict({"scan": [str(path)] * 4}, features=features)
        ds.push_to_hub(repo, max_shard_size="1MB")
        assert len(list(hf_api.list_repo_tree(repo, "data", repo_type="dataset"))) >= 4
