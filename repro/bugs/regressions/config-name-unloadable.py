import pytest
from datasets import Dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_refuses_name_that_load_dataset_refuses(temporary_repo):
    with temporary_repo() as repo, pytest.raises(ValueError):
        Dataset.from_dict({"row": [1, 2, 3]}).push_to_hub(repo, "raw*")
