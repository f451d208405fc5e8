import pytest
from datasets import Dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_of_stream_with_empty_shard(temporary_repo):
    ds = Dataset.from_dict({"row": list(range(4))}).to_iterable_dataset(num_shards=2)
    with temporary_repo() as repo:
        ds.filter(lambda row: row["row"] < 2).push_to_hub(repo)
