"""The visible moment: one commit adds all shards and the card, and deletes what they replace."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from datasets import Features
from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete
from huggingface_hub.hf_api import RepoFile

from workaround.hub.card import CardUpdate, ConfigTarget, PushedSplit, updated_files
from workaround.hub.card_lookup import split_files
from workaround.hub.repository import CommitMessage, Operation, Repository
from workaround.hub.retry import retry
from workaround.planning.plan import Plan
from workaround.upload.journal import Journal, UploadedShard
from workaround.upload.shard import addition_of, git_oid

MAX_OPERATIONS = 25_000
"""Most LFS files of one commit (documentation of ``HfApi.create_commit``)."""
MAX_PAYLOAD = 16 << 20
"""Most bytes of regular files in one commit: the client holds them several times over."""

_SHARDED = re.compile(r"data/(?P<split>[^/]+)-\d{5}-of-\d{5}[^/]*\.parquet")


@dataclass(frozen=True)
class Upload:
    """A finished upload, ready to be committed.

    Attributes:
        plan: How the splits were cut.
        features: Of all splits.
        uploaded: The shards of each split.
        target: The config that they belong to.
        repository: Where they were uploaded.
        message: Of the commit.
    """

    plan: Plan
    features: Features
    uploaded: Mapping[str, Sequence[UploadedShard]]
    target: ConfigTarget
    repository: Repository
    message: CommitMessage

    def shards(self) -> dict[str, UploadedShard]:
        """Return all shards by their path."""
        return {shard.path: shard for shards in self.uploaded.values() for shard in shards}


def commit(upload: Upload, journal: Journal) -> CommitInfo:
    """Make an upload visible.

    If another writer commits at the same moment, or an answer is lost, the repository is read again
    and the commit is made from its new state. Upstream means to do so, and has not since 4.2.0
    (catalog: ``commit-conflict-not-retried``).

    Args:
        upload: The upload.
        journal: Has the contents of regular files.

    Returns:
        The commit; if nothing is left to change, the current head.

    Raises:
        CardConflictError: The card on the Hub contradicts the upload.
        RefusedError: The Hub refuses the commit.
        UnreachableError: The Hub does not answer.
    """
    info = retry(f"Committing to {upload.repository}", _commit_once, upload, journal)
    journal.stage(None)
    return info


def check_commit(
    repository: Repository, target: ConfigTarget, plan: Plan, features: Features
) -> set[str]:
    """Read the repository before anything is uploaded, and refuse what the commit would refuse.

    Returns:
        Its files that the upload does not replace.

    Raises:
        CardConflictError: The card on the Hub contradicts the upload.
    """
    snapshot = RepoSnapshot.take(repository, target, plan)
    snapshot.cards(features, {split.name: 0 for split in plan.splits})
    return snapshot.files.keys() - {path for paths in snapshot.stale.values() for path in paths}


@dataclass(frozen=True)
class RepoSnapshot:
    """The repository at one commit, and what an upload changes in it.

    Attributes:
        repository: The repository.
        head: The commit.
        files: All its files by path.
        target: The config that is uploaded to.
        plan: Of the upload.
        stale: Files of earlier uploads of each split.
    """

    repository: Repository
    head: str
    files: Mapping[str, RepoFile]
    target: ConfigTarget
    plan: Plan
    stale: Mapping[str, Sequence[str]]

    @classmethod
    def take(cls, repository: Repository, target: ConfigTarget, plan: Plan) -> RepoSnapshot:
        """Read the head of the branch."""
        head = repository.head()
        files = repository.files(head)
        stale = {split.name: _stale(files, target, split.name) for split in plan.splits}
        return cls(repository, head, files, target, plan, stale)

    def cards(self, features: Features, uploaded_bytes: Mapping[str, int]) -> dict[str, bytes]:
        """Return the files of the card after the upload.

        Args:
            features: Of all splits.
            uploaded_bytes: Size of the shards of each split.
        """
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
        return updated_files(update, self._reader(), _sharded_splits(self.files))

    def _reader(self) -> Callable[[str], str | None]:
        """Return a function that reads a text file of the repository once; None if it is absent."""

        @cache
        def read(path: str) -> str | None:
            return self.repository.read_text(path, self.head) if path in self.files else None

        return read


def _commit_once(upload: Upload, journal: Journal) -> CommitInfo:
    repository = upload.repository
    snapshot = RepoSnapshot.take(repository, upload.target, upload.plan)
    shards = upload.shards()
    sizes = {name: sum(shard.size for shard in sent) for name, sent in upload.uploaded.items()}
    cards = snapshot.cards(upload.features, sizes)
    missing = [shard for shard in shards.values() if not _has_shard(snapshot.files, shard)]
    changed = {
        path: text for path, text in cards.items() if _oid(snapshot.files, path) != git_oid(text)
    }
    deleted = sorted({path for paths in snapshot.stale.values() for path in paths} - shards.keys())
    if not missing and not changed and not deleted:
        return repository.commit_info(upload.message, snapshot.head)
    if repository.create_pr and (opened := _opened(upload, changed, deleted)) is not None:
        return opened
    cards_and_deletions: list[Operation] = [
        *(CommitOperationAdd(path, text) for path, text in changed.items()),
        *map(CommitOperationDelete, deleted),
    ]
    parts = list(split_parts(missing))
    if len(parts) > 1:
        return _staged(upload, journal, parts, cards_and_deletions)
    return repository.commit(
        [*_additions(parts, journal), *cards_and_deletions],
        upload.message,
        revision=repository.revision,
        create_pr=repository.create_pr,
        parent=snapshot.head,
    )


def _opened(
    upload: Upload, cards: Mapping[str, bytes], deleted: Sequence[str]
) -> CommitInfo | None:
    """Return the open pull request of just this upload: an answer was lost, or the call killed."""
    repository = upload.repository
    for number, url in repository.pull_requests(upload.message.title):
        revision = f"refs/pr/{number}"
        files = repository.files(revision)
        if (
            all(_has_shard(files, shard) for shard in upload.shards().values())
            and all(_oid(files, path) == git_oid(text) for path, text in cards.items())
            and not files.keys() & set(deleted)
        ):
            info = repository.commit_info(upload.message, repository.head(revision))
            return dataclasses.replace(info, pr_url=url)
    return None


def split_parts(shards: Sequence[UploadedShard]) -> Iterator[list[UploadedShard]]:
    """Cut shards into runs that one commit can take."""
    part: list[UploadedShard] = []
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
    upload: Upload,
    journal: Journal,
    parts: Sequence[Sequence[UploadedShard]],
    last: Sequence[Operation],
) -> CommitInfo:
    """Commit in parts to a pull request, where no reader looks, and merge it in one step.

    The Hub merges into ``main`` only: another branch gets the parts one after the other, the card
    with the last.
    """
    repository, message = upload.repository, upload.message
    if not repository.create_pr and repository.revision not in {None, "main"}:
        return _in_parts(upload, journal, parts, last, str(repository.revision))
    if (left := journal.staged()) is not None:  # by a call that was killed
        repository.close_pull_request(left)
    opened = repository.open_pull_request(message)
    journal.stage(opened.num)
    try:
        info = _in_parts(upload, journal, parts, last, f"refs/pr/{opened.num}")
        if repository.create_pr:
            return dataclasses.replace(info, pr_url=opened.url)
        return repository.commit_info(message, repository.merge_pull_request(opened.num))
    except BaseException:
        repository.close_pull_request(opened.num)
        raise


def _in_parts(
    upload: Upload,
    journal: Journal,
    parts: Sequence[Sequence[UploadedShard]],
    last: Sequence[Operation],
    revision: str,
) -> CommitInfo:
    repository, message = upload.repository, upload.message
    for part in parts[:-1]:
        repository.commit([*_additions([part], journal)], message, revision=revision)
    operations = [*_additions(parts[-1:], journal), *last]
    return repository.commit(operations, message, revision=revision)


def _stale(files: Mapping[str, RepoFile], target: ConfigTarget, split: str) -> list[str]:
    """Return the files of an earlier upload of a split, or of the whole config."""
    return split_files(files, target.data_dir, None if target.whole_config else split)


def _sharded_splits(files: Mapping[str, RepoFile]) -> list[str]:
    """Return the splits of a repository that was uploaded to before cards had configs."""
    matches = filter(None, map(_SHARDED.fullmatch, files))
    return list(dict.fromkeys(match["split"] for match in matches))


def _additions(
    parts: Sequence[Sequence[UploadedShard]], journal: Journal
) -> Iterator[CommitOperationAdd]:
    """Yield the operations that add uploaded shards."""
    for shard in (shard for part in parts for shard in part):
        if shard.oid is not None:
            yield CommitOperationAdd(shard.path, journal.content(shard))
            continue
        addition = addition_of(shard.path, shard.sha256, shard.size)
        # What the client itself notes after an upload: it neither asks nor uploads again.
        addition._upload_mode = "lfs"
        addition._is_uploaded = True
        yield addition


def _has_shard(files: Mapping[str, RepoFile], shard: UploadedShard) -> bool:
    """Return whether a shard is committed already."""
    if shard.oid is not None:
        return _oid(files, shard.path) == shard.oid
    file = files.get(shard.path)
    return file is not None and file.lfs is not None and file.lfs.sha256 == shard.sha256


def _oid(files: Mapping[str, RepoFile], path: str) -> str | None:
    """Return git's id of a file of the repository; None if there is none."""
    return files[path].blob_id if path in files else None
