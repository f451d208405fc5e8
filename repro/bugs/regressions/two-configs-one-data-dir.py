import pytest
from datasets import Dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_refuses_folder_of_another_config(temporary_repo):
    with temporary_repo() as repo:
        Dataset.from_dict({"row": [1]}).push_to_hub(repo, "raw", data_dir="scans")
        with pytest.raises(ValueError):
            Dataset.from_dict({"row": [2]}).push_to_hub(repo, "derivatives", data_dir="scans")
