import pytest
from datasets import Dataset, load_dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_replaces_features_of_the_only_split(temporary_repo):
    with temporary_repo() as repo:
        for column in ("age", "years"):
            Dataset.from_dict({"subject": ["sub-1"], column: [40]}).push_to_hub(repo)
        assert load_dataset(repo, split="train").column_names == ["subject", "years"]
