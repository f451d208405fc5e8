# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""push_to_hub counts a Nifti file as the length of its path: one shard, all of it in memory.

datasets 4.4.0 to 5.2.0. Dataset._estimate_nbytes adds the size of external files for Audio, Image
and Video only, so max_shard_size has no effect whatever its value. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

FILES, SIZE, LIMIT = 16, 2 * 2**20, 8 * 2**20


def peak_rss() -> int:
    if sys.platform != "linux":  # there it would survive exec
        return getrusage(RUSAGE_SELF).ru_maxrss
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, Nifti, config
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "shard-count-ignores-nifti"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    for path in (paths := [folder / f"{i}.nii" for i in range(FILES)]):
        noise = np.random.default_rng().integers(0, 256, (SIZE >> 12, 64, 64), np.uint8)
        nib.save(nib.Nifti1Image(noise, np.eye(4)), path)
    scans = Dataset.from_dict({"scan": paths}, features=Features({"scan": Nifti()}))
    config.MAX_SHARD_SIZE = LIMIT  # the default of 500 MB, for a dataset as much smaller
    needed = -(-sum(path.stat().st_size for path in paths) // LIMIT)  # rounded up
    calls = {"num_shards": {"num_shards": needed}, "none": {}, "limit": {"max_shard_size": LIMIT}}
    shards, rises, baseline = {}, {}, peak_rss()
    for split, arguments in calls.items():
        scans.push_to_hub(repo, split=split, **arguments)
        files = api.list_repo_files(repo, repo_type="dataset")
        shards[split] = sum(f"/{split}-" in file for file in files)
        rises[split] = peak_rss() - baseline
    return {"shards_needed": needed, "shards_made": shards, "peak_rss_rise_bytes": rises}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    sys.exit(int(min(evidence["shards_made"].values()) < evidence["shards_needed"]))
