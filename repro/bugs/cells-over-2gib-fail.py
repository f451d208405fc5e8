# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""push_to_hub fails with a TypeError where the files of one batch hold 2 GiB or more in all.

datasets 4.4.2 to 5.2.0. A Nifti file counts as the length of its path, so that a batch is a whole
shard, and a shard the whole split. https://github.com/huggingface/datasets/issues/5717 is the same
with Image and save_to_disk. Takes 4.5 GB of memory and no disk. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

ROWS, SHAPE = 2, (1024, 1024, 1025)  # of uint8: a file is over 1 GiB, and no cell over 2 GiB
NEEDED = 6 * 2**30  # bytes of memory


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    import pyarrow as pa
    from datasets import Dataset, Features, Nifti
    from huggingface_hub import HfApi

    if os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") < NEEDED:
        raise MemoryError(f"this machine has less than the {NEEDED} bytes of memory it takes")
    header = nib.Nifti1Image(np.zeros((1, 1, 1), np.uint8), np.eye(4)).header
    header.set_data_shape(SHAPE)
    file = folder / "scan.nii"
    file.write_bytes(header.binaryblock + bytes(4))
    os.truncate(file, 352 + np.prod(SHAPE))  # sparse: zeros that take no room on the disk
    scans = Dataset.from_dict({"scan": [str(file)] * ROWS}, features=Features({"scan": Nifti()}))
    api, name = HfApi(os.environ["HF_ENDPOINT"]), "cells-over-2gib-fail"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    try:
        scans.push_to_hub(repo, num_shards=1)  # as without it, whatever is thought of the size
        (shard,), raised = api.list_repo_tree(repo, "data", repo_type="dataset"), None
        if shard.size < 2**20:  # zeros that are compressed are more
            return {"masked_by": "embed-zero-bytes"}
    except (TypeError, pa.ArrowInvalid) as error:
        shard, raised = None, f"{type(error).__name__}: {error}"
    sizes = [file.stat().st_size] * ROWS
    return {"file_bytes": sizes, "shards_on_hub": int(shard is not None), "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    sys.exit(125 if "masked_by" in evidence else int(evidence["raised"] is not None))
