from unittest.mock import patch

import pytest
from datasets import Dataset
from huggingface_hub import HfApi


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_compares_features_before_it_uploads(temporary_repo):
    with temporary_repo() as repo:
        Dataset.from_dict({"age": [40]}).push_to_hub(repo)
        with patch.object(HfApi, "preupload_lfs_files") as upload, pytest.raises(ValueError):
            Dataset.from_dict({"years": [40]}).push_to_hub(repo, split="test")
        assert upload.call_count == 0
