# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0"]
# ///
"""One commit by somebody else (412) or one busy moment of the Hub (409, 429, 503) ends a push.

datasets 4.2.0 to 5.2.0: push_to_hub means to retry 409 and 412, but looks for HfHubHTTPError in
err.__context__, where it never is (since https://github.com/huggingface/datasets/pull/7783). The
412 is a real race, the others need a Hub that fails on demand. Needs HF_ENDPOINT, HF_TOKEN.
"""

import json
import os
import sys
import urllib.request


def fail_next_commit(repo: str, status: int) -> None:  # on a local Hub: python -m mockhub
    fault = {"method": "POST", "path": f"{repo}/commit/", "status": status, "count": 1}
    headers = {"Authorization": f"Bearer {os.environ['HF_TOKEN']}"}
    url = f"{os.environ['HF_ENDPOINT']}/mockhub/faults"
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(fault).encode(), headers)).close()


def measure() -> dict:
    from datasets import Dataset
    from huggingface_hub import CommitOperationAdd, HfApi, utils

    api, original, sent, evidence = HfApi(os.environ["HF_ENDPOINT"]), HfApi.create_commit, [], {}

    def counted(self: HfApi, repo_id: str, *args: object, **kwargs: object) -> object:
        sent.append(repo_id)
        if len(sent) == 1 and status == 412:  # push_to_hub has just looked at the branch
            other = [CommitOperationAdd("other.txt", b"by somebody else")]
            original(self, repo_id, other, commit_message="other", repo_type="dataset")
        return original(self, repo_id, *args, **kwargs)

    HfApi.create_commit = counted
    for status in (412, 409, 429, 503):
        api.delete_repo(f"conflict-{status}", repo_type="dataset", missing_ok=True)
        repo = api.create_repo(f"conflict-{status}", repo_type="dataset", private=True).repo_id
        sent.clear()
        if status != 412:
            fail_next_commit(repo, status)
        try:
            Dataset.from_dict({"row": [1, 2, 3]}).push_to_hub(repo)
            evidence[status] = {"commits_sent": len(sent), "raised": None}
        except utils.HfHubHTTPError as error:
            evidence[status] = {"commits_sent": len(sent), "raised": type(error).__name__}
    return evidence


if __name__ == "__main__":
    if "HF_ENDPOINT" not in os.environ:
        sys.exit(print("needs HF_ENDPOINT: start python -m mockhub", file=sys.stderr) or 125)
    try:
        print(json.dumps(evidence := measure()))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.exit(sys.excepthook(*sys.exc_info()) or 125)
    sys.exit(int(any(push["raised"] for push in evidence.values())))
