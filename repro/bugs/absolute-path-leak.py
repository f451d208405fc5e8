# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""push_to_hub uploads the absolute local paths of Nifti files, and with them user and folder names.

datasets 4.4.0 and 4.4.1; fixed in 4.4.2 with https://github.com/huggingface/datasets/pull/7853.
embed_external_files=False and to_parquet do it on every release. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    import pyarrow.parquet as pq
    from datasets import Dataset, Features, Nifti
    from huggingface_hub import HfApi

    path = folder / "sub-01_T1w.nii"
    nib.save(nib.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4)), path)
    scans = Dataset.from_dict({"scan": [path]}, features=Features({"scan": Nifti()}))
    api, name = HfApi(os.environ["HF_ENDPOINT"]), "absolute-path-leak"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    parquet = {"to_parquet": folder / "scans.parquet"}
    scans.to_parquet(parquet["to_parquet"])
    for split, embed in {"embedded": True, "not_embedded": False}.items():
        scans.push_to_hub(repo, split=split, embed_external_files=embed)
        shard = f"data/{split}-00000-of-00001.parquet"
        parquet[split] = api.hf_hub_download(repo, shard, repo_type="dataset")
    uploaded = {
        case: pq.read_table(file)["scan"][0].as_py()["path"] for case, file in parquet.items()
    }
    return {"leaks": {case: str(folder) in path for case, path in uploaded.items()}}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["leaks"]["embedded"]))
