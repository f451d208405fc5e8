# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.2", "nibabel", "numpy", "pandas"]
# ///
"""The uploader of December 2025 against upstream, with and without its round trip through pandas.

Arguments: a number of shards for each push. Needs HF_ENDPOINT, HF_TOKEN. The last line is the
evidence, by uploader: first both fixes, then upstream, then the one fix, since a peak never falls.
"""

import json
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

RUNS, SIZE = 2, 2**20
opened: list[str] = []  # whoever opens a file to embed it reads all of it
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)


def peak_rss() -> int:
    if sys.platform != "linux":
        return getrusage(RUSAGE_SELF).ru_maxrss
    status = Path("/proc/self/status").read_text()  # ru_maxrss would survive exec
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def measure(folder: Path, counts: list[int]) -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, Nifti, Sequence
    from datasets.table import embed_table_storage
    from huggingface_hub import HfApi

    api, noise = HfApi(), np.random.default_rng(0)
    runs = [[str(folder / f"{row}{run}.nii") for run in range(RUNS)] for row in range(max(counts))]
    for path in sum(runs, []):
        voxels = noise.integers(0, 256, (SIZE >> 12, 64, 64), np.uint8)
        nib.save(nib.Nifti1Image(voxels, np.eye(4)), path)

    def one_at_a_time(dataset: Dataset, repo: str, pandas: bool) -> None:
        """Shard, embed, write, upload and delete, as in the document."""
        for index in range(len(dataset)):
            shard = dataset.shard(num_shards=len(dataset), index=index, contiguous=True)
            if pandas:
                frame = shard.to_pandas()
                shard = Dataset.from_pandas(frame, preserve_index=False).cast(dataset.features)
            embedded = Dataset(embed_table_storage(shard.data.table.combine_chunks()))
            file = folder / f"train-{index:05d}-of-{len(dataset):05d}.parquet"
            embedded.to_parquet(file)
            target = {"repo_id": repo, "repo_type": "dataset", "path_in_repo": f"data/{file.name}"}
            api.upload_file(path_or_fileobj=file, **target)
            file.unlink()

    evidence, baseline = {}, peak_rss()
    for how in ("both_fixes", "push_to_hub", "one_at_a_time"):
        pushes = {"files_needed": [], "files_read": [], "commits": [], "peak_rss_rise_bytes": []}
        for count in counts:
            api.delete_repo(how, repo_type="dataset", missing_ok=True)
            repo = api.create_repo(how, repo_type="dataset", private=True).repo_id
            features = Features({"bold": Sequence(Nifti())})
            dataset = Dataset.from_dict({"bold": runs[:count]}, features=features)
            opened.clear()
            if how == "push_to_hub":
                dataset.push_to_hub(repo, num_shards=count)
            else:
                one_at_a_time(dataset, repo, pandas=how == "both_fixes")
            pushes["files_needed"].append(count * RUNS)
            pushes["files_read"].append(sum(path.endswith(".nii") for path in opened))
            history = api.list_repo_commits(repo, repo_type="dataset")
            pushes["commits"].append(len(history) - 1)  # one is of the creation
            pushes["peak_rss_rise_bytes"].append(peak_rss() - baseline)
        evidence[how] = pushes
    return evidence


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(Path(folder), list(map(int, sys.argv[1:])))))
    except Exception:
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
