import pytest
from datasets import Dataset, load_dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_empty_split_is_loaded_again(temporary_repo):
    with temporary_repo() as repo:
        ds = Dataset.from_dict({"row": [1, 2, 3]})
        ds.push_to_hub(repo)
        ds.select([]).push_to_hub(repo, split="test")
        assert load_dataset(repo).num_rows == {"train": 3, "test": 0}
