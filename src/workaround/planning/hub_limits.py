"""Limits of the Hub on files: too many in a folder or repository, or too large.

Numbers: https://huggingface.co/docs/hub/repositories-recommendations and
``huggingface_hub._upload_large_folder`` (1.28.0). The Hub rejects a commit with more files in a
folder (https://github.com/huggingface/datasets/issues/7956); the number of files in a repository is
a recommendation.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Collection

from workaround.errors import Problem, Severity
from workaround.planning.plan import Plan, format_bytes

FOLDER_FILES = 10_000
REPO_FILES = 100_000
FILE_BYTES = 50_000_000_000
"""Largest file that plain HTTP clients can download (``huggingface_hub.file_download``)."""
GOOD_FILE_BYTES = 20_000_000_000


def limit_problems(plan: Plan, remaining_files: Collection[str] = ()) -> list[Problem]:
    """Return the problems that the Hub would have with an upload, or advises against.

    Args:
        plan: Plan of the upload.
        remaining_files: Files of the repository that the upload does not replace.
    """
    shards = [shard for split in plan.splits for shard in split.shards]
    paths = {shard.path for shard in shards}.union(remaining_files)
    problems = []
    folders = Counter(map(posixpath.dirname, paths))
    for folder in sorted({posixpath.dirname(shard.path) for shard in shards}):
        if (count := folders[folder]) > FOLDER_FILES:
            reason = f"{count} files are over the {FOLDER_FILES} that the Hub takes in a folder"
            problems.append(_problem(folder, f"{reason}; make larger shards", "error"))
    if len(paths) > REPO_FILES:
        reason = (
            f"{len(paths)} files are over the {REPO_FILES} that the Hub advises for a repository"
        )
        problems.append(_problem(None, f"{reason}; make larger shards", "remark"))
    for shard in shards:
        if (size := shard.nbytes) > GOOD_FILE_BYTES:
            bad = size > FILE_BYTES
            rule = "takes" if bad else "advises"
            limit = format_bytes(FILE_BYTES if bad else GOOD_FILE_BYTES)
            reason = f"a shard of {format_bytes(size)} is over the {limit} that the Hub {rule}"
            hint = "lower max_shard_size or raise num_shards"
            problems.append(_problem(shard.path, f"{reason}; {hint}", "error" if bad else "remark"))
    return problems


def _problem(path: str | None, reason: str, severity: Severity) -> Problem:
    return Problem(None, None, path, reason, severity=severity)
