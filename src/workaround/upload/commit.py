"""The visible moment: one commit brings all shards and the card, and takes stale shards away."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from datasets import Features
from huggingface_hub import (
    CommitInfo,
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    HfFileSystem,
)
from huggingface_hub.hf_api import RepoFile

from workaround.hub.card import CardUpdate, PushedSplit, Target, updated_files
from workaround.hub.card_lookup import split_files
from workaround.hub.retry import persist
from workaround.planning.plan import Plan
from workaround.upload.journal import Journal, Uploaded
from workaround.upload.shard import Destination, addition_of, git_oid

MAX_OPERATIONS = 25_000
"""Most LFS files of one commit (documentation of ``HfApi.create_commit``)."""
MAX_PAYLOAD = 16 << 20
"""Most bytes of regular files in one commit: the client holds them several times over."""

_SHARDED = re.compile(r"data/(?P<split>[^/]+)-\d{5}-of-\d{5}[^/]*\.parquet")

Operation = CommitOperationAdd | CommitOperationDelete


@dataclass(frozen=True)
class Message:
    """What a commit says.

    Attributes:
        title: First line.
        description: The rest.
    """

    title: str
    description: str | None


@dataclass(frozen=True)
class Push:
    """All that a commit needs to know of an upload.

    Attributes:
        plan: How the splits were cut.
        features: Of all of them.
        uploaded: The shards of each.
        target: What they replace.
        to: Where.
        message: Of the commit.
    """

    plan: Plan
    features: Features
    uploaded: Mapping[str, Sequence[Uploaded]]
    target: Target
    to: Destination
    message: Message

    def shards(self) -> dict[str, Uploaded]:
        """All shards by their path."""
        return {shard.path: shard for shards in self.uploaded.values() for shard in shards}


def commit(push: Push, journal: Journal) -> CommitInfo:
    """Make an upload visible.

    If somebody else commits at the same moment, or an answer is lost, the repository is read again
    and the commit made anew from what is there then. Upstream means to do so, and has not since
    4.2.0 (catalog: ``commit-conflict-not-retried``).

    Args:
        push: The upload.
        journal: Has the contents of regular files.

    Returns:
        The commit; if nothing is left to change, the one that is there.

    Raises:
        CardConflictError: The card on the Hub does not go with the upload.
        RefusedError: The Hub refuses the commit.
        UnreachableError: The Hub does not answer.
    """
    info = persist(f"Committing to {push.to}", lambda: _attempt(push, journal))
    journal.stage(None)
    return info


def foresee(to: Destination, target: Target, plan: Plan, features: Features) -> set[str]:
    """Read the repository before anything is uploaded, and refuse what the commit would.

    Returns:
        Its files that the upload does not replace.

    Raises:
        CardConflictError: The card there does not go with the upload.
    """
    there = _There.now(to, target, plan)
    there.cards(features, {split.name: 0 for split in plan.splits})
    return there.files.keys() - {path for paths in there.stale.values() for path in paths}


@dataclass(frozen=True)
class _There:
    """The repository at some commit, and what an upload does to it.

    Attributes:
        to: Which.
        head: The commit.
        files: All its files by path.
        target: What the upload replaces.
        plan: Of the upload.
        stale: Files of earlier uploads of each split.
    """

    to: Destination
    head: str
    files: Mapping[str, RepoFile]
    target: Target
    plan: Plan
    stale: Mapping[str, Sequence[str]]

    @classmethod
    def now(cls, to: Destination, target: Target, plan: Plan) -> _There:
        head = to.api().repo_info(to.repo_id, repo_type="dataset", revision=to.revision).sha
        files = to.files(str(head))
        stale = {split.name: _stale(files, target, split.name) for split in plan.splits}
        return cls(to, str(head), files, target, plan, stale)

    def cards(self, features: Features, uploaded_bytes: Mapping[str, int]) -> dict[str, bytes]:
        """The files of the card once shards of so many bytes in each split are there."""
        splits = [
            PushedSplit(
                split.name,
                split.rows,
                split.num_bytes,
                uploaded_bytes[split.name],
                replaced_bytes=sum(self.files[path].size for path in self.stale[split.name]),
            )
            for split in self.plan.splits
        ]
        update = CardUpdate(self.target, features, splits)
        read = _reader(self.to, self.head, self.files)
        return updated_files(update, read, _sharded_splits(self.files))


def _attempt(push: Push, journal: Journal) -> CommitInfo:
    to, api = push.to, push.to.api()
    there = _There.now(to, push.target, push.plan)
    shards = push.shards()
    sizes = {name: sum(each.size for each in sent) for name, sent in push.uploaded.items()}
    cards = there.cards(push.features, sizes)
    missing = [shard for shard in shards.values() if not _holds(there.files, shard)]
    changed = {
        path: text for path, text in cards.items() if _oid(there.files, path) != git_oid(text)
    }
    gone = sorted({path for paths in there.stale.values() for path in paths} - shards.keys())
    if not missing and not changed and not gone:
        return _info(push, there.head)
    if to.create_pr and (opened := _opened(push, changed, gone)) is not None:
        return opened
    cards_and_deletions: list[Operation] = [
        *(CommitOperationAdd(path, text) for path, text in changed.items()),
        *map(CommitOperationDelete, gone),
    ]
    parts = list(split_parts(missing))
    if len(parts) > 1:
        return _staged(api, push, journal, parts, cards_and_deletions)
    operations = [*_additions(parts, journal), *cards_and_deletions]
    return _create(api, push, operations, to.revision, create_pr=to.create_pr, parent=there.head)


def _opened(push: Push, cards: Mapping[str, bytes], gone: Sequence[str]) -> CommitInfo | None:
    """The open pull request that brings just this: an answer was lost, or the call was killed."""
    to, api = push.to, push.to.api()
    for request in api.get_repo_discussions(to.repo_id, repo_type="dataset"):
        if not request.is_pull_request or request.status not in {"open", "draft"}:
            continue
        if request.title != push.message.title:
            continue
        revision = f"refs/pr/{request.num}"
        there = to.files(revision)
        if (
            all(_holds(there, shard) for shard in push.shards().values())
            and all(_oid(there, path) == git_oid(text) for path, text in cards.items())
            and not there.keys() & set(gone)
        ):
            head = str(api.repo_info(to.repo_id, repo_type="dataset", revision=revision).sha)
            return dataclasses.replace(_info(push, head), pr_url=request.url)
    return None


def split_parts(shards: Sequence[Uploaded]) -> Iterator[list[Uploaded]]:
    """Cut shards into runs that one commit can take."""
    part: list[Uploaded] = []
    payload = 0
    for shard in shards:
        size = 0 if shard.oid is None else shard.size
        if part and (len(part) >= MAX_OPERATIONS or payload + size > MAX_PAYLOAD):
            yield part
            part, payload = [], 0
        part.append(shard)
        payload += size
    if part:
        yield part


def _staged(
    api: HfApi,
    push: Push,
    journal: Journal,
    parts: Sequence[Sequence[Uploaded]],
    last: Sequence[Operation],
) -> CommitInfo:
    """Commit in parts where no reader looks, a pull request, and merge it in one step.

    The Hub merges into ``main`` only: another branch gets the parts one after the other, the card
    with the last.
    """
    to = push.to
    if not to.create_pr and to.revision not in {None, "main"}:
        return _in_parts(api, push, journal, parts, last, str(to.revision))
    if (left := journal.staged()) is not None:  # by a call that was killed
        _close(api, to, left)
    opened = api.create_pull_request(
        to.repo_id, push.message.title, description=push.message.description, repo_type="dataset"
    )
    journal.stage(opened.num)
    try:
        info = _in_parts(api, push, journal, parts, last, f"refs/pr/{opened.num}")
        if to.create_pr:
            return dataclasses.replace(info, pr_url=opened.url)
        # It opens as a draft, and a draft cannot be merged.
        api.change_discussion_status(to.repo_id, opened.num, "open", repo_type="dataset")
        api.merge_pull_request(to.repo_id, opened.num, repo_type="dataset")
    except BaseException:
        _close(api, to, opened.num)
        raise
    return _info(push, str(api.repo_info(to.repo_id, repo_type="dataset").sha))


def _close(api: HfApi, to: Destination, number: int) -> None:
    """Close a pull request, unless it was merged and only the answer was lost."""
    there = api.get_discussion_details(to.repo_id, number, repo_type="dataset")
    if there.status in {"draft", "open"}:
        api.change_discussion_status(to.repo_id, number, "closed", repo_type="dataset")


def _in_parts(
    api: HfApi,
    push: Push,
    journal: Journal,
    parts: Sequence[Sequence[Uploaded]],
    last: Sequence[Operation],
    revision: str,
) -> CommitInfo:
    for part in parts[:-1]:
        _create(api, push, [*_additions([part], journal)], revision)
    return _create(api, push, [*_additions(parts[-1:], journal), *last], revision)


def _create(
    api: HfApi,
    push: Push,
    operations: Sequence[Operation],
    revision: str | None,
    *,
    create_pr: bool = False,
    parent: str | None = None,
) -> CommitInfo:
    return api.create_commit(
        push.to.repo_id,
        list(operations),
        commit_message=push.message.title,
        commit_description=push.message.description,
        repo_type="dataset",
        revision=revision,
        create_pr=create_pr,
        parent_commit=parent,
    )


def _info(push: Push, head: str) -> CommitInfo:
    """What the client would say of a commit that is there."""
    return CommitInfo(
        commit_url=f"{push.to.endpoint}/datasets/{push.to.repo_id}/commit/{head}",
        commit_message=push.message.title,
        commit_description=push.message.description or "",
        oid=head,
    )


def _stale(there: Mapping[str, RepoFile], target: Target, split: str) -> list[str]:
    """Files of an earlier upload of a split, or of the whole config."""
    return split_files(there, target.data_dir, None if target.whole_config else split)


def _sharded_splits(there: Mapping[str, RepoFile]) -> list[str]:
    """Splits of a repository that was uploaded to before cards had configs."""
    found = filter(None, map(_SHARDED.fullmatch, there))
    return list(dict.fromkeys(match["split"] for match in found))


def _reader(
    to: Destination, head: str, there: Mapping[str, RepoFile]
) -> Callable[[str], str | None]:
    """A function that reads text files of the repository at a commit."""
    system = HfFileSystem(endpoint=to.endpoint, token=to.token)

    @cache
    def read(path: str) -> str | None:
        if path not in there:
            return None
        content: bytes = system.cat_file(f"datasets/{to.repo_id}@{head}/{path}")
        return content.decode()

    return read


def _additions(
    parts: Sequence[Sequence[Uploaded]], journal: Journal
) -> Iterator[CommitOperationAdd]:
    """The operations that add uploaded shards."""
    for shard in (shard for part in parts for shard in part):
        if shard.oid is not None:
            yield CommitOperationAdd(shard.path, journal.content(shard))
            continue
        addition = addition_of(shard.path, shard.sha256, shard.size)
        # What the client itself notes after an upload: it neither asks nor uploads again.
        addition._upload_mode = "lfs"
        addition._is_uploaded = True
        yield addition


def _holds(there: Mapping[str, RepoFile], shard: Uploaded) -> bool:
    """Whether a shard is committed already."""
    if shard.oid is not None:
        return _oid(there, shard.path) == shard.oid
    file = there.get(shard.path)
    return file is not None and file.lfs is not None and file.lfs.sha256 == shard.sha256


def _oid(there: Mapping[str, RepoFile], path: str) -> str | None:
    """Git's id of a file of the repository; None if there is none."""
    return there[path].blob_id if path in there else None
