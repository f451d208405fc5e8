# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""If Parquet goes through regular git, push_to_hub keeps every shard in memory until the commit.

datasets 4.4.0 to 5.2.0, not in LFS and Xet mode: https://github.com/huggingface/datasets/issues/7893
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

LARGE = "--large" in sys.argv
SHARD, COUNTS = (8 * 2**20, [1, 28]) if LARGE else (4 * 2**20, [8, 20])


def peak_rss() -> int:
    if sys.platform != "linux":  # there it would survive exec
        return getrusage(RUSAGE_SELF).ru_maxrss
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def measure(folder: Path) -> dict:
    from datasets import Dataset, Image  # not Nifti, which 4.4.0 and 4.4.1 do not embed
    from huggingface_hub import CommitOperationAdd, HfApi, constants

    api, baseline, peaks = HfApi(os.environ["HF_ENDPOINT"]), peak_rss(), {}
    for mode in ["regular"] if LARGE else ["lfs", "xet", "regular"]:
        constants.HF_HUB_DISABLE_XET = mode != "xet"
        api.delete_repo(f"additions-{mode}", repo_type="dataset", missing_ok=True)
        repo = api.create_repo(f"additions-{mode}", repo_type="dataset", private=True).repo_id
        if mode == "regular":
            rule = CommitOperationAdd(".gitattributes", b"*.parquet -filter -text\n")
            api.create_commit(repo, [rule], commit_message="git", repo_type="dataset")
        for count in COUNTS:
            for path in (paths := [str(folder / f"{i}.png") for i in range(count)]):
                Path(path).write_bytes(os.urandom(SHARD))
            try:
                shards = Dataset.from_dict({"scan": paths}).cast_column("scan", Image())
                shards.push_to_hub(repo, num_shards=count)
            except FileNotFoundError:  # before the commit, which holds all of them
                return {"masked_by": "regular-shard-file-deleted", "slope_bytes_per_shard": {}}
            peaks.setdefault(mode, []).append(peak_rss() - baseline)
    slopes = {mode: (rise[1] - rise[0]) // (COUNTS[1] - COUNTS[0]) for mode, rise in peaks.items()}
    return {"shards": COUNTS, "peak_rss_rise_bytes": peaks, "slope_bytes_per_shard": slopes}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    sys.exit(int(max(s.values()) > SHARD / 2) if (s := evidence["slope_bytes_per_shard"]) else 125)
