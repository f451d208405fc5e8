import pytest
from datasets import Dataset, load_dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_where_parquet_is_not_lfs(hf_api, temporary_repo):
    with temporary_repo() as repo:
        hf_api.create_repo(repo, repo_type="dataset")
        rule = {"path_in_repo": ".gitattributes", "path_or_fileobj": b"*.parquet -filter -text\n"}
        hf_api.upload_file(**rule, repo_id=repo, repo_type="dataset")
        Dataset.from_dict({"row": [1, 2, 3]}).push_to_hub(repo)
        assert len(load_dataset(repo, split="train")) == 3
