"""The uploader survives the conditions that break `Dataset.push_to_hub`.

The scripts of the catalog run with the uploader in upstream's place, and find nothing: as they are,
`tests/repro/measured/test_bugs.py` runs them. For what the catalog does not have there are
promises, and both are held to them: upstream must fail on the releases that were measured to, and
on no other. So what the uploader survives is there.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import datasets
import nibabel as nib
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, Image, LargeList, List, Nifti, Value, load_dataset
from huggingface_hub import HfApi, snapshot_download
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from mockhub.server.process import Hub
from repro.catalog.bugs import BUGS, Bug, find
from repro.sandbox import run as isolate
from repro.synthetic.nifti import write_nifti
from tests.support import warm
from tests.support.constants import MIB, REPO, ROOT, SOURCE
from tests.support.workaround.pushing import IMAGE, MakeNifti, contents, parquet_files, sessions
from workaround import push_to_hub
from workaround.errors import ArgumentError, CheckError

SUPPORT = ROOT / "tests" / "support" / "workaround"
INSTEAD, PLAIN = SUPPORT / "instead.py", SUPPORT / "plain.py"
# Not their scripts, but promises, here and in the files beside this one: one calls what upstream
# embeds with, one takes the memory that the allocator keeps, which levels off after some shards,
# for growth, one pushes 2 GiB, for which a cap is promised, one makes the row groups of upstream
# smaller, one starts a process of its own, and the others push what the uploader refuses, streams
# and buckets among it. Scripts that need no Hub do not push.
PROMISED = {
    "sliced-list-embed",
    "additions-retain-bytes",
    "cells-over-2gib-fail",
    "cell-without-bytes-and-path-fails",
    "bucket-folder-keeps-old-shards",
    "stream-with-empty-shard-fails",
    "bucket-second-config-forgets-first",
    "dict-push-deletes-foreign-files",
    "empty-split-unloadable",
    "mismatch-found-after-upload",
    "no-main-guard-fails",
    "row-group-of-whole-shard",
    "stream-dict-num-proc-crashes",
    "stream-max-shard-size-ignores-files",
    "stream-reorders-rows",
    "stream-second-split-crashes",
    "two-configs-one-data-dir",
}
PUSHING = [bug for bug in BUGS if bug.needs_hub and bug.id not in PROMISED]
CAP = 700 * MIB

Push = Callable[..., Any]
StartHub = Callable[..., Hub]

pytestmark = pytest.mark.usefixtures("hub")

ALWAYS, NEVER = SpecifierSet(">=4.4.0.dev0"), SpecifierSet("<4.4.0.dev0")
EMBEDDING = SpecifierSet(">=4.4.2.dev0")
"""Releases that embed NIfTI at all, and so can do it wrong."""
NOT_EMBEDDING = find("embed-zero-bytes").affected


def promise(fails_on: SpecifierSet) -> pytest.MarkDecorator:
    """Hold the uploader to a test, and upstream, which fails on those releases."""
    return pytest.mark.parametrize("push", both(push_to_hub, Dataset.push_to_hub, fails_on))


def promise_of_child(fails_on: SpecifierSet) -> pytest.MarkDecorator:
    """The same with the command of a process."""
    return pytest.mark.parametrize("command", both([INSTEAD, PLAIN], [PLAIN], fails_on))


def promise_for(*cases: tuple[Any, SpecifierSet]) -> pytest.MarkDecorator:
    """The same for features, each with the releases that fail on it."""
    parameters = [
        pytest.param(feature, *item.values, id=f"{feature!r}-{item.id}", marks=item.marks)
        for feature, fails_on in cases
        for item in both(push_to_hub, Dataset.push_to_hub, fails_on)
    ]
    return pytest.mark.parametrize(("feature", "push"), parameters)


def both(uploader: Any, upstream: Any, fails_on: SpecifierSet) -> list[Any]:
    """Return the parameters of the uploader and of upstream, which fails on those releases."""
    fails = fails_on.contains(Version(datasets.__version__), prereleases=True)
    mark = pytest.mark.xfail(fails, reason=f"upstream has it: {fails_on}", strict=True)
    return [
        pytest.param(uploader, id="uploader"),
        pytest.param(upstream, id="upstream", marks=mark),
    ]


def _run(
    hub: Hub, command: list[Path], *arguments: str | Path, memory: int | None = None
) -> isolate.Run:
    """Run a script in a process of its own."""
    argv = [sys.executable, *command, *arguments]
    env = {**hub.env(), "PYTHONPATH": SOURCE, "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    return isolate.run(argv, memory=memory, timeout=100, env=env)


@pytest.mark.parametrize("bug", PUSHING, ids=lambda bug: bug.id)
def test_script_does_not_find_its_bug(hub: Hub, tmp_path: Path, bug: Bug) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with warm.start(INSTEAD, bug.script, env=env, cwd=tmp_path) as process:
        assert process.wait() == 0, process.communicate()


@promise_of_child(find("sliced-list-embed").affected)
def test_shards_of_lists_fit_into_memory(
    hub: Hub, make_nifti: MakeNifti, tmp_path: Path, command: list[Path]
) -> None:
    rows = _write(tmp_path, List(Nifti()), _pairs(make_nifti, rows=48, size=4 * MIB))
    cap = find("sliced-list-embed").cap_bytes
    run = _run(hub, command, rows, REPO, "48", memory=cap)
    assert run.ended == isolate.Exited(0), run.stderr
    assert len(load_dataset(REPO, split="train")) == 48


@promise_of_child(ALWAYS)  # additions-retain-bytes, then regular-shard-file-deleted
def test_regular_shards_fit_into_memory(
    start_hub: StartHub, make_nifti: MakeNifti, tmp_path: Path, command: list[Path]
) -> None:
    hub = start_hub(upload_mode="regular")
    rows = _write(tmp_path, List(Image()), _pairs(make_nifti, rows=40, size=2 * MIB))
    run = _run(hub, command, rows, REPO, "40", memory=400 * MIB)
    assert run.ended == isolate.Exited(0), run.stderr
    assert len(parquet_files(REPO)) == 40


@promise_of_child(find("sliced-list-embed").affected)
def test_more_shards_read_no_more(
    start_hub: StartHub, tmp_path: Path, make_nifti: MakeNifti, command: list[Path]
) -> None:
    _assert_reads_once(start_hub, tmp_path, make_nifti, command, Nifti())


@promise_of_child(SpecifierSet("<5.2.0"))  # of images long before 4.4.0
def test_more_shards_of_images_read_no_more(
    start_hub: StartHub, tmp_path: Path, make_nifti: MakeNifti, command: list[Path]
) -> None:
    _assert_reads_once(start_hub, tmp_path, make_nifti, command, Image())


def _assert_reads_once(
    start_hub: StartHub, folder: Path, make_nifti: MakeNifti, command: list[Path], feature: Any
) -> None:
    hub = start_hub(xet=False)
    rows = _write(folder, List(feature), _pairs(make_nifti, rows=8, size=2 * MIB))
    few, many = (_run(hub, command, rows, REPO, num_shards) for num_shards in ("1", "8"))
    assert (few.ended, many.ended) == (isolate.Exited(0), isolate.Exited(0)), few.stderr
    assert few.bytes_read is not None
    assert many.bytes_read is not None
    assert many.bytes_read - few.bytes_read < 16 * MIB


def _pairs(make_nifti: MakeNifti, rows: int, size: int) -> list[list[str]]:
    return [[str(make_nifti(f"{row}{run}.nii", size)) for run in "ab"] for row in range(rows)]


def _write(folder: Path, feature: Any, cells: list[Any]) -> Path:
    """A file for plain.py; `Dataset.save_to_disk` would embed the files."""
    features = Features({"scan": feature}).to_dict()
    file = folder / "rows.json"
    file.write_text(json.dumps([features, {"scan": cells}]))
    return file


@promise_for(
    (Nifti(), NOT_EMBEDDING),
    (IMAGE, NOT_EMBEDDING),
    (Image(), NEVER),
    (Image(decode=False), NEVER),
)
def test_files_are_embedded(make_nifti: MakeNifti, push: Push, feature: Any) -> None:
    _assert_embedded(_scans([make_nifti("a.nii"), make_nifti("b.nii")], feature), push)


@promise_for(
    (Nifti(), NOT_EMBEDDING),
    (IMAGE, ALWAYS),
    (Image(), NEVER),
    (Image(decode=False), find("undecoded-lists-not-embedded").affected),
)
def test_files_in_lists_are_embedded(make_nifti: MakeNifti, push: Push, feature: Any) -> None:
    cells = [*_pairs(make_nifti, rows=2, size=1000), []]
    rows = Dataset.from_dict({"scan": cells}, features=Features({"scan": List(feature)}))
    _assert_embedded(rows, push, num_shards=2)


def _assert_embedded(rows: Dataset, push: Push, **arguments: Any) -> None:
    """Push, and find the files in the shards."""
    expected = contents(rows.with_format("arrow")[:].to_pylist())
    push(rows, REPO, **arguments)
    stored = _on_hub()
    assert [cell["path"] for cell in _cells(stored) if cell["bytes"] is None] == []
    assert contents(stored) == expected


def _on_hub() -> list[Any]:
    """The rows of all shards."""
    snapshot = Path(snapshot_download(REPO, repo_type="dataset"))
    shards = [pq.read_table(snapshot / path) for path in parquet_files(REPO)]
    rows: list[Any] = pa.concat_tables(shards).to_pylist()
    return rows


def _cells(value: Any) -> Iterator[dict[str, Any]]:
    """The file cells among nested Python objects."""
    if isinstance(value, dict) and value.keys() == {"bytes", "path"}:
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _cells(item)


@promise(ALWAYS)
def test_no_local_path_is_uploaded_without_the_files(make_nifti: MakeNifti, push: Push) -> None:
    push(sessions(make_nifti), REPO, embed_external_files=False)
    folder = str(make_nifti("x.nii").parent).encode()
    snapshot = Path(snapshot_download(REPO, repo_type="dataset"))
    files = [snapshot / path for path in parquet_files(REPO)]
    assert files
    assert not [file for file in files if folder in file.read_bytes()]


@promise_for(
    (Nifti(), NOT_EMBEDDING),
    (List(Nifti()), NOT_EMBEDDING),
    (LargeList(Nifti()), find("large-list-nulls-fail").affected),
)
def test_null_cells_stay_null(make_nifti: MakeNifti, push: Push, feature: Any) -> None:
    file: Any = str(make_nifti())
    cell = file if isinstance(feature, Nifti) else [None, file]
    rows = Dataset.from_dict({"scan": [None, cell, None]}, features=Features({"scan": feature}))
    _assert_embedded(rows, push, num_shards=2)


@promise(find("colon-path-cut").affected)
def test_whole_of_a_name_is_used(make_nifti: MakeNifti, push: Push) -> None:
    rows = _scans([make_nifti("sub-1::run-2.nii")])
    _assert_embedded(rows, push)


@promise(ALWAYS)
def test_missing_file_is_noticed_before_anything_is_sent(
    hub: Hub, make_nifti: MakeNifti, push: Push, tmp_path: Path
) -> None:
    paths = [make_nifti("a.nii"), make_nifti("b.nii"), tmp_path / "missing.nii"]
    with pytest.raises((CheckError, FileNotFoundError), match=r"missing\.nii"):
        push(_scans(paths), REPO, num_shards=3)
    assert "preupload" not in str(hub.requests())


@promise(ALWAYS)
@pytest.mark.parametrize(
    "content", [b"", b"\0", b"not NIfTI" * 100], ids=["empty", "a-byte", "text"]
)
def test_file_that_is_no_image_is_refused(tmp_path: Path, push: Push, content: bytes) -> None:
    (tmp_path / "a.nii").write_bytes(content)
    with pytest.raises(CheckError, match=r"row 0, column 'scan', .*a\.nii"):
        push(_scans([tmp_path / "a.nii"]), REPO)


@promise(EMBEDDING)
def test_nifti_2_decodes_or_is_refused(make_nifti: MakeNifti, push: Push) -> None:
    rows = _scans([make_nifti("a.nii", version=2)])
    try:
        push(rows, REPO)
    except CheckError:
        return
    (row,) = load_dataset(REPO, split="train").cast_column("scan", Nifti())
    assert row["scan"].shape == nib.load(make_nifti("a.nii", version=2)).shape  # type: ignore[attr-defined]


@promise(find("half-a-dataset-visible").affected)
def test_reader_never_sees_a_part_of_a_split(push: Push) -> None:
    push(Dataset.from_dict({"n": range(51)}), REPO, num_shards=51)
    commits = HfApi().list_repo_commits(REPO, repo_type="dataset")
    assert {len(parquet_files(REPO, commit.commit_id)) for commit in commits} == {0, 51}


@pytest.mark.skipif(not hasattr(HfApi, "create_bucket"), reason="this client knows no buckets")
@promise(ALWAYS)  # before 4.8.0 it cannot push to buckets
def test_other_datasets_of_a_bucket_are_left_alone(hub: Hub, push: Push) -> None:
    api, bucket = HfApi(), f"{hub.user}/things"
    api.create_bucket(bucket)
    neighbour = "data/train-00001-of-00002.parquet"
    api.batch_bucket_files(bucket, add=[(b"x", neighbour), (b"x", f"folder/{neighbour}")])
    with suppress(ArgumentError):  # the uploader refuses buckets
        push(Dataset.from_dict({"n": [1]}), f"buckets/{bucket}/folder")
    assert neighbour in {item.path for item in api.list_bucket_tree(bucket, recursive=True)}


@promise(find("num-proc-over-rows-fails").affected)
def test_more_processes_and_shards_than_rows(push: Push) -> None:
    push(Dataset.from_dict({"n": [1, 2]}), REPO, num_shards=4, num_proc=2)
    assert list(load_dataset(REPO, split="train")) == [{"n": 1}, {"n": 2}]


@promise_of_child(EMBEDDING)
def test_cells_of_2_gib_in_all_fit_into_memory(
    hub: Hub, tmp_path: Path, command: list[Path]
) -> None:
    paths = [str(_sparse(tmp_path / f"{name}.nii", 750)) for name in "abc"]
    rows = _write(tmp_path, IMAGE, paths)
    run = _run(hub, command, rows, REPO, "1", memory=CAP)
    assert run.ended == isolate.Exited(0), run.stderr
    assert len(parquet_files(REPO)) == 1


def test_row_over_2_gib_is_refused_with_its_place(tmp_path: Path) -> None:
    scans = [str(_sparse(tmp_path / f"{name}.nii", 750)) for name in "abc"]
    rows = Dataset.from_dict({"scan": [[], scans]}, features=Features({"scan": List(IMAGE)}))
    with pytest.raises(CheckError, match="row 1, column 'scan'"):
        push_to_hub(rows, REPO)
    with pytest.raises(CheckError, match=r"row 0, column 'scan'"):
        push_to_hub(_scans([_sparse(tmp_path / "large.nii", 2050)]), REPO)


def test_complete_example_of_the_seeds_runs(tmp_path: Path) -> None:
    def scan(name: str) -> str:
        return str(write_nifti(tmp_path / f"{name}.nii.gz", 50_000))

    file_table = pd.DataFrame(
        {
            "subject_id": ["sub-001", "sub-002"],
            "session_id": ["ses-1", "ses-1"],
            "t1w": [scan("sub-001_T1w"), scan("sub-002_T1w")],
            "bold": [scan("sub-001_bold"), None],
        },
        dtype=object,  # as in pandas 2: strings of pandas 3 become no files on any release
    )
    features = Features(
        {
            "subject_id": Value("string"),
            "session_id": Value("string"),
            "t1w": Nifti(),
            "bold": Nifti(),
        }
    )
    ds = Dataset.from_pandas(file_table, preserve_index=False)
    ds = ds.cast(features)
    push_to_hub(ds, "user/your-dataset", embed_external_files=True, num_shards=len(file_table))
    stored = load_dataset("user/your-dataset", split="train")
    assert len(parquet_files("user/your-dataset")) == 2
    assert stored.features == features
    assert [row["bold"] is None for row in stored] == [False, True]
    for row, path in zip(stored, file_table["t1w"], strict=True):
        np.testing.assert_array_equal(row["t1w"].get_fdata(), nib.load(path).get_fdata())  # type: ignore[attr-defined]


def _scans(paths: list[Path], feature: Any = IMAGE) -> Dataset:
    return Dataset.from_dict({"scan": list(map(str, paths))}, features=Features({"scan": feature}))


def _sparse(path: Path, mib: int) -> Path:
    """A NIfTI image of zeros that takes no room on the disk."""
    header = nib.Nifti1Header()  # type: ignore[no-untyped-call]
    header.set_data_dtype(np.uint8)  # type: ignore[no-untyped-call]
    header.set_data_shape((1024, 1024, mib))  # type: ignore[no-untyped-call]
    header["vox_offset"] = 352
    header["magic"] = b"n+1"
    path.write_bytes(header.binaryblock + bytes(4))
    os.truncate(path, 352 + mib * MIB)
    return path
