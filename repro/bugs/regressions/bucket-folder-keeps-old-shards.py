import uuid

import pytest
from datasets import Dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_folder_of_bucket_replaces_its_shards(hf_api):
    bucket = hf_api.create_bucket(f"test-{uuid.uuid4()}").bucket_id
    for num_shards in (3, 2):
        ds = Dataset.from_dict({"row": list(range(6))})
        ds.push_to_hub(f"buckets/{bucket}/folder", num_shards=num_shards)
    files = [file.path for file in hf_api.list_bucket_tree(bucket, recursive=True)]
    assert len(files) == 3, files  # two shards and the card
