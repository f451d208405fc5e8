# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""push_to_hub takes names of configs and splits that load_dataset refuses or takes for patterns.

datasets 4.4.0 to 5.2.0. BuilderConfig and NamedSplit check names when a dataset is loaded, and
nothing does when it is pushed: https://github.com/huggingface/datasets/pull/5331. Needs
HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys

CONFIGS, SPLITS = ["raw", "raw/anat", "raw*", "[raw]", "ses:1"], ["all"]


def measure() -> dict:
    from datasets import Dataset, load_dataset
    from huggingface_hub import HfApi

    api, rows = HfApi(os.environ["HF_ENDPOINT"]), Dataset.from_dict({"row": [1, 2, 3]})
    refused, loaded, raised = {}, {}, {}
    names = [*((config, "train") for config in CONFIGS), *(("default", split) for split in SPLITS)]
    for number, (config, split) in enumerate(names):
        case, name = f"{config} {split}", f"config-name-unloadable-{number}"
        api.delete_repo(name, repo_type="dataset", missing_ok=True)
        repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
        try:
            rows.push_to_hub(repo, config, split=split)
        except ValueError as error:
            refused[case] = str(error)
            continue
        try:
            loaded[case] = {name: len(rows) for name, rows in load_dataset(repo, config).items()}
        except (ValueError, FileNotFoundError) as error:
            raised[case] = f"{type(error).__name__}: {str(error).splitlines()[0]}"[:90]
    return {"refused": refused, "rows_loaded": loaded, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    sys.exit(int(bool(evidence["raised"])))
