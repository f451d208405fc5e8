"""`push_to_hub`: the call of upstream, and on the Hub what upstream means to leave there."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import replace
from typing import Literal, get_args

from datasets import Dataset, DatasetDict, config
from huggingface_hub import CommitInfo
from huggingface_hub.errors import RepositoryNotFoundError

from workaround.errors import ArgumentError, RefusedError
from workaround.hub.card import Target
from workaround.hub.retry import persist, status_of
from workaround.planning.hub_limits import limit_problems, require_write
from workaround.planning.plan import Plan, SplitPlan
from workaround.preflight.check import require_sound
from workaround.preflight.source import Source, processes, usable_token
from workaround.prepare import Prepared, prepare
from workaround.upload.commit import Message, Push, commit, foresee
from workaround.upload.journal import Journal, open_journal
from workaround.upload.pipeline import upload
from workaround.upload.progress import show_progress
from workaround.upload.shard import Destination, Job
from workaround.upload.workers import processes_of
from workaround.verification.verify import verify_shards

Verify = Literal["footers", "full", "none"]

log = logging.getLogger("workaround")


def push_to_hub(
    dataset: Dataset | DatasetDict,
    repo_id: str,
    config_name: str = "default",
    *,
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
    num_proc: int | None = None,
    embed_external_files: bool = True,
    resume: bool = True,
    verify: Verify = "footers",
    strict: bool = True,
    executor: Executor | None = None,
) -> CommitInfo:
    """Upload a dataset with its files, as Parquet that `load_dataset` loads.

    The arguments of `Dataset.push_to_hub` and `DatasetDict.push_to_hub` mean what they mean there,
    in every release of `datasets`. What differs is how: every file is read once, a few megabytes of
    it are in memory at a time, `max_shard_size` holds, a killed upload goes on where it was when
    the same call is made again, and readers see all of it or nothing.

    Args:
        dataset: A `Dataset`, or a `DatasetDict` for all splits of a config at once.
        repo_id: ``user/name`` or ``organization/name``; made if it is not there.
        config_name: Config to upload to.
        set_default: Make it the config that is loaded by default.
        split: Name of the split; the dataset's own, or "train".
        data_dir: Folder of the shards in the repository; the name of the config, or "data".
        commit_message: First line of the commit's message.
        commit_description: The rest, also the text of a pull request.
        private: Make a new repository private.
        token: To write with; the one that is logged in by default.
        revision: Branch to upload to, made if it is not there; ``main`` by default.
        create_pr: Open a pull request instead.
        max_shard_size: Most bytes of a shard, or a number with a unit; "500MB" by default.
        num_shards: Number of shards instead; for a `DatasetDict`, of each split.
        num_proc: Processes that write and upload; one by default.
        embed_external_files: Put the contents of files into the shards. Without, only their names.
        resume: Go on where an interrupted call was.
        verify: What to compare on the Hub afterwards: "footers" for hash, size and rows of each
            shard, and the number of its cells and their bytes; "full" for every cell with its
            file; "none".
        strict: Refuse what could be tolerated too; otherwise it is logged as a warning.
        executor: Any `concurrent.futures.Executor`, to write and upload shards in its workers.

    Returns:
        The commit.

    Raises:
        ArgumentError: Invalid or conflicting arguments.
        CheckError: The data is not fit to be uploaded; names row, column and file of each problem.
        TargetBusyError: Another process uploads to the same place.
        CardConflictError: The card on the Hub does not go with this upload.
        SourceChangedError: A file changes while it is uploaded.
        RefusedError: The Hub refuses: no right to write, quota and the like.
        UnreachableError: The Hub does not answer, for minutes.
        DiskFullError: A shard does not fit into the folder for temporary files.
        JournalError: The journal cannot be read or written.
        WorkersLostError: The processes or the executor are gone.
        VerifyError: What is on the Hub is not what was uploaded.
    """
    prepared = prepare(
        dataset,
        repo_id,
        config_name,
        set_default=set_default,
        split=split,
        data_dir=data_dir,
        token=token,
        max_shard_size=max_shard_size,
        num_shards=num_shards,
        num_proc=num_proc,
        embed_external_files=embed_external_files,
        strict=strict,
    )
    return push_prepared(
        prepared,
        repo_id,
        commit_message=commit_message,
        commit_description=commit_description,
        private=private,
        token=token,
        revision=revision,
        create_pr=create_pr,
        num_proc=num_proc,
        resume=resume,
        verify=verify,
        executor=executor,
    )


def push_prepared(
    prepared: Prepared,
    repo_id: str,
    *,
    commit_message: str | None = None,
    commit_description: str | None = None,
    private: bool | None = None,
    token: str | None = None,
    revision: str | None = None,
    create_pr: bool = False,
    num_proc: int | None = None,
    resume: bool = True,
    verify: Verify = "footers",
    executor: Executor | None = None,
) -> CommitInfo:
    """Upload what was checked and planned; arguments and errors are those of `push_to_hub`."""
    source, plan, target = prepared.source, prepared.plan, prepared.target
    title = "Upload dataset" if commit_message is None else commit_message
    if not title:
        raise ArgumentError("commit_message cannot be empty")
    if verify not in get_args(Verify):
        raise ArgumentError(f"verify is one of {get_args(Verify)}, not {verify!r}")
    workers = processes(num_proc)
    to = _destination(repo_id, private, usable_token(token), revision, create_pr)
    if not create_pr:
        require_write(to.api(), to.repo_id)
    stay = persist(f"Reading {to.repo_id}", lambda: foresee(to, target, plan, source.features))
    told = limit_problems(plan)
    new = [problem for problem in limit_problems(plan, stay) if problem not in told]
    require_sound(new, strict=prepared.strict)
    with ExitStack() as stack:
        journal = stack.enter_context(open_journal(f"{to} {target} create_pr={create_pr}"))
        if not resume:
            journal.clear()
        if executor is None and workers > 1:
            executor = stack.enter_context(processes_of(workers))
        message = Message(title, commit_description)
        push = _upload(source, plan, target, to, message, journal, executor)
        try:
            info = commit(push, journal)
        except RefusedError as error:
            if status_of(error) != 400 or "LFS pointer" not in str(error):
                raise
            log.warning("The Hub has lost shards of an earlier, interrupted call: sending all anew")
            journal.clear()
            push = _upload(source, plan, target, to, message, journal, executor)
            info = commit(push, journal)
        journal.clear()
    if verify != "none":
        verify_shards(
            to,
            info.oid,
            source.splits,
            {each.name: each.shards for each in plan.splits},
            push.uploaded,
            source.files,
            embed=source.embed,
            level=verify,
        )
    return info


def _upload(
    source: Source,
    plan: Plan,
    target: Target,
    to: Destination,
    message: Message,
    journal: Journal,
    executor: Executor | None,
) -> Push:
    """Upload all shards that the journal has not."""
    shards = [shard for split in plan.splits for shard in split.shards]
    with show_progress(sum(shard.nbytes for shard in shards), len(shards)) as progress:
        uploaded = {
            split.name: upload(_jobs(source, split), journal, to, executor, progress)
            for split in plan.splits
        }
    return Push(plan, source.features, uploaded, target, to, message)


def _destination(
    repo_id: str, private: bool | None, token: str | None, revision: str | None, create_pr: bool
) -> Destination:
    """Make the repository and the branch where they are not there."""
    to = Destination(config.HF_ENDPOINT, repo_id, revision, bool(create_pr), token)
    api = to.api()

    def prepare() -> str:
        try:
            found = api.repo_info(repo_id, repo_type="dataset").id
        except RepositoryNotFoundError:
            url = api.create_repo(repo_id, repo_type="dataset", private=private, exist_ok=True)
            found = url.repo_id
        if revision is not None and not revision.startswith("refs/pr/"):
            api.create_branch(found, branch=revision, repo_type="dataset", exist_ok=True)
        return str(found)

    return replace(to, repo_id=persist(f"Preparing {repo_id}", prepare))


def _jobs(source: Source, split: SplitPlan) -> Iterator[Job]:
    rows = source.splits[split.name]
    for shard in split.shards:
        # select() of an empty range behind the last row is an IndexError in 5.2.0.
        part = rows.select(range(shard.start, shard.stop) if shard.stop > shard.start else [])
        yield Job(shard, part, source.files, fill=split.files > 0, embed=source.embed)
