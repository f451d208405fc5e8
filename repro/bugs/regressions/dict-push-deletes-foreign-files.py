import pytest
from datasets import Dataset, DatasetDict


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_of_dict_keeps_files_that_no_push_wrote(hf_api, temporary_repo):
    with temporary_repo() as repo:
        hf_api.create_repo(repo, repo_type="dataset")
        file = {"path_in_repo": "data/participants.tsv", "path_or_fileobj": b"participant_id\n"}
        hf_api.upload_file(**file, repo_id=repo, repo_type="dataset")
        DatasetDict(train=Dataset.from_dict({"row": [1, 2, 3]})).push_to_hub(repo)
        assert hf_api.file_exists(repo, "data/participants.tsv", repo_type="dataset")
