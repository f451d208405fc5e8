"""`push_to_hub`: the call of upstream, with the result on the Hub that upstream intends."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from datasets import Dataset, DatasetDict, config
from huggingface_hub import CommitInfo

from workaround.append import append_to
from workaround.bids.description import bids_card
from workaround.errors import RefusedError
from workaround.hub.repository import CommitMessage, Repository
from workaround.hub.retry import status_of
from workaround.hub.upload_modes import UploadModes
from workaround.planning.hub_limits import limit_problems
from workaround.preflight.check import require_sound
from workaround.preflight.options import PushOptions, Verify
from workaround.prepare import PreparedPush, prepare
from workaround.upload.commit import BaseChangedError, Upload, check_commit, commit
from workaround.upload.journal import Journal, open_journal
from workaround.upload.pipeline import upload_shards
from workaround.upload.progress import show_progress
from workaround.upload.temporary import temporary_folder
from workaround.upload.workers import require_main_guard, worker_processes
from workaround.verification.verify import verify_upload

SPLIT_POSITION = 4
"""Position of ``split`` among the arguments of a `Dataset`."""

log = logging.getLogger("workaround")
P = ParamSpec("P")


def _in_upstream_order(push: Callable[P, CommitInfo]) -> Callable[P, CommitInfo]:
    """Take positional arguments as the method of upstream of the same kind of dataset does.

    `Dataset.push_to_hub` takes ``split`` after ``set_default``; `DatasetDict.push_to_hub` has none.
    """

    @wraps(push)
    def call(*args: P.args, **kwargs: P.kwargs) -> CommitInfo:
        if len(args) > SPLIT_POSITION and isinstance(args[0], DatasetDict):
            arguments: Any = (*args[:SPLIT_POSITION], None, *args[SPLIT_POSITION:])
            return push(*arguments, **kwargs)
        return push(*args, **kwargs)

    return call


@_in_upstream_order
def push_to_hub(
    dataset: Dataset | DatasetDict,
    repo_id: str,
    config_name: str = "default",
    set_default: bool | None = None,
    split: str | None = None,
    data_dir: str | None = None,
    commit_message: str | None = None,
    commit_description: str | None = None,
    private: bool | None = None,
    token: str | None = None,
    revision: str | None = None,
    create_pr: bool = False,
    max_shard_size: int | str | None = None,
    num_shards: int | Mapping[str, int | None] | None = None,
    embed_external_files: bool = True,
    num_proc: int | None = None,
    *,
    resume: bool = True,
    verify: Verify = "footers",
    strict: bool = True,
    executor: Executor | None = None,
    append: bool = False,
    key: str | Sequence[str] | None = None,
    update: bool = False,
    card: str | os.PathLike[str] | None = None,
    require_deidentified: bool = False,
) -> CommitInfo:
    """Upload a dataset with its files, as Parquet that `load_dataset` loads.

    The arguments of `Dataset.push_to_hub` and `DatasetDict.push_to_hub` mean what they mean there,
    in every release of `datasets`. What differs is how: every file is read once, a few megabytes of
    it are in memory at a time, `max_shard_size` holds, the same call resumes a killed upload, and
    readers see all of it or nothing.

    Args:
        dataset: A `Dataset`, or a `DatasetDict` for all splits of a config at once.
        repo_id: ``user/name`` or ``organization/name``; created if it does not exist.
        config_name: Config to upload to.
        set_default: Make it the config that is loaded by default.
        split: Name of the split; the dataset's own, or "train".
        data_dir: Folder of the shards in the repository; the name of the config, or "data".
        commit_message: First line of the commit's message.
        commit_description: The rest, also the text of a pull request.
        private: Make a new repository private.
        token: To write with; the one that is logged in by default.
        revision: Branch to upload to, created if it does not exist; ``main`` by default.
        create_pr: Open a pull request instead.
        max_shard_size: Upper bound of a shard, in bytes or with a unit; "500MB" by default.
        num_shards: Number of shards instead; for a `DatasetDict`, of each split.
        num_proc: Processes that write and upload; one by default.
        embed_external_files: Put the contents of files into the shards. Without, only their names.
        resume: Send only the shards that an interrupted call did not.
        verify: What to compare on the Hub afterwards: "footers" for hash, size and rows of each
            shard, and the number of its cells and their bytes; "full" for every cell with its
            file; "none".
        strict: Refuse omissions too, data that would not come along; otherwise they are logged as
            warnings, as remarks always are.
        executor: Any `concurrent.futures.Executor`, to write and upload shards in its workers.
        append: Add the rows to those of the split, in shards of their own: the shards that are on
            the Hub remain as they are. They take the columns and features of the split; those
            that cannot without a loss are refused.
        key: Columns that identify a row; by default ``bids_path``, or ``subject_id`` and
            ``session_id``, as far as they exist. Rows whose key is on the Hub are refused.
        update: Let such rows replace those on the Hub, in their place. Only the shards that hold
            them are written and sent again.
        card: BIDS folder whose name, license, README, authors and columns the card says, as far as
            it says nothing of its own.
        require_deidentified: Refuse what may say who someone is, in headers and names of columns,
            instead of logging remarks. Without any, data may identify someone nevertheless.

    Returns:
        The commit.

    Raises:
        ArgumentError: Invalid or conflicting arguments.
        CheckError: The data cannot be uploaded; names row, column and file of each problem.
        TargetBusyError: Another process uploads to the same place.
        CardConflictError: The card on the Hub contradicts this upload.
        SourceChangedError: A file changes while it is uploaded.
        RefusedError: The Hub refuses: no right to write, quota and the like.
        UnreachableError: The Hub does not answer within the limits of retrying.
        DiskFullError: A shard does not fit into the folder for temporary files.
        JournalError: The journal cannot be read or written.
        WorkersLostError: The worker processes or the executor are gone.
        VerifyError: The Hub does not hold what was uploaded.
    """
    options = PushOptions(
        repo_id=repo_id,
        config_name=config_name,
        set_default=set_default,
        split=split,
        data_dir=data_dir,
        commit_message=commit_message,
        commit_description=commit_description,
        private=private,
        token=token,
        revision=revision,
        create_pr=create_pr,
        max_shard_size=max_shard_size,
        num_shards=num_shards,
        num_proc=num_proc,
        embed_external_files=embed_external_files,
        resume=resume,
        verify=verify,
        strict=strict,
        executor=executor,
        append=append,
        key=key,
        update=update,
        card=None if card is None else bids_card(card),
        require_deidentified=require_deidentified,
    )
    if options.workers > 1 and options.executor is None:
        require_main_guard()
    return push_prepared(prepare(dataset, options)).commit


@dataclass(frozen=True)
class PushResult:
    """A push that is done.

    Attributes:
        commit: The commit.
        shards: Number of shards that it brought.
        resumed: Number of those that an interrupted call had uploaded already.
    """

    commit: CommitInfo
    shards: int
    resumed: int


def push_prepared(prepared: PreparedPush) -> PushResult:
    """Upload a prepared push; the errors are those of `push_to_hub`."""
    options = prepared.options
    repository = Repository(
        config.HF_ENDPOINT,
        options.repo_id,
        options.revision,
        bool(options.create_pr),
        options.usable_token,
    ).ensure(private=options.private)
    if not options.create_pr:
        repository.require_write()
    if not options.append:
        _check_repository(prepared, repository)
    with ExitStack() as stack:
        place = f"{repository}, {prepared.target}{repository.create_pr * ', pull request'}"
        journal = stack.enter_context(open_journal(place))
        if not options.resume:
            journal.clear()
        executor = options.executor
        if executor is None and options.workers > 1:
            executor = stack.enter_context(worker_processes(options.workers))
        if options.append:
            folder = stack.enter_context(temporary_folder())
            prepared, upload, info = _append(prepared, repository, journal, executor, folder)
        else:
            upload, info = _commit(prepared, repository, journal, executor)
        journal.clear()
        log.info("Committed %s to %s", info.oid, repository)
        if options.verify != "none":
            verify_upload(upload, info.oid, prepared.source, prepared.checked, options.verify)
            log.info("Verified %s", info.oid)
    return PushResult(info, len(upload.shards()), upload.resumed)


def _append(
    prepared: PreparedPush,
    repository: Repository,
    journal: Journal,
    executor: Executor | None,
    folder: Path,
) -> tuple[PreparedPush, Upload, CommitInfo]:
    """Upload and commit behind the shards on the Hub, again if another writer comes first."""
    while True:
        appended = append_to(prepared, repository, journal, folder)
        _check_repository(appended, repository)
        try:
            upload, info = _commit(appended, repository, journal, executor)
        except BaseChangedError:
            log.warning("Another writer has changed %s: reading it again", repository)
        else:
            return appended, upload, info


def _commit(
    prepared: PreparedPush, repository: Repository, journal: Journal, executor: Executor | None
) -> tuple[Upload, CommitInfo]:
    """Upload and commit, again if the Hub has lost shards of an interrupted call."""
    upload = _upload(prepared, repository, journal, executor)
    try:
        return upload, commit(upload, journal)
    except RefusedError as error:
        if status_of(error) != 400 or "LFS pointer" not in str(error):
            raise
    log.warning("The Hub has lost shards of an interrupted call: sending all of them again")
    journal.clear()
    upload = _upload(prepared, repository, journal, executor)
    return upload, commit(upload, journal)


def _check_repository(prepared: PreparedPush, repository: Repository) -> None:
    """Refuse before the upload what the commit would refuse because of existing files."""
    source, plan = prepared.source, prepared.plan
    remaining_files = check_commit(
        repository, prepared.target, plan, source.features, prepared.bases
    )
    plan_problems = limit_problems(plan)
    new_problems = [
        problem for problem in limit_problems(plan, remaining_files) if problem not in plan_problems
    ]
    require_sound(new_problems, strict=prepared.options.strict)


def _upload(
    prepared: PreparedPush, repository: Repository, journal: Journal, executor: Executor | None
) -> Upload:
    """Upload all shards that the journal does not have."""
    plan, options = prepared.plan, prepared.options
    planned = {shard.path: shard.nbytes for split in plan.splits for shard in split.shards}
    modes = UploadModes(repository, {path: max(1, nbytes) for path, nbytes in planned.items()})
    with show_progress(planned) as progress:
        uploaded = {
            split.name: upload_shards(
                prepared.jobs(split), journal, repository, modes, executor, progress
            )
            for split in plan.splits
        }
    title = "Upload dataset" if options.commit_message is None else options.commit_message
    message = CommitMessage(title, options.commit_description)
    features, target = prepared.source.features, prepared.target
    return Upload(
        plan, features, uploaded, target, repository, message, prepared.bases, progress.resumed
    )
