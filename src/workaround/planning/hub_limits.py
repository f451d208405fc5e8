"""Limits of the Hub on files: too many in a folder or repository, or too large.

Numbers: https://huggingface.co/docs/hub/repositories-recommendations and
``huggingface_hub._upload_large_folder`` (1.28.0). Whether a folder may hold more is not up to the
caller, the Hub rejects the commit (https://github.com/huggingface/datasets/issues/7956); that a
repository should not is a recommendation.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Collection

from workaround.errors import Problem
from workaround.planning.plan import Plan, in_units

FOLDER_FILES = 10_000
REPO_FILES = 100_000
FILE_BYTES = 50_000_000_000
"""Most that plain HTTP clients can download (``huggingface_hub.file_download``)."""
GOOD_FILE_BYTES = 20_000_000_000


def limit_problems(plan: Plan, remaining_files: Collection[str] = ()) -> list[Problem]:
    """Return what the Hub would refuse of an upload, or advises against.

    Args:
        plan: Of the upload.
        remaining_files: Files of the repository that it does not replace.
    """
    shards = [shard for split in plan.splits for shard in split.shards]
    paths = {shard.path for shard in shards}.union(remaining_files)
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
