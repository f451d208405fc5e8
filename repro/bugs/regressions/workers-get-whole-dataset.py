import pickle

from datasets import Dataset


def test_pickle_of_shard_is_as_small_as_its_rows():
    ds = Dataset.from_dict({"bytes": [bytes(1_000_000) for _ in range(4)]})
    shard = ds.shard(num_shards=4, index=0, contiguous=True)
    assert len(pickle.dumps(shard)) < 2_000_000
