"""What the Hub itself refuses: too many or too large files, and tokens that may not write.

Numbers: https://huggingface.co/docs/hub/repositories-recommendations and
``huggingface_hub._upload_large_folder`` (1.28.0). Whether a folder may hold more is not up to the
caller, the Hub rejects the commit (https://github.com/huggingface/datasets/issues/7956); that a
repository should not is a recommendation.
"""

from __future__ import annotations

import inspect
import posixpath
from collections import Counter
from collections.abc import Collection
from functools import partial

from huggingface_hub import HfApi
from huggingface_hub.errors import LocalTokenNotFoundError

from workaround.errors import AccessError, Problem, RefusedError
from workaround.hub.retry import persist
from workaround.planning.plan import Plan, in_units

FOLDER_FILES = 10_000
REPO_FILES = 100_000
FILE_BYTES = 50_000_000_000
"""Most that plain HTTP clients can download (``huggingface_hub.file_download``)."""
GOOD_FILE_BYTES = 20_000_000_000


def limit_problems(plan: Plan, stay: Collection[str] = ()) -> list[Problem]:
    """What of an upload the Hub would refuse, or advises against.

    Args:
        plan: Of the upload.
        stay: Files of the repository that it does not replace.
    """
    shards = [shard for split in plan.splits for shard in split.shards]
    paths = {shard.path for shard in shards}.union(stay)
    problems = []
    folders = Counter(map(posixpath.dirname, paths))
    for folder in sorted({posixpath.dirname(shard.path) for shard in shards}):
        if (count := folders[folder]) > FOLDER_FILES:
            reason = f"{count} files are over the {FOLDER_FILES} that the Hub takes in a folder"
            problems.append(_about(folder, f"{reason}; let shards be larger", tolerable=False))
    if len(paths) > REPO_FILES:
        reason = (
            f"{len(paths)} files are over the {REPO_FILES} that the Hub advises for a repository"
        )
        problems.append(_about(None, f"{reason}; let shards be larger", tolerable=True))
    for shard in shards:
        if (size := shard.nbytes) > GOOD_FILE_BYTES:
            bad = size > FILE_BYTES
            rule = "takes" if bad else "advises"
            limit = in_units(FILE_BYTES if bad else GOOD_FILE_BYTES)
            reason = f"a shard of {in_units(size)} is over the {limit} that the Hub {rule}"
            hint = "lower max_shard_size or raise num_shards"
            problems.append(_about(shard.path, f"{reason}; {hint}", tolerable=not bad))
    return problems


def _about(path: str | None, reason: str, *, tolerable: bool) -> Problem:
    return Problem(None, None, path, reason, tolerable=tolerable)


def require_write(api: HfApi, repo_id: str) -> None:
    """Refuse a token that may not write to a dataset repository, before anything is read or sent.

    A pull request needs no such right. Clients before 1.0 can only ask for the role of the token:
    there the first upload tells the rest.

    Args:
        api: Client with the token.
        repo_id: A repository that is there.

    Raises:
        AccessError: There is no valid token, it is for reading, or not for this repository.
        UnreachableError: The Hub does not answer, for minutes.
    """
    try:
        user = persist("Asking whose token it is", api.whoami)
        if "write" in inspect.signature(api.auth_check).parameters:
            ask = partial(api.auth_check, repo_id, repo_type="dataset", write=True)
            persist(f"Asking for the right to write to {repo_id}", ask)
    except LocalTokenNotFoundError as error:
        raise AccessError("No token: log in with `hf auth login`, or pass one.") from error
    except RefusedError as error:
        raise AccessError(str(error)) from error
    if user["auth"].get("accessToken", {}).get("role") == "read":
        raise AccessError(
            f"The token of {user['name']} is for reading. Log in with one that may write:"
            " https://huggingface.co/settings/tokens."
        )
