import pytest
from datasets import Dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_takes_card_without_sizes(hf_api, temporary_repo):
    with temporary_repo() as repo:
        hf_api.create_repo(repo, repo_type="dataset")
        card = b"---\ndataset_info:\n  features:\n  - name: row\n    dtype: int64\n---\n"
        file = {"path_in_repo": "README.md", "path_or_fileobj": card}
        hf_api.upload_file(**file, repo_id=repo, repo_type="dataset")
        Dataset.from_dict({"row": [1, 2, 3]}).push_to_hub(repo)
