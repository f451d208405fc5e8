import pytest
from datasets import Dataset, load_dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_set_default_again_keeps_new_split(temporary_repo):
    with temporary_repo() as repo:
        ds = Dataset.from_dict({"row": [1, 2, 3]})
        ds.push_to_hub(repo, "raw", set_default=True)
        ds.push_to_hub(repo, "raw", split="test", set_default=True)
        assert set(load_dataset(repo)) == {"train", "test"}
