"""The two documents this project began with: their claims, and what became of each.

The documents are a user's account of December 2025, of an upload of 273 GB of NIfTI.
"""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a claim."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    REFINED = "refined"


@dataclass(frozen=True)
class Claim:
    """A claim of the documents.

    Attributes:
        place: Where it stands.
        text: The claim, shortened.
        outcome: What measuring made of it.
        finding: What is true.
        releases: The releases of datasets that the finding is about.
        shown_by: The bug ids and tests that show it.
    """

    place: str
    text: str
    outcome: Outcome
    finding: str
    releases: str
    shown_by: tuple[str, ...]


_SEED_FIXES = "tests/repro/measured/test_seed_fixes.py"
_SEED_CLAIMS = "tests/repro/measured/test_seed_claims.py"

CLAIMS = (
    Claim(
        "Pitfall 1",
        "The upload succeeds, and every NIfTI file is 0 bytes on the Hub.",
        Outcome.CONFIRMED,
        "The cells hold `bytes: null` and the local path. Nothing raises.",
        "4.4.0, 4.4.1",
        ("embed-zero-bytes", "absolute-path-leak"),
    ),
    Claim(
        "Pitfall 1, root cause",
        "`Nifti.embed_storage` does not work correctly.",
        Outcome.REFINED,
        "There was none: `embed_array_storage` passed the column through.",
        "4.4.0, 4.4.1",
        ("embed-zero-bytes",),
    ),
    Claim(
        "Pitfall 1, fix; checklist",
        "You must install `datasets` from git main, not from PyPI.",
        Outcome.REFINED,
        "True on its day: the account is of 2025-12-02, and 4.4.2, the first release that "
        "embeds, of 2025-12-19. It and every release since are on PyPI.",
        "4.4.2 and later",
        ("embed-zero-bytes",),
    ),
    Claim(
        "Pitfall 1, fix",
        '`dependencies = ["datasets>=3.4.0"]`',
        Outcome.REFUTED,
        "The `Nifti` feature arrived in 4.4.0.",
        "before 4.4.0",
        ("embed-zero-bytes",),
    ),
    Claim(
        "Pitfall 1, verification",
        "A version like 4.4.2.dev0 is the safe one.",
        Outcome.REFINED,
        "It embeds, but 4.4.2 is also where `sliced-list-embed` begins for `Nifti`. A version "
        "number proves nothing: run `pytest -m repro`.",
        "4.4.2 to 5.1.0",
        ("sliced-list-embed",),
    ),
    Claim(
        "Pitfall 2",
        "Without `num_shards` the push dies at 0 %: shards are counted by the length of the paths.",
        Outcome.CONFIRMED,
        "Also in 5.2.0. `_estimate_nbytes` adds the size of external files for `Audio`, `Image` "
        "and `Video` only. What dies is memory: the one shard is held whole, several times over.",
        "all from 4.4.0",
        ("shard-count-ignores-nifti",),
    ),
    Claim(
        "Pitfall 2, symptom; bug 2",
        "`resource_tracker: leaked semaphore` is a symptom, not the cause.",
        Outcome.CONFIRMED,
        "Python's resource tracker says it of any process that SIGKILL ends while it holds a "
        "semaphore, such as a lock of multiprocessing.",
        "any",
        (f"{_SEED_CLAIMS}::test_leaked_semaphore_warning_follows_any_sigkill",),
    ),
    Claim(
        "Pitfall 2, fix; checklist",
        "`num_shards=len(file_table)` makes it safe: RAM falls to that of the largest session.",
        Outcome.REFINED,
        "True of flat columns. With list columns every shard reads the whole dataset, so more "
        "shards make it worse. It is needed at any size, not above 10 GB only.",
        "4.4.2 to 5.1.0 for lists",
        ("shard-count-ignores-nifti", "sliced-list-embed"),
    ),
    Claim(
        "Pitfall 3",
        "`max_shard_size` does not work.",
        Outcome.CONFIRMED,
        "For `Nifti` it has no effect at all; for `Image` it is off in both directions.",
        "all from 4.4.0",
        ("max-shard-size-overshoot",),
    ),
    Claim(
        "Pitfall 3, root cause",
        "The size is estimated from the first 1000 rows.",
        Outcome.REFINED,
        "True of `Image`, `Audio` and `Video`. `Nifti` files are not measured, not even the first.",
        "all from 4.4.0",
        ("max-shard-size-overshoot", "shard-count-ignores-nifti"),
    ),
    Claim(
        "Pitfall 4; why it is hard, 5",
        "An upload completes, without an exception, and the dataset is broken or incomplete.",
        Outcome.CONFIRMED,
        "In more ways than two. The cells are empty, or rows are lost to `num_proc`; and in 5.2.0 "
        "still: lists without decoding stay paths, a file of the same name or a cut path is "
        "uploaded instead, the edits of an image are lost, files of others are deleted, rows "
        "change their order, `num_shards=0` deletes a split.",
        "all from 4.4.0",
        (
            "embed-zero-bytes",
            "num-proc-loses-rows",
            "undecoded-lists-not-embedded",
            "cwd-file-replaces-cell",
            "colon-path-cut",
            "edited-image-uploads-original",
            "dict-push-deletes-foreign-files",
            "stream-reorders-rows",
            "num-shards-zero-empties-split",
        ),
    ),
    Claim(
        "Pitfall 4, prevention; checklist",
        "Look at a sample before the upload: `ds[0]` shows actual data.",
        Outcome.REFUTED,
        "It does so on 4.4.0 as well, where the upload is empty: locally the path is read.",
        "4.4.0, 4.4.1",
        ("embed-zero-bytes",),
    ),
    Claim(
        "Pitfall 4, prevention",
        "Always validate before upload: count rows and cells, and decode a sample.",
        Outcome.REFINED,
        "It finds gaps in the table. What the push makes of it shows only afterwards, in the rows "
        "and bytes on the Hub.",
        "all from 4.4.0",
        ("embed-zero-bytes", "num-proc-loses-rows", "undecoded-lists-not-embedded"),
    ),
    Claim(
        "Complete working example",
        "`Dataset.from_pandas(...)`, `cast(features)` and `push_to_hub` with `num_shards`.",
        Outcome.REFINED,
        "It runs with pandas 2. With pandas 3, which makes paths `large_string`, the cast to "
        "`Nifti` raises ArrowNotImplementedError.",
        "4.4.2 and later",
        ("pandas3-cast-to-nifti-fails",),
    ),
    Claim(
        "Checklist",
        "`embed_external_files=True` is the default; be explicit.",
        Outcome.CONFIRMED,
        "It is, on every release. With False the local paths are uploaded and no data.",
        "all from 4.4.0",
        ("absolute-path-leak", f"{_SEED_CLAIMS}::test_embedding_is_the_default"),
    ),
    Claim(
        "Checklist",
        "File paths must be absolute.",
        Outcome.REFINED,
        "Relative paths embed the same bytes, as long as the working directory stays. But a cell "
        "with bytes gets those of a file in that directory, if one has its name.",
        "4.4.2 and later",
        (
            f"{_SEED_CLAIMS}::test_relative_path_embeds_the_same_bytes",
            "cwd-file-replaces-cell",
        ),
    ),
    Claim(
        "Checklist",
        "Run in tmux or screen, with a log file.",
        Outcome.REFINED,
        "Good advice, since one conflict or one 503 ends a push of hours. But the log says nothing "
        "of a kill by the kernel.",
        "all from 4.4.0",
        ("commit-conflict-not-retried", "sliced-list-embed"),
    ),
    Claim(
        "Why it is hard, 1",
        "No error message: the kill does not explain itself.",
        Outcome.CONFIRMED,
        "Exit status 137 by the kernel's OOM killer, and no traceback.",
        "4.4.2 to 5.1.0",
        (f"{_SEED_CLAIMS}::test_kill_leaves_no_traceback", "sliced-list-embed"),
    ),
    Claim(
        "Why it is hard, 2",
        "Misleading defaults: the shard count comes from a wrong size.",
        Outcome.CONFIRMED,
        "See pitfall 2.",
        "all from 4.4.0",
        ("shard-count-ignores-nifti",),
    ),
    Claim(
        "Why it is hard, 3",
        "The stable release is broken; use a development version.",
        Outcome.REFINED,
        "It was, in two releases of November 2025. The development version of then had bug 2.",
        "4.4.0, 4.4.1",
        ("embed-zero-bytes", "sliced-list-embed"),
    ),
    Claim(
        "Why it is hard, 4",
        "The official documentation does not say so.",
        Outcome.CONFIRMED,
        "The docstring of `push_to_hub` speaks of Image, Audio and Video, and never of Nifti.",
        "all from 4.4.0",
        (f"{_SEED_CLAIMS}::test_documentation_of_push_to_hub_does_not_mention_nifti",),
    ),
    Claim(
        "Bug 1",
        "The `additions` list keeps the bytes of all shards: 902 x 300 MB.",
        Outcome.REFINED,
        "Not after an LFS or Xet upload, which empties each operation: peak RSS is flat in the "
        "number of shards. Only where the Hub takes Parquet through regular git.",
        "4.4.0 to 4.6.0",
        ("additions-retain-bytes",),
    ),
    Claim(
        "Bug 1, fix",
        "Upload one shard at a time: memory stays constant.",
        Outcome.REFINED,
        "By itself it reads as much as upstream, and peaks higher with every row where bug 2 is. "
        "It takes a commit for each shard, and the Hub limits commits by the hour "
        "(https://github.com/huggingface/datasets/issues/6257).",
        "4.4.2 to 5.1.0",
        (
            f"{_SEED_FIXES}::test_one_shard_at_a_time_reads_no_less",
            f"{_SEED_FIXES}::test_one_shard_at_a_time_takes_a_commit_a_shard",
        ),
    ),
    Claim(
        "Bug 2",
        "`embed_table_storage` is killed on a shard with a `Sequence(Nifti())` column.",
        Outcome.CONFIRMED,
        "After `shard` and `select`, of one row or of scattered ones, with an empty list too.",
        "4.4.2 to 5.1.0",
        ("sliced-list-embed",),
    ),
    Claim(
        "Bug 2, root cause",
        "Internal references in the Arrow table make it crash.",
        Outcome.REFUTED,
        "It is not a crash. `ListArray.values` ignores the slice, so every shard opens and reads "
        "every file of the dataset: a push reads the dataset as often as there are shards.",
        "4.4.2 to 5.1.0",
        ("sliced-list-embed",),
    ),
    Claim(
        "Bug 2, evidence",
        "A dataset made by hand works; the same rows from `shard` or `select` do not.",
        Outcome.CONFIRMED,
        "A whole column has no slice to ignore.",
        "4.4.2 to 5.1.0",
        ("sliced-list-embed", f"{_SEED_FIXES}::test_pandas_round_trip_reads_the_row_and_no_more"),
    ),
    Claim(
        "Bug 2, hypotheses",
        "`large_binary` and `combine_chunks()` do not help.",
        Outcome.CONFIRMED,
        "They change nothing in what is read.",
        "all from 4.4.0",
        (f"{_SEED_FIXES}::test_hypothesis_changes_nothing",),
    ),
    Claim(
        "Bug 2, hypotheses",
        "Small files crash too, so the size of the files does not matter.",
        Outcome.REFINED,
        "All of them are read too, but memory follows the sum of their sizes: what kills is the "
        "size of the dataset.",
        "4.4.2 to 5.1.0",
        (f"{_SEED_FIXES}::test_small_files_are_read_as_large_ones_are", "sliced-list-embed"),
    ),
    Claim(
        "Bug 2, fix",
        "A round trip through pandas makes embedding work.",
        Outcome.CONFIRMED,
        "It rebuilds the array, so there is no slice left to ignore: exactly the row is read. Not "
        "needed from 5.2.0 on.",
        "4.4.2 to 5.1.0",
        (
            f"{_SEED_FIXES}::test_pandas_round_trip_reads_the_row_and_no_more",
            f"{_SEED_FIXES}::test_both_fixes_read_each_file_once",
        ),
    ),
    Claim(
        "Bug 2, minimal reproduction",
        "Two rows, `shard(2, 0)` and `embed_table_storage` crash with SIGKILL.",
        Outcome.REFINED,
        "As printed it is a NameError: `Value` is not imported. With that, two rows are read too "
        "often and it survives. The same in 700 MiB of memory, with 376 MiB of files, ends "
        "with 137.",
        "4.4.2 to 5.1.0",
        (
            "sliced-list-embed",
            f"{_SEED_CLAIMS}::test_minimal_reproduction_as_printed_lacks_an_import",
        ),
    ),
    Claim(
        "Environment",
        "macOS 14 on ARM, Python 3.13, PyArrow 18.1.0.",
        Outcome.REFINED,
        "Nothing was run on macOS or ARM. Of the rest none matters: the same bytes are read with "
        "Python 3.11 and 3.13, PyArrow 18.1.0 (by force: 4.4.2 asks for 21), 21 and 26, "
        "huggingface_hub 0.30.0 and 1.33.0, all on Linux x86-64.",
        "4.4.2 to 5.1.0",
        ("sliced-list-embed",),
    ),
    Claim(
        "Environment",
        "`datasets` git main, post-0.22.0.",
        Outcome.REFUTED,
        "No such version has `Nifti`. What is described, embedding that reads all, is 4.4.2.dev0 "
        "and later.",
        "before 4.4.0",
        ("embed-zero-bytes", "sliced-list-embed"),
    ),
    Claim(
        "Related issues",
        "#6360 is the same code path.",
        Outcome.CONFIRMED,
        "Embedding of lists goes through `embed_array_storage` for every feature: `List(Image())` "
        "reads every file too.",
        "to 5.1.0",
        (f"{_SEED_CLAIMS}::test_list_of_images_is_read_as_a_list_of_nifti_is",),
    ),
    Claim(
        "Related issues",
        "#5672, a push that crashes, is open and similar.",
        Outcome.REFUTED,
        "It is closed, of 2023, and about flat images: not the lists that are read too often.",
        "before 4.4.0",
        ("sliced-list-embed",),
    ),
    Claim(
        "Related issues; references",
        "#5990, a large push that hangs, is related.",
        Outcome.REFINED,
        "It is open, of 2023, and about uploads that stop after some shards. No hang was "
        "reproduced here; what ends a long push is one failing request.",
        "all from 4.4.0",
        ("commit-conflict-not-retried",),
    ),
    Claim(
        "References",
        "The forum thread 59274 is about the limits of `push_to_hub`.",
        Outcome.REFINED,
        "Shards of one push are at most 50 to a commit, and a larger push is several of them, "
        "visible one by one. The thread itself was not read.",
        "all from 4.4.0",
        ("half-a-dataset-visible",),
    ),
)
