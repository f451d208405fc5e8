# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""max_shard_size is not obeyed: sizes are guessed from the first 1000 rows, for Nifti not at all.

datasets 4.4.0 to 5.2.0, https://github.com/huggingface/datasets/issues/5386. Image: 1000 small
files and then large ones make one shard; the reverse makes too many. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

LIMIT = 10**6


def peak_rss() -> int:
    if sys.platform != "linux":  # there it would survive exec
        return getrusage(RUSAGE_SELF).ru_maxrss
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def measure(folder: Path) -> dict:
    import datasets
    import nibabel as nib
    import numpy as np
    from huggingface_hub import HfApi

    api, name = HfApi(os.environ["HF_ENDPOINT"]), "max-shard-size-overshoot"
    api.delete_repo(name, repo_type="dataset", missing_ok=True)
    repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    small, large, image = [100] * 1000, [20_000] * 500, datasets.Image()
    cases = {"large_first": (image, large + small), "small_first": (image, small + large)}
    nifti = {"nifti": (datasets.Nifti(), [500_000] * 20)} if hasattr(datasets, "Nifti") else {}
    start = {"nifti": nib.Nifti1Image(np.zeros((1000, 500), np.uint8), np.eye(4)).to_bytes()[:352]}
    shards, baseline = {}, peak_rss()
    for case, (feature, sizes) in (cases | nifti).items():
        for path, size in zip(paths := [folder / f"{i}.{case}" for i in range(len(sizes))], sizes):
            path.write_bytes(start.get(case, b"") + os.urandom(size))  # never decoded
        rows = datasets.Dataset.from_dict({"scan": list(map(str, paths))})
        rows.cast_column("scan", feature).push_to_hub(repo, config_name=case, max_shard_size=LIMIT)
        shards[case] = [file.size for file in api.list_repo_tree(repo, case, repo_type="dataset")]
    evidence = {"max_shard_size_bytes": LIMIT, "peak_rss_rise_bytes": peak_rss() - baseline}
    evidence["shards"] = {case: len(sizes) for case, sizes in shards.items()}
    return evidence | {"largest_shard_bytes": {case: max(sizes) for case, sizes in shards.items()}}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    sys.exit(int(max(evidence["largest_shard_bytes"].values()) > 2 * LIMIT))
