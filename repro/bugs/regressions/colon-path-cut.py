import pytest
from datasets import Dataset, Features, Image, load_dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_of_path_with_two_colons(temporary_repo, tmp_path):
    (tmp_path / "T1w.nii").write_bytes(b"another file")
    (path := tmp_path / "T1w.nii::new.nii").write_bytes(b"the file")
    features = Features({"scan": Image(decode=False)})
    with temporary_repo() as repo:
        Dataset.from_dict({"scan": [str(path)]}, features=features).push_to_hub(repo)
        assert load_dataset(repo, split="train")[0]["scan"]["bytes"] == b"the file"
