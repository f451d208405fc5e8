# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""Embedding one row of a list column reads every file of the dataset: killed (137) at scale.

datasets 4.4.2 to 5.1.0, https://github.com/huggingface/datasets/issues/7894. --large: the kill.
"""

import json
import os
import sys
import tempfile
from resource import RUSAGE_SELF, getrusage

ROWS, SIZE = (48, 2**22) if "--large" in sys.argv else (16, 2**20)
opened: list[str] = []  # whoever opens a file to embed it reads all of it
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)


def peak_rss() -> int:
    if sys.platform != "linux":
        return getrusage(RUSAGE_SELF).ru_maxrss
    with open("/proc/self/status") as status:  # ru_maxrss would survive exec
        return int(status.read().split("VmHWM:")[1].split()[0]) * 1024


def measure(folder: str) -> dict:
    import datasets
    import nibabel as nib
    import numpy as np

    scans = datasets.Sequence(getattr(datasets, "Nifti", datasets.Image)())  # Nifti: from 4.4.0 on
    file = f"{folder}/bold.nii"  # one for all: what counts is how often it is opened
    nib.save(nib.Nifti1Image(np.zeros((SIZE >> 12, 64, 64), np.uint8), np.eye(4)), file)
    bold = [[file] * 2 if row != 1 else [] for row in range(ROWS)]
    dataset = datasets.Dataset.from_dict({"bold": bold}, datasets.Features({"bold": scans}))
    parts = [dataset.shard(ROWS, 0, contiguous=True), *map(dataset.select, ([2], [5, 0, 3], [1]))]
    files = {"shard": 2, "select": 2, "scattered": 6, "empty_row": 0, "push": 2 * ROWS - 2}
    read, baseline = {}, peak_rss()
    for name, part in zip(files, parts):
        opened.clear()
        datasets.table.embed_table_storage(part.with_format("arrow")[:])
        read[name] = sum(os.path.getsize(path) for path in opened if path.endswith(".nii"))
    evidence = {"peak_rss_rise_bytes": peak_rss() - baseline, "bytes_read": read}
    if "HF_ENDPOINT" in os.environ and "--large" not in sys.argv:
        opened.clear()
        dataset.push_to_hub(f"sliced-list-{scans.feature._type}", num_shards=ROWS, private=True)
        read["push"] = sum(os.path.getsize(path) for path in opened if path.endswith(".nii"))
    return evidence | {"bytes_needed": {name: files[name] * (SIZE + 352) for name in read}}


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(folder)))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(sum(evidence["bytes_read"].values()) > sum(evidence["bytes_needed"].values())))
