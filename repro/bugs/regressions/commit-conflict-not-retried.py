from unittest.mock import patch

import pytest
from datasets import Dataset
from huggingface_hub import CommitOperationAdd, HfApi


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_retries_after_a_commit_of_somebody_else(temporary_repo):
    files, create_commit = [CommitOperationAdd("notes.txt", b"theirs")], HfApi.create_commit

    def conflicting(api, repo_id, *args, **kwargs):
        if files:
            create_commit(api, repo_id, [files.pop()], commit_message="notes", repo_type="dataset")
        return create_commit(api, repo_id, *args, **kwargs)

    with temporary_repo() as repo, patch.object(HfApi, "create_commit", conflicting):
        Dataset.from_dict({"row": [1, 2, 3]}).push_to_hub(repo)
