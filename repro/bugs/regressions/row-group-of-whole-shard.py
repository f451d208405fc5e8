import os

import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, Nifti, config
from huggingface_hub import HfFileSystem


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_cuts_row_groups_of_nifti(hf_api, temporary_repo, tmp_path, monkeypatch):
    monkeypatch.setattr(config, "MAX_ROW_GROUP_SIZE", "1MB")  # the same, with less data
    (path := tmp_path / "scan.nii").write_bytes(os.urandom(1_000_000))
    ds = Dataset.from_dict({"scan": [path] * 4}, features=Features({"scan": Nifti(decode=False)}))
    with temporary_repo() as repo:
        ds.push_to_hub(repo, num_shards=1)
        path = f"datasets/{repo}/data/train-00000-of-00001.parquet"
        assert pq.read_metadata(HfFileSystem(hf_api.endpoint).open(path)).num_row_groups == 4
