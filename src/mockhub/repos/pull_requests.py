"""Pull requests as commits: conflicts, differences and merging."""

from __future__ import annotations

from mockhub.errors import BadRequestError, ConflictError
from mockhub.git.diff import Read, diff
from mockhub.git.merge import merge
from mockhub.repos.discussions import Discussion
from mockhub.repos.repo import Repo


def conflicts(repo: Repo, pull_request: Discussion) -> list[str] | bool:
    """Return the conflicting paths of a pull request; True if the histories are unrelated."""
    if pull_request.status == "merged":
        return []
    fork = _fork(repo, pull_request)
    if fork is None:
        return True
    ours, theirs = repo.refs[str(pull_request.base)], repo.refs[pull_request.ref]
    return list(merge(repo.tree(fork), repo.tree(ours), repo.tree(theirs)).conflicts)


def changes_as_text(repo: Repo, pull_request: Discussion, read: Read) -> str:
    """Return the changes of a pull request as a patch; empty if the histories are unrelated."""
    fork = _fork(repo, pull_request)
    if fork is None:
        return ""
    return diff(repo.tree(fork), repo.tree(repo.refs[pull_request.ref]), read)


def merge_pull_request(repo: Repo, pull_request: Discussion, by: str) -> Discussion:
    """Merge a pull request into its branch as one commit; the caller holds the lock.

    Args:
        repo: Its repository.
        pull_request: An open pull request.
        by: Name of the account that merges.

    Raises:
        BadRequestError: It is a draft, closed or merged (huggingface_hub, commit 2b87e5fb7).
        ConflictError: The branch has changed the same files, or was deleted.
    """
    if pull_request.status != "open":
        raise BadRequestError(f"A pull request that is {pull_request.status} cannot be merged")
    fork = _fork(repo, pull_request)
    if fork is None:
        raise ConflictError("The pull request and its branch have no commit in common")
    base = str(pull_request.base)
    ours, theirs = repo.refs[base], repo.refs[pull_request.ref]
    merged = merge(repo.tree(fork), repo.tree(ours), repo.tree(theirs))
    if merged.conflicts:
        raise ConflictError(f"There are conflicts in: {', '.join(merged.conflicts)}")
    commits = []
    for sha, commit in repo.history(theirs):
        if sha == fork:
            break
        commits.append(f"- {commit.title} ({sha})")
    sha = repo.add_commit(
        base,
        merged.changes,
        title=f"{pull_request.title} (#{pull_request.number})",
        message="\n".join(reversed(commits)),
        author=by,
        parents=(ours,),
    )
    return pull_request.merged(sha, by)


def _fork(repo: Repo, pull_request: Discussion) -> str | None:
    """Return the newest common ancestor of a pull request and its branch; None without one."""
    ours = repo.refs.get(str(pull_request.base))
    return None if ours is None else repo.commits.merge_base(ours, repo.refs[pull_request.ref])
