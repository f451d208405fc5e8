"""What each upstream bug is: the claim, the root cause, and the releases known to have it.

The ranges were measured: the script of each bug was run on every release of `datasets` from 4.4.0
on, and on git main. They are expectations to compare a measurement with, never the verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from repro import figures
from repro.figures import Evidence

MIB = 2**20
SCRIPTS = Path(__file__).parent / "bugs"
UPSTREAM = "https://github.com/huggingface/datasets"


@dataclass(frozen=True)
class Bug:
    """An upstream bug, its script, and where it is expected.

    Attributes:
        id: also the name of the script.
        title: what goes wrong, in one line.
        threads: the issues and pull requests about it, as URLs.
        claim: what the threads or the seed documents say.
        cause: why it really happens, with the upstream file and function.
        affected: the releases that were measured to have it.
        figure: the decisive figure of its evidence, in a few words.
        needs_hub: the script pushes to the Hub at HF_ENDPOINT.
        cap_bytes: memory in which `--large` is killed where the bug is, and survives where not;
            None if it is not a memory bug.
        timeout: seconds after which a run of the script is hopeless.
    """

    id: str
    title: str
    threads: tuple[str, ...]
    claim: str
    cause: str
    affected: SpecifierSet
    figure: Callable[[Evidence], str]
    needs_hub: bool = True
    cap_bytes: int | None = None
    timeout: float = 120.0

    @property
    def script(self) -> Path:
        """The stand-alone script that shows the bug."""
        return SCRIPTS / f"{self.id}.py"

    def expected_on(self, version: Version) -> bool:
        """Whether that version of datasets, development versions included, should have it."""
        return self.affected.contains(version, prereleases=True)


BUGS = (
    Bug(
        id="embed-zero-bytes",
        title="embedding leaves Nifti columns empty",
        threads=(f"{UPSTREAM}/issues/7852", f"{UPSTREAM}/pull/7853"),
        claim="The upload succeeds, but the NIfTI files are 0 bytes on the Hub (pitfall 1).",
        cause="Nifti had no embed_storage, so datasets/table.py:embed_array_storage passed the "
        "column through: the Parquet files hold `bytes: null` and the local path.",
        affected=SpecifierSet(">=4.4.0.dev0,<4.4.2.dev0"),
        figure=figures.embed_zero_bytes,
        needs_hub=False,
    ),
    Bug(
        id="sliced-list-embed",
        title="embedding one row of a list column reads every file of the dataset",
        threads=(f"{UPSTREAM}/issues/7894",),
        claim="embed_table_storage is killed (137) on a shard of a Sequence(Nifti()) column, "
        "because of internal references in the Arrow table (bug 2).",
        cause="datasets/table.py:embed_array_storage recursed into ListArray.values, which ignores "
        "the slice: it is the child array of the whole column. Every file is read for every shard.",
        affected=SpecifierSet(">=4.4.2.dev0,<5.2.0"),
        figure=figures.sliced_list_embed,
        cap_bytes=700 * MIB,
    ),
    Bug(
        id="shard-count-ignores-nifti",
        title="a Nifti file counts as the length of its path: one shard for everything",
        threads=(f"{UPSTREAM}/issues/5386",),
        claim="push_to_hub dies at 0 % unless num_shards is given (pitfall 2).",
        cause="datasets/arrow_dataset.py:Dataset._estimate_nbytes adds the size of external files "
        "for Audio, Image and Video only.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.shard_count_ignores_nifti,
    ),
    Bug(
        id="max-shard-size-overshoot",
        title="max_shard_size is not obeyed",
        threads=(f"{UPSTREAM}/issues/5386",),
        claim="Shards of 2 GB and more with max_shard_size='500MB', because only the first 1000 "
        "rows are measured (pitfall 3).",
        cause="datasets/arrow_dataset.py:Dataset._estimate_nbytes extrapolates from the first 1000 "
        "rows, and Dataset.shard cuts by rows, not by bytes. Nifti files are not measured at all.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.max_shard_size_overshoot,
    ),
    Bug(
        id="additions-retain-bytes",
        title="in regular mode every shard stays in memory until the commit",
        threads=(f"{UPSTREAM}/issues/7893",),
        claim="The additions list of _push_parquet_shards_to_hub keeps the bytes of every shard "
        "(bug 1).",
        cause="huggingface_hub's preupload_lfs_files(free_memory=True) empties an operation after "
        "an LFS or Xet upload, not where the Hub answers `uploadMode: regular`; there the bytes "
        "stay, and create_commit encodes all of them at once.",
        affected=SpecifierSet(">=4.4.0.dev0,<4.6.1"),
        figure=figures.additions_retain_bytes,
        cap_bytes=700 * MIB,
    ),
    Bug(
        id="regular-shard-file-deleted",
        title="in regular mode each shard is deleted before it is committed",
        threads=(f"{UPSTREAM}/pull/8030",),
        claim="Not in the seeds: found here.",
        cause="datasets/arrow_dataset.py:_push_parquet_shards_to_hub_single unlinks its temporary "
        "file after preupload_lfs_files, which uploads nothing in regular mode: create_commit "
        "opens a file that is gone.",
        affected=SpecifierSet(">=4.6.1"),
        figure=figures.regular_shard_file_deleted,
    ),
    Bug(
        id="num-proc-loses-rows",
        title="rows are lost where num_proc is larger than num_shards",
        threads=(f"{UPSTREAM}/pull/8044",),
        claim="An upload completes and the dataset is incomplete (pitfall 4).",
        cause="datasets/arrow_dataset.py:_push_parquet_shards_to_hub deals the rows to num_proc "
        "jobs and the shards to the first num_shards of them: the rows of the others go nowhere.",
        affected=SpecifierSet(">=4.4.0.dev0,<5.2.0"),
        figure=figures.num_proc_loses_rows,
    ),
    Bug(
        id="commit-conflict-not-retried",
        title="one conflict or one busy moment of the Hub ends the push",
        threads=(f"{UPSTREAM}/pull/7783",),
        claim="Not in the seeds: found here.",
        cause="datasets/arrow_dataset.py retries 409 and 412 only if err.__context__ is a "
        "HfHubHTTPError; the context is the HTTP library's own error. 4.1.1 asked for that one, "
        "and recovers, with huggingface_hub 0.36. 429 and 503 are not meant to be retried.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.commit_conflict_not_retried,
    ),
    Bug(
        id="temp-files-left",
        title="every shard is left behind in TMPDIR",
        threads=(f"{UPSTREAM}/pull/8030",),
        claim="Not in the seeds: found here.",
        cause="datasets/arrow_dataset.py:_push_parquet_shards_to_hub_single wrote each shard to a "
        "NamedTemporaryFile(delete=False) that nothing unlinked.",
        affected=SpecifierSet(">=4.6.0,<4.6.1"),
        figure=figures.temp_files_left,
    ),
    Bug(
        id="absolute-path-leak",
        title="absolute local paths are uploaded",
        threads=(f"{UPSTREAM}/pull/7853",),
        claim="Not in the seeds: found here.",
        cause="Where Nifti has no embed_storage, nothing reduces the path to its basename. "
        "embed_external_files=False and to_parquet write the path as it is on every release.",
        affected=SpecifierSet(">=4.4.0.dev0,<4.4.2.dev0"),
        figure=figures.absolute_path_leak,
    ),
)


def find(bug_id: str) -> Bug:
    """The bug of that id.

    Raises:
        KeyError: there is none; the message lists those that there are.
    """
    for bug in BUGS:
        if bug.id == bug_id:
            return bug
    raise KeyError(f"no bug {bug_id!r}; there are: {', '.join(bug.id for bug in BUGS)}")
