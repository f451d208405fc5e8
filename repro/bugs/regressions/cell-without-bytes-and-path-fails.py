import pytest
from datasets import Dataset, Image


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_of_cell_without_bytes_and_path(temporary_repo):
    with temporary_repo() as repo:
        cells = [{"bytes": b"image", "path": "a.png"}, {"bytes": None, "path": None}]
        ds = Dataset.from_dict({"image": cells})
        ds.cast_column("image", Image(decode=False)).push_to_hub(repo)
