# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy", "pillow"]
# ///
"""push_to_hub(token=...) does not read the private files that it embeds with that token.

datasets 4.4.0 to 5.2.0, as in https://github.com/huggingface/datasets/pull/8285. Whoever is not
logged in gets a FileNotFoundError for `hf://` files that the token may read. Needs HF_ENDPOINT,
HF_TOKEN.
"""

import json
import os
import sys


def measure() -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, Image, Nifti
    from huggingface_hub import HfApi, constants

    token = os.environ.pop("HF_TOKEN")  # from here on nobody is logged in
    constants.HF_TOKEN_PATH = os.devnull
    api = HfApi(os.environ["HF_ENDPOINT"], token=token)
    for name in ("token-source", "token-not-used-to-embed"):
        api.delete_repo(name, repo_type="dataset", missing_ok=True)
        repo = api.create_repo(name, repo_type="dataset", private=True).repo_id
    source = f"{repo.split('/')[0]}/token-source"
    scan = nib.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4)).to_bytes()
    api.upload_file(
        path_or_fileobj=scan, path_in_repo="scan.nii", repo_id=source, repo_type="dataset"
    )
    if not (readable := api.file_exists(source, "scan.nii", repo_type="dataset")):
        raise PermissionError("the token itself cannot read the file")
    raised = {}
    for feature in (Image(decode=False), Nifti(decode=False)):
        config, cell = type(feature).__name__, f"hf://datasets/{source}/scan.nii"
        rows = Dataset.from_dict({"scan": [cell]}, features=Features({"scan": feature}))
        try:
            rows.push_to_hub(repo, config, token=token)
        except FileNotFoundError as error:
            raised[config] = f"FileNotFoundError: {error}"
    return {"readable_with_token": readable, "raised": raised}


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    sys.exit(int(bool(evidence["raised"])))
