import pytest
from datasets import Dataset, Features, Image


@pytest.mark.usefixtures("ci_hub_config")
def test_push_to_hub_reads_private_files_with_its_token(hf_api, temporary_repo, hf_token):
    with temporary_repo() as source, temporary_repo() as repo:
        hf_api.create_repo(source, repo_type="dataset", private=True, token=hf_token)
        file = {"path_in_repo": "a.png", "path_or_fileobj": b"image"}
        hf_api.upload_file(**file, repo_id=source, repo_type="dataset", token=hf_token)
        cells = {"image": [f"hf://datasets/{source}/a.png"]}
        ds = Dataset.from_dict(cells, features=Features({"image": Image(decode=False)}))
        ds.push_to_hub(repo, token=hf_token)
