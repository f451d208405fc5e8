import pytest
from datasets import Dataset, Features, Image, List, load_dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_embeds_lists_without_decoding(temporary_repo, tmp_path):
    (path := tmp_path / "a.png").write_bytes(b"image")
    features = Features({"images": List(Image(decode=False))})
    with temporary_repo() as repo:
        Dataset.from_dict({"images": [[str(path)]]}, features=features).push_to_hub(repo)
        cell = load_dataset(repo, split="train")[0]["images"][0]
        assert cell == {"bytes": b"image", "path": "a.png"}
