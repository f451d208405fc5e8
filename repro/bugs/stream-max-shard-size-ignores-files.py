# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy", "pillow"]
# ///
"""A stream with files is pushed as one shard, whatever max_shard_size is.

datasets 4.8.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/8068: IterableDataset.
push_to_hub adds up its rows before the files are embedded. Earlier releases have no such argument,
and make a shard of each shard of the stream. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import tempfile
from inspect import signature
from pathlib import Path

FILES, SIZE, LIMIT = 8, 2**16, 2**17


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, Image, IterableDataset, Nifti
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "stream-max-shard-size-ignores-files"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    for path in (paths := [folder / f"{file}.nii" for file in range(FILES)]):
        noise = np.random.default_rng().integers(0, 256, (SIZE >> 12, 64, 64), np.uint8)
        nib.save(nib.Nifti1Image(noise, np.eye(4)), path)
    known = "max_shard_size" in signature(IterableDataset.push_to_hub).parameters
    shards, limit = {}, {"max_shard_size": LIMIT} if known else {}
    for feature in (Nifti(decode=False), Image(decode=False)):
        config = type(feature).__name__
        rows = Dataset.from_dict({"scan": list(map(str, paths))}, Features({"scan": feature}))
        stream = rows.to_iterable_dataset(num_shards=FILES)
        stream.push_to_hub(repo, config, **limit)
        files = api.list_repo_tree(repo, config, repo_type="dataset")
        shards[config] = [file.size for file in files]
    needed = -(-sum(path.stat().st_size for path in paths) // LIMIT)  # rounded up
    return {"max_shard_size_bytes": LIMIT, "shards_needed": needed, "shard_bytes": shards}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(min(map(len, evidence["shard_bytes"].values())) < evidence["shards_needed"]))
