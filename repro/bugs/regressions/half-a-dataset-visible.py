import pytest
from datasets import Dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_is_visible_as_a_whole(hf_api, temporary_repo):
    with temporary_repo() as repo:
        Dataset.from_dict({"row": list(range(51))}).push_to_hub(repo, num_shards=51)
        for commit in hf_api.list_repo_commits(repo, repo_type="dataset"):
            files = hf_api.list_repo_files(repo, repo_type="dataset", revision=commit.commit_id)
            assert sum(file.endswith(".parquet") for file in files) in (0, 51)
