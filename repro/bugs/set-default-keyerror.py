# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""set_default=True raises KeyError where the only other config is the default one implicitly.

datasets 4.4.0 to 5.2.0, since https://github.com/huggingface/datasets/pull/6500: the shards are
uploaded by then. Beside two configs, or one that says `default: true`, it works. Needs
HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys


def measure() -> dict:
    from datasets import Dataset, load_dataset
    from huggingface_hub import HfApi

    api, rows = HfApi(os.environ["HF_ENDPOINT"]), Dataset.from_dict({"row": [1, 2, 3]})
    raised, default = {}, {}
    for case, configs in (("beside_one_config", ["raw"]), ("beside_two_configs", ["raw", "masks"])):
        api.delete_repo(f"set-default-{case}", repo_type="dataset", missing_ok=True)
        repo = api.create_repo(f"set-default-{case}", repo_type="dataset", private=True).repo_id
        for config in configs:
            rows.push_to_hub(repo, config)
        raised[case] = default[case] = None
        try:
            rows.push_to_hub(repo, "derivatives", set_default=True)
        except KeyError as error:
            raised[case] = f"KeyError: {error}"
        else:
            default[case] = load_dataset(repo, split="train").config_name
    return {"raised": raised, "default_config": default}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int(evidence["raised"]["beside_one_config"] is not None))
