# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""Every image that is embedded from a zip archive gets the name of the archive.

datasets 4.4.2 to 5.2.0. Nifti.embed_storage names a cell after the last part of its path, which is
the archive in `zip://sub-01.nii::/data/scans.zip`. The names of all subjects are lost:
https://github.com/huggingface/datasets/pull/7853. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    import pyarrow.parquet as pq
    from datasets import Dataset, Features, Nifti
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "zip-member-named-after-archive"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    scan = nib.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4)).to_bytes()
    names, archive = ["sub-01_T1w.nii", "sub-02_T1w.nii"], folder / "scans.zip"
    with zipfile.ZipFile(archive, "w") as members:
        for name in names:
            members.writestr(f"anat/{name}", scan)
    cells = [f"zip://anat/{name}::{archive}" for name in names]
    rows = Dataset.from_dict({"scan": cells}, features=Features({"scan": Nifti(decode=False)}))
    rows.push_to_hub(repo)
    shard = api.hf_hub_download(repo, "data/train-00000-of-00001.parquet", repo_type="dataset")
    embedded = pq.read_table(shard)["scan"].to_pylist()
    if None in (cell["bytes"] for cell in embedded):
        return {"masked_by": "embed-zero-bytes"}
    return {
        "names_in_archive": names,
        "names_embedded": [os.path.basename(cell["path"]) for cell in embedded],
    }


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
    sys.exit(int(evidence["names_embedded"] != evidence["names_in_archive"]))
