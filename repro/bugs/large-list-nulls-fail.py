# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""A null in a LargeList column of files ends the push with ArrowNotImplementedError.

datasets 4.4.0 to 5.0.0; fixed in 5.0.1 with https://github.com/huggingface/datasets/pull/8346.
A List column takes nulls on every release. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, LargeList, List, Nifti
    from huggingface_hub import HfApi
    from pyarrow import ArrowNotImplementedError

    path = folder / "sub-01_T1w.nii"
    nib.save(nib.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4)), path)
    api, name = HfApi(os.environ["HF_ENDPOINT"]), "large-list-nulls-fail"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    evidence = {"rows_pushed": 2, "raised": {}}
    for kind in (List, LargeList):
        scans = Features({"scans": kind(Nifti())})
        rows = Dataset.from_dict({"scans": [[str(path)], None]}, features=scans)
        try:
            rows.push_to_hub(repo, config_name=kind.__name__)
        except ArrowNotImplementedError as error:
            evidence["raised"][kind.__name__] = str(error)
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
    sys.exit(int("LargeList" in evidence["raised"]))
