"""What each upstream bug is: the claim, the root cause, and the releases known to have it.

The ranges were measured: the script of each bug was run on every release of `datasets` from 4.4.0
on, and on git main. They are expectations to compare a measurement with, never the verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from repro.catalog import headlines as figures
from repro.catalog.headlines import Evidence

MIB = 2**20
SCRIPTS = Path(__file__).parents[1] / "bugs"
GIT = "git"  # the name of git main among the releases
UPSTREAM = "https://github.com/huggingface/datasets"


@dataclass(frozen=True)
class Bug:
    """An upstream bug, its script, and where it is expected.

    Attributes:
        id: also the name of the script.
        title: what goes wrong, in one line.
        threads: the issues and pull requests about it, as URLs.
        claim: what the threads or the seed documents say; empty where nobody said anything.
        expected: what a user would expect instead, as a sentence.
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
    expected: str
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
        expected="Each embedded cell holds the bytes of its file, so that whoever loads the "
        "dataset from the Hub gets the images that were pushed.",
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
        expected="Embedding a shard reads the files of its own rows, once each, and no others; "
        "memory follows the size of the shard, not of the dataset.",
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
        expected="The files of a Nifti column count with their size, as those of an Image column "
        "do, so that there are as many shards as max_shard_size asks for.",
        cause="datasets/arrow_dataset.py:Dataset._estimate_nbytes adds the size of external files "
        "for Audio, Image and Video only.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.shard_count_ignores_nifti,
    ),
    Bug(
        id="max-shard-size-overshoot",
        title="push_to_hub does not obey max_shard_size",
        threads=(f"{UPSTREAM}/issues/5386",),
        claim="Shards of 2 GB and more with max_shard_size='500MB', because only the first 1000 "
        "rows are measured (pitfall 3).",
        expected="No shard is larger than max_shard_size, unless a single row is, and none is cut "
        "into much smaller ones than that.",
        cause="datasets/arrow_dataset.py:Dataset._estimate_nbytes extrapolates from the first 1000 "
        "rows, and Dataset.shard cuts by rows, not by bytes. Nifti files are not measured at all.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.max_shard_size_overshoot,
    ),
    Bug(
        id="additions-retain-bytes",
        title="in regular upload mode every shard stays in memory until the commit",
        threads=(f"{UPSTREAM}/issues/7893",),
        claim="The additions list of _push_parquet_shards_to_hub keeps the bytes of every shard "
        "(bug 1).",
        expected="Peak memory does not grow with the number of shards, whichever upload mode the "
        "Hub answers.",
        cause="huggingface_hub's preupload_lfs_files(free_memory=True) empties an operation after "
        "an LFS or Xet upload, not where the Hub answers `uploadMode: regular`; there the bytes "
        "stay, and create_commit encodes all of them at once.",
        affected=SpecifierSet(">=4.4.0.dev0,<4.6.1"),
        figure=figures.additions_retain_bytes,
        cap_bytes=700 * MIB,
    ),
    Bug(
        id="regular-shard-file-deleted",
        title="in regular upload mode each shard is deleted before it is committed",
        threads=(f"{UPSTREAM}/pull/8030",),
        claim="",
        expected="The push completes whichever upload mode the Hub answers: the temporary file of "
        "a shard stays until the shard is committed.",
        cause="datasets/arrow_dataset.py:_push_parquet_shards_to_hub_single unlinks its temporary "
        "file after preupload_lfs_files, which uploads nothing in regular mode: create_commit "
        "opens a file that is gone.",
        affected=SpecifierSet(">=4.6.1"),
        figure=figures.regular_shard_file_deleted,
    ),
    Bug(
        id="num-proc-loses-rows",
        title="push_to_hub loses rows where num_proc is larger than num_shards",
        threads=(f"{UPSTREAM}/pull/8044",),
        claim="An upload completes and the dataset is incomplete (pitfall 4).",
        expected="All rows are on the Hub, in their order, whatever num_proc and num_shards are.",
        cause="datasets/arrow_dataset.py:_push_parquet_shards_to_hub deals the rows to num_proc "
        "jobs and the shards to the first num_shards of them: the rows of the others go nowhere.",
        affected=SpecifierSet(">=4.4.0.dev0,<5.2.0"),
        figure=figures.num_proc_loses_rows,
    ),
    Bug(
        id="commit-conflict-not-retried",
        title="one conflict or one busy moment of the Hub ends push_to_hub",
        threads=(f"{UPSTREAM}/pull/7783",),
        claim="",
        expected="A commit that conflicts with another (409, 412), or meets a busy moment of the "
        "Hub (429, 503), is sent again after a pause, and the push completes.",
        cause="datasets/arrow_dataset.py retries 409 and 412 only if err.__context__ is a "
        "HfHubHTTPError; the context is the HTTP library's own error. 4.1.1 asked for that one, "
        "and recovers, with huggingface_hub 0.36. 429 and 503 are not meant to be retried.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.commit_conflict_not_retried,
    ),
    Bug(
        id="temp-files-left",
        title="push_to_hub leaves every shard behind in TMPDIR",
        threads=(f"{UPSTREAM}/pull/8030",),
        claim="",
        expected="A temporary file is removed as soon as its shard is uploaded: after the push "
        "TMPDIR is as it was before.",
        cause="datasets/arrow_dataset.py:_push_parquet_shards_to_hub_single wrote each shard to a "
        "NamedTemporaryFile(delete=False) that nothing unlinked.",
        affected=SpecifierSet(">=4.6.0,<4.6.1"),
        figure=figures.temp_files_left,
    ),
    Bug(
        id="absolute-path-leak",
        title="push_to_hub uploads absolute local paths of Nifti files",
        threads=(f"{UPSTREAM}/pull/7853",),
        claim="",
        expected="Only the name of a file is stored beside its bytes: nothing on the Hub tells the "
        "folders or the user of the machine that pushed.",
        cause="Where Nifti has no embed_storage, nothing reduces the path to its basename. "
        "embed_external_files=False and to_parquet write the path as it is on every release.",
        affected=SpecifierSet(">=4.4.0.dev0,<4.4.2.dev0"),
        figure=figures.absolute_path_leak,
    ),
    Bug(
        id="cells-over-2gib-fail",
        title="2 GiB of files in one batch end the push with a TypeError",
        threads=(f"{UPSTREAM}/issues/5717", f"{UPSTREAM}/pull/8141"),
        claim="Not in the seeds: found here. The threads have it with Image and save_to_disk.",
        expected="The push completes: files that do not fit into one Arrow array are embedded as "
        "large_binary, or in smaller batches.",
        cause="datasets/features/nifti.py:Nifti.embed_storage puts the files of a batch into one "
        "array of pa.binary(), which holds less than 2 GiB: pa.array answers with chunks, and "
        "StructArray.from_arrays takes none. Batches are cut by rows, or by the length of paths.",
        affected=SpecifierSet(">=4.4.2.dev0"),
        figure=figures.cells_over_2gib_fail,
    ),
    Bug(
        id="nifti2-embedded-unreadable",
        title="an embedded NIfTI-2 image cannot be decoded",
        threads=(f"{UPSTREAM}/pull/7815",),
        claim="",
        expected="An embedded image decodes to the same voxels as its file, NIfTI-1 and NIfTI-2 "
        "alike.",
        cause="datasets/features/nifti.py:Nifti.decode_example reads bytes as a nibabel "
        "Nifti1Image, whatever their header says; from a path nibabel.load finds the version out.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.nifti2_embedded_unreadable,
        needs_hub=False,
    ),
    Bug(
        id="pair-image-no-data",
        title="of an image in two files, .hdr and .img, only one is embedded",
        threads=(f"{UPSTREAM}/pull/7853",),
        claim="",
        expected="An image in two files decodes from what was embedded, or an error says that it "
        "cannot be embedded.",
        cause="datasets/features/nifti.py:Nifti.embed_storage reads the file that the path names. "
        "nibabel.load, which decodes paths, finds the other beside it; bytes have no neighbours.",
        affected=SpecifierSet(">=4.4.2.dev0"),
        figure=figures.pair_image_no_data,
        needs_hub=False,
    ),
    Bug(
        id="edited-image-uploads-original",
        title="an image edited in memory is stored as its unedited file, a new one as nothing",
        threads=(f"{UPSTREAM}/pull/7892",),
        claim="",
        expected="What is stored is the image as it is in memory, edits included, in whichever way "
        "it was given to the dataset.",
        cause="datasets/features/nifti.py:encode_nibabel_image prefers the name in the file_map of "
        "an image, None if it is new, to its bytes. Since PR #7892 features.py:"
        "_cast_to_python_objects takes the bytes first, but it looks at the first element of a "
        "list only: where that is a path, the images after it are not cast.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.edited_image_uploads_original,
        needs_hub=False,
    ),
    Bug(
        id="gz-cells-inflated-by-map",
        title="map and streams turn .nii.gz images into uncompressed ones without a name",
        threads=(f"{UPSTREAM}/pull/7892",),
        claim="",
        expected="A column that map or a stream did not change keeps the bytes and the names of "
        "its files, compressed as they were.",
        cause="datasets/features/nifti.py:encode_nibabel_image writes decoded images with "
        "to_bytes of nibabel, which does not compress, and without a path. iterable_dataset.py:"
        "FormattedExamplesIterable decodes all columns for map and filter, used or not.",
        affected=SpecifierSet(">=4.4.2.dev0"),
        figure=figures.gz_cells_inflated_by_map,
        needs_hub=False,
    ),
    Bug(
        id="cell-without-bytes-and-path-fails",
        title="a cell with neither bytes nor path ends the push",
        threads=(f"{UPSTREAM}/pull/8150",),
        claim="",
        expected="The push completes, and the cell is as empty on the Hub as it was before, as it "
        "was up to 4.8.4.",
        cause="Since PR #8150 embed_storage of every feature of files asks utils/file_utils.py:"
        "is_local_path for the path of each cell without bytes. For None, urlparse answers in "
        "bytes, and joining them with ':/' is the TypeError.",
        affected=SpecifierSet(">=4.8.5"),
        figure=figures.cell_without_bytes_and_path_fails,
    ),
    Bug(
        id="undecoded-lists-not-embedded",
        title="files in lists or dicts with decode=False are not embedded, their local paths leak",
        threads=(f"{UPSTREAM}/pull/3685",),
        claim="",
        expected="Files are embedded whether a column is decoded or not, in lists and dicts as in "
        "columns of their own.",
        cause="datasets/features/features.py:require_decoding forgets ignore_decode_attribute "
        "below a list or a dict, and arrow_dataset.py:_push_parquet_shards_to_hub embeds nothing "
        "if it finds no column to decode.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.undecoded_lists_not_embedded,
    ),
    Bug(
        id="half-a-dataset-visible",
        title="during a push of more than 50 shards, readers get a part of the rows",
        threads=(f"{UPSTREAM}/pull/6269", f"{UPSTREAM}/issues/5045"),
        claim="",
        expected="A push changes the branch at once: readers get the rows of before or all the new "
        "ones, and a push that dies leaves the branch as it was.",
        cause="datasets/arrow_dataset.py:push_to_hub (later _push_to_repo) commits 50 shards at a "
        "time, config.UPLOADS_MAX_NUMBER_PER_COMMIT, and the card and the deletions last.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.half_a_dataset_visible,
    ),
    Bug(
        id="num-proc-over-rows-fails",
        title="a split of fewer rows than num_proc, or of one large row, ends in an IndexError",
        threads=(f"{UPSTREAM}/issues/7443", f"{UPSTREAM}/pull/8190"),
        claim="push_to_hub with num_shards larger than the number of rows raises an IndexError.",
        expected="A split never gets more shards than it has rows unless they are asked for: "
        "num_proc and max_shard_size are limits, and a small split is pushed.",
        cause="datasets/arrow_dataset.py:_push_parquet_shards_to_hub makes num_shards of the size "
        "over max_shard_size, and at least num_proc; nothing holds it to the number of rows, and "
        "Dataset.shard selects beyond the last one.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.num_proc_over_rows_fails,
    ),
    Bug(
        id="large-list-nulls-fail",
        title="a null in a LargeList column of files ends the push",
        threads=(f"{UPSTREAM}/pull/8346",),
        claim="Casting a LargeList with nulls to another inner type fails; that embedding does so "
        "too was found here.",
        expected="A null in a LargeList column is pushed as a null, as in a List column.",
        cause="datasets/table.py:_combine_list_array_offsets_with_mask, of embed_array_storage, "
        "put 32-bit nulls among the 64-bit offsets of a large list.",
        affected=SpecifierSet(">=4.4.0.dev0,<5.0.1"),
        figure=figures.large_list_nulls_fail,
    ),
    Bug(
        id="bucket-folder-keeps-old-shards",
        title="a push to a folder of a bucket deletes shards of another dataset, not its own",
        threads=(f"{UPSTREAM}/pull/8064",),
        claim="",
        expected="A dataset that is pushed again to a folder of a bucket takes the place of its "
        "old shards, and no file outside that folder is touched.",
        cause="datasets/arrow_dataset.py:_push_to_bucket finds the old shards by paths relative to "
        "the folder, and gives these to batch_bucket_files, which takes them from the root.",
        affected=SpecifierSet(">=4.8.0"),
        figure=figures.bucket_folder_keeps_old_shards,
    ),
    Bug(
        id="colon-path-cut",
        title="a local path with `::` is cut there, and another file may be uploaded in its name",
        threads=(f"{UPSTREAM}/pull/5299",),
        claim="",
        expected="The file that is embedded is the one at the path, whatever its name.",
        cause="datasets/utils/file_utils.py:xopen, which embed_storage opens files with, takes any "
        "path with `::` for a chain of URLs. Since PR #5299 it opens what is before the first one.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.colon_path_cut,
    ),
    Bug(
        id="card-keeps-old-features",
        title="a split that is pushed again with other columns cannot be loaded",
        threads=(f"{UPSTREAM}/issues/8608", f"{UPSTREAM}/pull/8609"),
        claim="Not in the seeds: found here by random examples. The thread has the columns; names "
        "of labels are lost without an error.",
        expected="A split that is pushed again loads with the columns and labels of its new rows.",
        cause="datasets/arrow_dataset.py:_get_updated_dataset_card updates splits and sizes of the "
        "dataset_info that is there, and keeps its features. They are compared only where there "
        "are other splits. Until PR #8064 a single split got new ones.",
        affected=SpecifierSet(">=4.8.0"),
        figure=figures.card_keeps_old_features,
    ),
    Bug(
        id="stream-with-empty-shard-fails",
        title="a stream with nothing left in one of its shards cannot be pushed",
        threads=(f"{UPSTREAM}/pull/7595",),
        claim="",
        expected="The rows that a filter leaves are pushed, even if it leaves none of some shard.",
        cause="datasets/iterable_dataset.py:IterableDataset.to_parquet, with which push_to_hub "
        "writes each shard, concatenates its batches with pa.concat_tables, which takes no less "
        "than one.",
        affected=SpecifierSet(">=4.4.0.dev0"),
        figure=figures.stream_with_empty_shard_fails,
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
