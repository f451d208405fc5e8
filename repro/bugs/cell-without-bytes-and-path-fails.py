# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy", "pillow"]
# ///
"""A cell with neither bytes nor path ends the push with a TypeError that names no cell.

datasets 4.8.5 to 5.2.0, since https://github.com/huggingface/datasets/pull/8150; 4.8.4 pushes it
as null. So do tables made elsewhere write an image that is not there. Needs HF_ENDPOINT, HF_TOKEN.
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
    from datasets import Dataset, Image, Nifti
    from huggingface_hub import HfApi

    path = folder / "sub-01_T1w.nii"
    nib.save(nib.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4)), path)
    cells = [{"bytes": path.read_bytes(), "path": path.name}, {"bytes": None, "path": None}]
    scans = Dataset.from_dict({"scan": cells})
    api, name = HfApi(os.environ["HF_ENDPOINT"]), "cell-without-bytes-and-path-fails"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    rows, raised = {}, {}
    for feature in (Nifti(decode=False), Image(decode=False)):
        config = type(feature).__name__
        try:
            scans.cast_column("scan", feature).push_to_hub(repo, config)
        except TypeError as error:
            raised[config] = f"TypeError: {error}"
        shard = f"{config}/train-00000-of-00001.parquet"
        rows[config] = 0
        if api.file_exists(repo, shard, repo_type="dataset"):
            file = api.hf_hub_download(repo, shard, repo_type="dataset")
            rows[config] = pq.read_metadata(file).num_rows
    return {"rows_pushed": len(scans), "rows_on_hub": rows, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(bool(evidence["raised"])))
