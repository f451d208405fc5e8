import os

import pytest
from datasets import Dataset, Features, Image


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_of_stream_counts_size_of_files(hf_api, temporary_repo, tmp_path):
    (path := tmp_path / "a.png").write_bytes(os.urandom(1_000_000))
    features = Features({"image": Image(decode=False)})
    with temporary_repo() as repo:
        ds = Dataset.from_dict({"image": [str(path)] * 4}, features=features)
        ds.to_iterable_dataset(num_shards=4).push_to_hub(repo, max_shard_size="1MB")
        assert len(list(hf_api.list_repo_tree(repo, "data", repo_type="dataset"))) >= 4
