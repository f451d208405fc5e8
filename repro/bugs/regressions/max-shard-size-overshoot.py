import os

import pytest
from datasets import Dataset, Image


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_obeys_max_shard_size(hf_api, temporary_repo):
    cells = [{"bytes": os.urandom(20 if n < 1000 else 20_000), "path": None} for n in range(1500)]
    ds = Dataset.from_dict({"image": cells}).cast_column("image", Image(decode=False))
    with temporary_repo() as repo:
        ds.push_to_hub(repo, max_shard_size="1MB")
        shards = hf_api.list_repo_tree(repo, "data", repo_type="dataset")
        assert max(shard.size for shard in shards) < 1.1e6
