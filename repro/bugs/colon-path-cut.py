# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy", "pillow"]
# ///
"""A local path with `::` is cut there: another file is uploaded under its name, or none is found.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/5299, where xopen began
to open what is before the `::`. Nifti is embedded from 4.4.2 on. Needs HF_ENDPOINT, HF_TOKEN.
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
    from datasets import Dataset, Features, Image, Nifti
    from huggingface_hub import HfApi

    scan = nib.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4)).to_bytes()
    (folder / "T1w.nii").write_bytes(other := scan + b"other")
    paths = {"beside": folder / "T1w.nii::new.nii", "alone": folder / "sub-01::T1w.nii"}
    api, name = HfApi(os.environ["HF_ENDPOINT"]), "colon-path-cut"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    uploaded = {}
    for feature in (Image(decode=False), Nifti(decode=False)):
        for case, path in paths.items():
            path.write_bytes(scan)
            config = f"{type(feature).__name__}_{case}"
            rows = Dataset.from_dict({"scan": [str(path)]}, features=Features({"scan": feature}))
            try:
                rows.push_to_hub(repo, config_name=config)
            except FileNotFoundError as error:
                uploaded[config] = type(error).__name__
                continue
            shard = f"{config}/train-00000-of-00001.parquet"
            table = pq.read_table(api.hf_hub_download(repo, shard, repo_type="dataset"))
            content = table["scan"][0].as_py()["bytes"]
            uploaded[config] = {scan: "the file", other: "another file"}.get(content, "nothing")
    return {"uploaded": uploaded}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int("another file" in evidence["uploaded"].values()))
