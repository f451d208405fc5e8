import uuid

import pytest
from datasets import Dataset
from huggingface_hub import DatasetCard, HfFileSystem


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_of_second_config_to_bucket_keeps_first_in_card(hf_api):
    bucket = hf_api.create_bucket(f"test-{uuid.uuid4()}").bucket_id
    for name in ("raw", "derivatives"):
        Dataset.from_dict({"row": [1, 2, 3]}).push_to_hub(f"buckets/{bucket}", name)
    hffs = HfFileSystem(hf_api.endpoint, skip_instance_cache=True)
    configs = DatasetCard(hffs.read_text(f"buckets/{bucket}/README.md")).data.configs
    assert len(configs) == 2, configs
