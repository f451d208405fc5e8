# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""DatasetDict.push_to_hub deletes every file in the folder of its config, whoever put it there.

datasets 4.8.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/8064: tables beside
the shards are gone, and all images where the config is named after their folder. 4.7.0 deletes
files whose names begin with that of a split, as a Dataset does. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

FOREIGN = ["data/participants.tsv", "anat/sub-01_T1w.nii.gz", "data/train-notes.tsv"]


def measure() -> dict:
    from datasets import Dataset, DatasetDict
    from huggingface_hub import CommitOperationAdd, HfApi

    api, rows = HfApi(os.environ["HF_ENDPOINT"]), Dataset.from_dict({"row": [1, 2, 3]})

    def deleted_by(dataset: Dataset | DatasetDict, *configs: str) -> list[str]:
        name = f"foreign-files-{type(dataset).__name__}"
        api.delete_repo(name, repo_type="dataset", missing_ok=True)
        repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
        files = [CommitOperationAdd(path, b"precious") for path in FOREIGN]
        api.create_commit(repo, files, commit_message="Add files", repo_type="dataset")
        for config in configs:
            dataset.push_to_hub(repo, config)
        left = api.list_repo_files(repo, repo_type="dataset")
        return [path for path in FOREIGN if path not in left]

    return {
        "files_beside_the_shards": FOREIGN,
        "deleted_by_dataset": deleted_by(rows, "default", "anat"),
        "deleted_by_dict": deleted_by(DatasetDict(train=rows), "default", "anat"),
    }


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(any("/train-" not in path for path in evidence["deleted_by_dict"])))
