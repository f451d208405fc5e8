"""The visible moment: one commit adds all shards and the card, and deletes what they replace."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from datasets import Features
from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete
from huggingface_hub.hf_api import RepoFile

from workaround.errors import CardConflictError
from workaround.hub.card import (
    README,
    CardUpdate,
    ConfigTarget,
    CurrentCard,
    PushedSplit,
    updated_files,
)
from workaround.hub.replacement import require_room, sharded_splits, stale_shards
from workaround.hub.repository import CommitMessage, Operation, Repository
from workaround.hub.retry import retry
from workaround.planning.plan import Plan
from workaround.upload.additions import addition_of
from workaround.upload.journal import Journal, UploadedShard, git_oid

MAX_OPERATIONS = 25_000
"""Most LFS files of one commit (documentation of ``HfApi.create_commit``)."""
MAX_PAYLOAD = 16 << 20
"""Most bytes of regular files in one commit: the client holds them several times over."""


class BaseChangedError(Exception):
    """Another writer has changed a split since it was read to append to it: read it again."""


@dataclass(frozen=True)
class SplitBase:
    """A split on the Hub that an upload appends to.

    Attributes:
        files: Its shards before the upload, by path.
        rows: Number of rows in the shards that remain as they are.
        num_bytes: Bytes of these rows once loaded.
        file_bytes: Bytes of these shards.
    """

    files: Mapping[str, RepoFile] = field(default_factory=dict)
    rows: int = 0
    num_bytes: int = 0
    file_bytes: int = 0


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
        bases: Splits that it appends to; the others are replaced.
        resumed: Number of shards that an interrupted call had uploaded already.
    """

    plan: Plan
    features: Features
    uploaded: Mapping[str, Sequence[UploadedShard]]
    target: ConfigTarget
    repository: Repository
    message: CommitMessage
    bases: Mapping[str, SplitBase] = field(default_factory=dict)
    resumed: int = 0

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
        ForeignFilesError: Another writer has put files in its way meanwhile.
        BaseChangedError: Another writer has changed a split that the upload appends to.
        RefusedError: The Hub refuses the commit.
        UnreachableError: The Hub does not answer.
    """
    info = retry(f"Committing to {upload.repository}", _commit_once, upload, journal)
    journal.stage(None)
    return info


def check_commit(
    repository: Repository,
    target: ConfigTarget,
    plan: Plan,
    features: Features,
    bases: Mapping[str, SplitBase],
) -> set[str]:
    """Refuse what the commit would refuse; return the files that the upload does not replace.

    Raises:
        CardConflictError: The card on the Hub contradicts the upload.
        ForeignFilesError: Other files are in the way.
    """
    snapshot = RepoSnapshot.take(repository, target, plan, bases)
    cards = snapshot.cards(features, {split.name: 0 for split in plan.splits})
    if snapshot.card.text.block.strip():  # what a push writes is valid
        repository.validate_card(cards[README].decode())
    return snapshot.files.keys() - snapshot.stale_paths()


@dataclass(frozen=True)
class RepoSnapshot:
    """The repository at one commit, and what an upload changes in it.

    Attributes:
        repository: The repository.
        head: The commit.
        files: All its files by path.
        target: The config that is uploaded to.
        plan: Of the upload.
        earlier: Shards of earlier uploads, by split.
        card: The card.
        bases: Splits that the upload appends to; the others are replaced.
    """

    repository: Repository
    head: str
    files: Mapping[str, RepoFile]
    target: ConfigTarget
    plan: Plan
    earlier: Mapping[str, Sequence[str]]
    card: CurrentCard
    bases: Mapping[str, SplitBase]

    @classmethod
    def take(
        cls,
        repository: Repository,
        target: ConfigTarget,
        plan: Plan,
        bases: Mapping[str, SplitBase],
        revision: str | None = None,
    ) -> RepoSnapshot:
        """Read the head of a revision, by default of the branch.

        Raises:
            CardConflictError: The card on the Hub contradicts the upload.
            ForeignFilesError: Other files are in the way.
        """
        head = repository.head(revision)
        files = repository.files(head)
        if any(path.startswith(f"{README}/") for path in files):
            raise CardConflictError(f"{README} of the repository is a folder: remove it there")

        def read(path: str) -> str | None:
            return repository.read_text(path, head) if path in files else None

        card = CurrentCard.parse(read, sharded_splits(files), target.config_name)
        shards = {split.name: [shard.path for shard in split.shards] for split in plan.splits}
        earlier = stale_shards(files, target, list(shards), card.patterns)
        require_room(files, target, shards, earlier, card.patterns)
        return cls(repository, head, files, target, plan, earlier, card, bases)

    def stale_paths(self) -> set[str]:
        """Return the shards that the upload replaces."""
        replaced = (paths for split, paths in self.earlier.items() if split not in self.bases)
        return {path for paths in replaced for path in paths}

    def cards(self, features: Features, uploaded_bytes: Mapping[str, int]) -> dict[str, bytes]:
        """Return the files of the card after the upload.

        Args:
            features: Of all splits.
            uploaded_bytes: Size of the shards of each split.
        """
        splits = []
        for split in self.plan.splits:
            base = self.bases.get(split.name, SplitBase())
            before = base.files or {path: self.files[path] for path in self.earlier[split.name]}
            splits.append(
                PushedSplit(
                    split.name,
                    base.rows + split.rows,
                    base.num_bytes + split.num_bytes,
                    base.file_bytes + uploaded_bytes[split.name],
                    replaced_bytes=sum(file.size for file in before.values()),
                )
            )
        return updated_files(CardUpdate(self.target, features, splits), self.card)


@dataclass(frozen=True)
class _Changes:
    """The remaining changes of an upload at one state of the repository.

    Attributes:
        head: Commit of the state.
        missing: Shards that are not committed yet.
        cards: Files of the card that change.
        deleted: Shards of earlier uploads.
    """

    head: str
    missing: Sequence[UploadedShard]
    cards: Mapping[str, bytes]
    deleted: Sequence[str]

    @classmethod
    def since(cls, snapshot: RepoSnapshot, upload: Upload) -> _Changes:
        """Compare an upload with the repository.

        Raises:
            BaseChangedError: Another writer has changed a split that the upload appends to.
        """
        shards = upload.shards()
        missing = [shard for shard in shards.values() if not has_shard(snapshot.files, shard)]
        if upload.bases and not missing:  # the card was committed with the last shard
            return cls(snapshot.head, [], {}, [])
        if not _has_bases(snapshot, upload):
            raise BaseChangedError
        sizes = {name: sum(shard.size for shard in sent) for name, sent in upload.uploaded.items()}
        cards = snapshot.cards(upload.features, sizes)
        return cls(
            snapshot.head,
            missing,
            {path: text for path, text in cards.items() if not _has(snapshot.files, path, text)},
            sorted(snapshot.stale_paths() - shards.keys()),
        )

    def cards_and_deletions(self) -> list[Operation]:
        """Return the operations of the last part: readers see all of it or nothing."""
        return [
            *(CommitOperationAdd(path, text) for path, text in self.cards.items()),
            *map(CommitOperationDelete, self.deleted),
        ]


def _commit_once(upload: Upload, journal: Journal) -> CommitInfo:
    repository = upload.repository
    changes = _changes(upload)
    if not changes.missing and not changes.cards and not changes.deleted:
        return repository.commit_info(upload.message, changes.head)
    if repository.create_pr and (opened := _opened(upload, changes)) is not None:
        return opened
    parts = list(split_parts(changes.missing))
    if len(parts) <= 1:
        return repository.commit(
            [*_additions(parts, journal), *changes.cards_and_deletions()],
            upload.message,
            revision=repository.revision,
            create_pr=repository.create_pr,
            parent=changes.head,
        )
    if repository.create_pr or repository.revision in {None, "main"}:
        return _staged(upload, journal)
    return _in_parts(upload, journal, changes, repository.revision)


def _changes(upload: Upload, revision: str | None = None) -> _Changes:
    """Return the changes since the head of a revision, by default of the branch."""
    snapshot = RepoSnapshot.take(
        upload.repository, upload.target, upload.plan, upload.bases, revision
    )
    return _Changes.since(snapshot, upload)


def _opened(upload: Upload, changes: _Changes) -> CommitInfo | None:
    """Return the open pull request of just this upload: an answer was lost, or the call killed."""
    repository = upload.repository
    for number, url in repository.pull_requests(upload.message.title):
        revision = f"refs/pr/{number}"
        files = repository.files(revision)
        if (
            all(has_shard(files, shard) for shard in upload.shards().values())
            and all(_has(files, path, text) for path, text in changes.cards.items())
            and not files.keys() & set(changes.deleted)
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


def _staged(upload: Upload, journal: Journal) -> CommitInfo:
    """Commit in parts to a pull request, where no reader looks, and merge it in one step.

    The Hub merges into ``main`` only: another branch gets the parts one after the other, the card
    with the last.
    """
    repository, message = upload.repository, upload.message
    if (left := journal.staged()) is not None:  # by a call that was killed
        repository.close_pull_request(left)
    opened = repository.open_pull_request(message)
    journal.stage(opened.num)
    revision = f"refs/pr/{opened.num}"
    try:
        # What it starts from may be newer than the head that was read before.
        info = _in_parts(upload, journal, _changes(upload, revision), revision)
        if repository.create_pr:
            return dataclasses.replace(info, pr_url=opened.url)
        return repository.commit_info(message, repository.merge_pull_request(opened.num))
    except BaseException:
        repository.close_pull_request(opened.num)
        raise


def _in_parts(
    upload: Upload, journal: Journal, changes: _Changes, revision: str | None
) -> CommitInfo:
    """Commit to a revision, part by part; another writer in between is a conflict."""
    repository, message, parent = upload.repository, upload.message, changes.head
    *first, last = split_parts(changes.missing)
    for part in first:
        additions = [*_additions([part], journal)]
        parent = repository.commit(additions, message, revision=revision, parent=parent).oid
    operations = [*_additions([last], journal), *changes.cards_and_deletions()]
    return repository.commit(operations, message, revision=revision, parent=parent)


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


def _has_bases(snapshot: RepoSnapshot, upload: Upload) -> bool:
    """Return True if the splits are as they were when they were read, but for the upload itself."""
    shards = upload.shards().values()
    committed = {shard.path for shard in shards if has_shard(snapshot.files, shard)}

    def others(files: Mapping[str, RepoFile]) -> dict[str, str]:
        return {path: file.blob_id for path, file in files.items() if path not in committed}

    return all(
        others({path: snapshot.files[path] for path in snapshot.earlier[name]})
        == others(base.files)
        for name, base in upload.bases.items()
    )


def has_shard(files: Mapping[str, RepoFile], shard: UploadedShard) -> bool:
    """Return whether a shard is committed already."""
    return shard.path in files and is_file(files[shard.path], shard.oid, shard.sha256)


def _has(files: Mapping[str, RepoFile], path: str, content: bytes) -> bool:
    """Return whether a file with a content is committed already."""
    sha256 = hashlib.sha256(content).hexdigest()
    return path in files and is_file(files[path], git_oid(content), sha256)


def is_file(file: RepoFile, oid: str | None, sha256: str) -> bool:
    """Return whether a file has a content, given by git's id and its hash."""
    return file.blob_id == oid if file.lfs is None else file.lfs.sha256 == sha256
