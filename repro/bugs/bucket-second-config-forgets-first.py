# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""Of two configs pushed to a bucket in one process, the card knows the second only.

datasets 4.8.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/8064. The listing of the
bucket that the file system cached has no card in it, so a new one is written, and text that
was in the first is lost too. Earlier releases have no buckets. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import DatasetCard, HfApi, HfFileSystem
    from huggingface_hub.errors import HFValidationError

    api, rows = HfApi(os.environ["HF_ENDPOINT"]), Dataset.from_dict({"row": [1, 2, 3]})
    name = f"{api.whoami()['name']}/bucket-second-config-forgets-first"
    bucket, configs = f"buckets/{name}", ["raw", "derivatives"]
    if hasattr(api, "delete_bucket"):
        api.delete_bucket(name, missing_ok=True)
    try:
        for config in configs:
            rows.push_to_hub(bucket, config)
        card = HfFileSystem(api.endpoint, skip_instance_cache=True).read_text(f"{bucket}/README.md")
        pushed_to = "bucket"
    except HFValidationError:  # this datasets has no buckets: a repository then, as a control
        api.delete_repo(name, repo_type="dataset", missing_ok=True)
        for config in configs:
            rows.push_to_hub(name, config)
        card, pushed_to = str(DatasetCard.load(name)), "repository"
    in_card = sorted(config["config_name"] for config in DatasetCard(card).data.configs)
    return {"pushed_to": pushed_to, "configs_pushed": configs, "configs_in_card": in_card}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["configs_in_card"] != sorted(evidence["configs_pushed"])))
