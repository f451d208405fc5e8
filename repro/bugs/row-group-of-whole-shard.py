# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""A shard of Nifti files is one row group: to show one row, a reader loads all of it.

datasets 4.4.0 to 5.2.0. Row groups of 100 MB are meant, as Image gets them; the number of rows
comes from Dataset._estimate_nbytes, for which a Nifti file is as large as its path. See
https://github.com/huggingface/datasets/pull/7589. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

FILES, SIZE, LIMIT = 16, 2**20, 4 * 2**20


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    import pyarrow.parquet as pq
    from datasets import Dataset, Features, Image, Nifti, config
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "row-group-of-whole-shard"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    config.MAX_ROW_GROUP_SIZE = LIMIT  # "100MB" by default: the same with less data
    for path in (paths := [folder / f"{file}.nii" for file in range(FILES)]):
        noise = np.random.default_rng().integers(0, 256, (SIZE >> 12, 64, 64), np.uint8)
        nib.save(nib.Nifti1Image(noise, np.eye(4)), path)
    row_groups = {}
    for feature in (Nifti(decode=False), Image(decode=False)):
        name = type(feature).__name__
        rows = Dataset.from_dict({"scan": list(map(str, paths))}, Features({"scan": feature}))
        rows.push_to_hub(repo, name, num_shards=1)
        file = f"{name}/train-00000-of-00001.parquet"
        shard = pq.read_metadata(api.hf_hub_download(repo, file, repo_type="dataset"))
        groups = map(shard.row_group, range(shard.num_row_groups))
        row_groups[name] = [group.total_byte_size for group in groups]
        if sum(row_groups[name]) < FILES * SIZE:
            return {"masked_by": "embed-zero-bytes"}
    return {"row_group_bytes_meant": LIMIT, "row_group_bytes": row_groups}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    if "masked_by" in evidence:
        sys.exit(125)
    sys.exit(int(max(evidence["row_group_bytes"]["Nifti"]) > 2 * LIMIT))
