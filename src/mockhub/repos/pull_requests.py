"""Pull requests as commits: where they forked, what they change, and merging them."""

from __future__ import annotations

from mockhub.errors import BadRequestError, ConflictError
from mockhub.git.diff import Read, diff
from mockhub.git.merge import merge
from mockhub.repos.discussions import Discussion
from mockhub.repos.repo import Repo


def conflicts(repo: Repo, pull_request: Discussion) -> list[str] | bool:
    """The paths in the way of a merge; True if the histories have nothing in common."""
    if pull_request.status == "merged":
        return []
    fork = _fork(repo, pull_request)
    if fork is None:
        return True
    ours, theirs = repo.refs[str(pull_request.base)], repo.refs[pull_request.ref]
    return list(merge(repo.tree(fork), repo.tree(ours), repo.tree(theirs)).conflicts)


def changes_as_text(repo: Repo, pull_request: Discussion, read: Read) -> str:
    """What a pull request changes, in git's format; nothing if it forked from nowhere."""
    fork = _fork(repo, pull_request)
    if fork is None:
        return ""
    return diff(repo.tree(fork), repo.tree(repo.refs[pull_request.ref]), read)


def merge_pull_request(repo: Repo, pull_request: Discussion, by: str) -> Discussion:
    """Add the changes of a pull request to its branch, as one commit; the caller holds the lock.

    Args:
        repo: Its repository.
        pull_request: One that is open.
        by: Who merges it.

    Raises:
        BadRequestError: It is a draft, closed or merged (huggingface_hub, commit 2b87e5fb7).
        ConflictError: Its branch has changed in the same places, or is gone.
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
    """The newest commit that a pull request has in common with its branch."""
    ours = repo.refs.get(str(pull_request.base))
    return None if ours is None else repo.commits.merge_base(ours, repo.refs[pull_request.ref])
