# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""Embedding one row of a list column reads every file of the dataset: killed (137) at scale.

datasets 4.4.0 to 5.1.0, https://github.com/huggingface/datasets/issues/7894. --large: the kill.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

ROWS, SIZE = (48, 2**22) if "--large" in sys.argv else (16, 2**20)
opened: list[str] = []  # whoever opens a file to embed it reads all of it
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)


def peak_rss() -> int:
    if sys.platform != "linux":  # there it would survive exec
        return getrusage(RUSAGE_SELF).ru_maxrss
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def measure(folder: str) -> dict:
    import datasets as ds
    import nibabel as nib
    import numpy as np

    file = f"{folder}/bold.nii"  # one for all: what counts is how often it is opened
    nib.save(nib.Nifti1Image(np.zeros((SIZE >> 12, 64, 64), np.uint8), np.eye(4)), file)
    features = ds.Features({"bold": ds.Sequence(getattr(ds, "Nifti", ds.Image)())})
    dataset = ds.Dataset.from_list([{"bold": [file] * 2 * (i != 1)} for i in range(ROWS)], features)
    parts = [dataset.shard(ROWS, 0, contiguous=True), *map(dataset.select, ([2], [5, 0, 3], [1]))]
    files = {"shard": 2, "select": 2, "scattered": 6, "empty_row": 0, "push": 2 * ROWS - 2}
    read, rises, baseline, embed = {}, [], peak_rss(), ds.table.embed_table_storage
    runs = [lambda part=part: embed(part.with_format("arrow")[:]) for part in parts]
    if "HF_ENDPOINT" in os.environ and "--large" not in sys.argv:
        runs += [lambda: dataset.push_to_hub("sliced-list-embed", num_shards=ROWS, private=True)]
    for name, run in zip(files, runs):
        opened.clear()
        run()
        read[name] = sum(os.path.getsize(path) for path in opened if path.endswith(".nii"))
        rises.append(peak_rss() - baseline)
    evidence = {} if any(read.values()) else {"masked_by": "embed-zero-bytes"}
    needed = {name: files[name] * (SIZE + 352) for name in read}
    return evidence | {"peak_rss_rise_bytes": rises[3], "bytes_read": read, "bytes_needed": needed}


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(folder)))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    read, needed = (sum(evidence[f"bytes_{key}"].values()) for key in ("read", "needed"))
    sys.exit(int(read > needed) if read else 125)
