import pytest
from datasets import Dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_with_more_processes_than_rows(temporary_repo):
    with temporary_repo() as repo:
        Dataset.from_dict({"row": [1]}).push_to_hub(repo, num_proc=2)
