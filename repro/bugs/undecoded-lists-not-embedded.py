# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy", "pillow"]
# ///
"""Of files in lists or dicts with decode=False only the absolute local paths are uploaded.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/3685, where no other
column has files to embed. Nothing raises. Needs HF_ENDPOINT, HF_TOKEN.
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
    from datasets import Dataset, Features, Image, List, Nifti
    from huggingface_hub import HfApi

    path = folder / "sub-01_T1w.nii"
    nib.save(nib.Nifti1Image(np.zeros((40, 50, 50), np.uint8), np.eye(4)), path)
    api, name = HfApi(os.environ["HF_ENDPOINT"]), "undecoded-lists-not-embedded"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    evidence = {"bytes_on_disk": path.stat().st_size, "bytes_embedded": {}, "paths_leaked": []}
    for feature in (Nifti(decode=False), Image(decode=False)):  # an Image only by its name
        for shape, nested, value in (
            ("flat", feature, str(path)),
            ("list", List(feature), [str(path)]),
            ("dict", {"scan": feature}, {"scan": str(path)}),
        ):
            case = f"{type(feature).__name__}_{shape}"
            rows = Dataset.from_dict({"column": [value]}, features=Features({"column": nested}))
            rows.push_to_hub(repo, config_name=case)
            shard = f"{case}/train-00000-of-00001.parquet"
            table = pq.read_table(api.hf_hub_download(repo, shard, repo_type="dataset"))
            cell = table["column"][0].as_py()
            cell = cell[0] if shape == "list" else cell.get("scan", cell)
            evidence["bytes_embedded"][case] = len(cell["bytes"] or b"")
            evidence["paths_leaked"] += [case] * (cell["path"] == str(path))
    return evidence


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sizes = evidence["bytes_embedded"]  # that flat Nifti columns are empty is another bug
    flat, nested = sizes["Image_flat"], min(sizes["Image_list"], sizes["Image_dict"])
    sys.exit(int(flat > nested) if flat else 125)
