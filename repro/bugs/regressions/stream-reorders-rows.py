import pytest
from datasets import IterableDataset, load_dataset


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_of_stream_keeps_order_of_rows(temporary_repo):
    with temporary_repo() as repo:
        ds = IterableDataset.from_generator(lambda: ({"row": n} for n in range(10)))
        ds.push_to_hub(repo, num_shards=3)
        assert load_dataset(repo, split="train")["row"][:] == list(range(10))
