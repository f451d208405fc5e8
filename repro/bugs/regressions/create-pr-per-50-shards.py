import pytest
from datasets import Dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_opens_one_pull_request(hf_api, temporary_repo):
    with temporary_repo() as repo:
        hf_api.create_repo(repo, repo_type="dataset")
        ds = Dataset.from_dict({"row": list(range(51))})
        ds.push_to_hub(repo, num_shards=51, create_pr=True)
        opened = list(hf_api.get_repo_discussions(repo, repo_type="dataset"))
        assert len(opened) == 1, [request.title for request in opened]
