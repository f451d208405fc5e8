"""What is on the Hub beside what was on disk: every kind of damage is found and named."""

from __future__ import annotations

import io
import math
import os
import pickle
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, DatasetDict, Features, List, Nifti, Value, config
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi
from huggingface_hub.hf_api import RepoFile

from mockhub.server import Hub
from tests.workaround.nested import shard_of
from workaround.errors import Problem
from workaround.files import Files
from workaround.journal import Uploaded
from workaround.plan import Shard
from workaround.retry import RefusedError
from workaround.shards import Destination
from workaround.verify import VerifyError, VerifyReport, verify, verify_shards

# huggingface_hub 1.x puts bytes in a way that httpx no longer likes
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
    pytest.mark.hub(xet=False),
]
IMAGE = Nifti(decode=False)
KINDS = Features(
    {"subject": Value("string"), "age": Value("float32"), "t1w": IMAGE, "bold": List(IMAGE)}
)
ROWS = 6
FIRST, SECOND = "data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"
PATHS = [FIRST, SECOND]

Level = Any
Rows = list[dict[str, Any]]


@pytest.fixture
def repo_id(hub: Hub) -> str:
    return f"{hub.user}/data"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Rows of files of different sizes, some of the same; one row has none."""
    sizes = [3000, 3001, 3002, 3003, 3002, 3001]
    paths = []
    for number, size in enumerate(sizes):
        path = tmp_path / f"sub-{number}.nii.gz"
        path.write_bytes(random.Random(number).randbytes(size))
        paths.append(str(path))
    return Dataset.from_dict(
        {
            "subject": [f"sub-{number}" for number in range(ROWS)],
            "age": [20.5, math.nan, None, 40.0, 50.0, math.nan],
            "t1w": [*paths[:2], None, *paths[3:]],
            "bold": [[path] * (number % 3) for number, path in enumerate(paths)],
        },
        features=KINDS,
    )


def commit(repo_id: str, *operations: Any, **arguments: Any) -> str:
    info = HfApi().create_commit(
        repo_id, operations, commit_message="change", repo_type="dataset", **arguments
    )
    return str(info.oid)


def upload(repo_id: str, files: dict[str, bytes], **arguments: Any) -> str:
    HfApi().create_repo(repo_id, repo_type="dataset", exist_ok=True)
    additions = [CommitOperationAdd(path, content) for path, content in files.items()]
    return commit(repo_id, *additions, **arguments)


def halves(dataset: Dataset) -> list[Dataset]:
    return [dataset.select(range(ROWS // 2)), dataset.select(range(ROWS // 2, ROWS))]


@pytest.fixture
def pushed(repo_id: str, dataset: Dataset) -> str:
    """A repository with the dataset in two shards."""
    upload(repo_id, dict(zip(PATHS, map(shard_of, halves(dataset)), strict=True)))
    return repo_id


def rewrite(repo_id: str, path: str, change: Callable[[Rows], Any], **options: Any) -> str:
    """Write a shard anew with other rows."""
    local = HfApi().hf_hub_download(repo_id, path, repo_type="dataset")
    table = pq.read_table(local)
    rows = table.to_pylist()
    changed = change(rows)
    sink = io.BytesIO()
    new = pa.Table.from_pylist(rows if changed is None else changed, schema=table.schema)
    pq.write_table(new, sink, **{"use_dictionary": False, **options})
    return upload(repo_id, {path: sink.getvalue()})


def problems(repo_id: str, dataset: Any, level: Level, **arguments: Any) -> tuple[Problem, ...]:
    with pytest.raises(VerifyError) as caught:
        verify(repo_id, dataset, level=level, **arguments)
    return caught.value.problems


LEVELS = pytest.mark.parametrize("level", ["footers", "full"])


@LEVELS
def test_what_was_uploaded_is_what_is_there(pushed: str, dataset: Dataset, level: Level) -> None:
    report = verify(pushed, dataset, level=level)
    head = HfApi().repo_info(pushed, repo_type="dataset").sha
    size = sum(
        each.size
        for each in HfApi().list_repo_tree(pushed, "data", repo_type="dataset")
        if isinstance(each, RepoFile)
    )
    assert report == VerifyReport(str(head), 2, ROWS, size, level)


@LEVELS
@pytest.mark.parametrize("options", [{"use_dictionary": True}, {"compression": "zstd"}, {}])
def test_shards_that_others_wrote_are_read_too(
    pushed: str, dataset: Dataset, level: Level, options: dict[str, Any]
) -> None:
    rewrite(pushed, FIRST, lambda _: None, row_group_size=2, **options)
    assert verify(pushed, dataset, level=level).rows == ROWS


@LEVELS
def test_a_missing_shard(pushed: str, dataset: Dataset, level: Level) -> None:
    commit(pushed, CommitOperationDelete(FIRST))
    (problem,) = problems(pushed, dataset, level)
    assert str(problem) == "split 'train': shard 0 of 2 is not on the Hub"


def test_a_shard_left_over_from_another_upload(pushed: str, dataset: Dataset) -> None:
    commit(pushed, CommitOperationCopy(FIRST, "data/train-00000-of-00001.parquet"))
    (problem,) = problems(pushed, dataset, "footers")
    assert "side by side" in problem.reason
    assert "train-00000-of-00001" in problem.reason


def test_nothing_at_all(pushed: str, dataset: Dataset) -> None:
    (problem,) = problems(pushed, dataset, "footers", split="test")
    assert str(problem) == "split 'test': is not on the Hub"


@LEVELS
def test_rows_that_are_lost(pushed: str, dataset: Dataset, level: Level) -> None:
    rewrite(pushed, SECOND, lambda rows: rows[:-1])
    (problem,) = problems(pushed, dataset, level)
    assert problem.reason == f"has {ROWS - 1} rows on the Hub and {ROWS} here"


@LEVELS
def test_shards_in_each_others_place(pushed: str, dataset: Dataset, level: Level) -> None:
    first, second = (
        Path(HfApi().hf_hub_download(pushed, path, repo_type="dataset")).read_bytes()
        for path in PATHS
    )
    upload(pushed, {FIRST: second, SECOND: first})
    found = problems(pushed, dataset, level)
    assert {0, 3} <= {problem.row for problem in found if problem.column == "t1w"}


@LEVELS
def test_rows_in_another_order(pushed: str, dataset: Dataset, level: Level) -> None:
    order = [5, 1, 2, 3, 4, 0]
    found = problems(pushed, dataset.select(order), level)
    assert {problem.row for problem in found if problem.column == "t1w"} == {0, 5}
    path = dataset[5]["t1w"]["path"]
    assert any((0, "t1w", path) == (each.row, each.column, each.path) for each in found)


def spoil(content: Callable[[bytes], bytes | None]) -> Callable[[Rows], None]:
    """Change what the cell of row 1 in its shard holds."""

    def change(rows: Rows) -> None:
        rows[1]["t1w"]["bytes"] = content(rows[1]["t1w"]["bytes"])

    return change


@pytest.mark.parametrize(
    ("content", "reason", "levels"),
    [
        (lambda data: data[:-1], "3001 bytes of contents, not 3002", ("footers", "full")),
        (lambda _: b"", "0 bytes of contents, not 3002", ("footers", "full")),
        (lambda _: None, "null in place of the contents", ("footers", "full")),
        (lambda data: data[:-1] + b"?", "other contents, between bytes 0 and 3002", ("full",)),
    ],
    ids=["truncated", "emptied", "null", "changed"],
)
def test_a_cell_that_is_not_its_file(
    pushed: str,
    dataset: Dataset,
    content: Callable[[bytes], bytes | None],
    reason: str,
    levels: Sequence[str],
) -> None:
    rewrite(pushed, SECOND, spoil(content), data_page_size=1, write_batch_size=1)
    (problem,) = problems(pushed, dataset, "full")
    assert (problem.split, problem.row, problem.column) == ("train", 4, "t1w")
    assert problem.path == dataset[4]["t1w"]["path"]
    assert reason in problem.reason
    assert SECOND in problem.reason
    if "footers" in levels:
        assert problems(pushed, dataset, "footers") == (problem,)


@LEVELS
def test_a_null_in_place_of_an_empty_file(repo_id: str, dataset: Dataset, level: Level) -> None:
    path = Path(dataset[1]["t1w"]["path"])
    path.write_bytes(b"")
    upload(repo_id, {"data/train-00000-of-00001.parquet": shard_of(dataset)})
    assert verify(repo_id, dataset, level=level).rows == ROWS
    rewrite(repo_id, "data/train-00000-of-00001.parquet", spoil(lambda _: None))
    (problem,) = problems(repo_id, dataset, level)
    assert (problem.row, problem.column, problem.path) == (1, "t1w", str(path))


@LEVELS
def test_a_cell_in_a_list_that_is_not_its_file(pushed: str, dataset: Dataset, level: Level) -> None:
    def change(rows: Rows) -> None:
        rows[2]["bold"][1]["bytes"] = rows[2]["bold"][1]["bytes"][1:]

    rewrite(pushed, SECOND, change)
    (problem,) = problems(pushed, dataset, level)
    assert (problem.row, problem.column) == (5, "bold")
    assert problem.path == dataset[5]["bold"][1]["path"]


def test_rows_that_changed_places_are_found_by_their_pages(pushed: str, dataset: Dataset) -> None:
    def change(rows: Rows) -> None:
        rows[0]["t1w"], rows[1]["t1w"] = rows[1]["t1w"], rows[0]["t1w"]

    rewrite(pushed, SECOND, change, write_page_index=True, data_page_size=1, write_batch_size=1)
    found = problems(pushed, dataset, "footers")
    assert [(problem.row, problem.column) for problem in found] == [(3, "t1w"), (4, "t1w")]


@LEVELS
def test_paths_that_were_pushed_without_their_files(
    pushed: str, dataset: Dataset, level: Level
) -> None:
    """What 4.4.0 leaves there (catalog: ``embed-zero-bytes``)."""

    def change(rows: Rows) -> None:
        for row in rows:
            for cell in [row["t1w"], *row["bold"]]:
                if cell is not None:
                    cell["bytes"] = None

    rewrite(pushed, FIRST, change, write_page_index=True)
    found = problems(pushed, dataset, level)
    assert {problem.column for problem in found} == {"t1w", "bold"}
    assert any(problem.row == 0 and problem.path == dataset[0]["t1w"]["path"] for problem in found)


def test_a_folder_of_this_machine(pushed: str, dataset: Dataset) -> None:
    def change(rows: Rows) -> None:
        rows[0]["t1w"]["path"] = "/home/me/sub-0.nii.gz"

    rewrite(pushed, FIRST, change)
    (problem,) = problems(pushed, dataset, "full")
    assert (problem.row, problem.column) == (0, "t1w")
    assert "'/home/me/sub-0.nii.gz'" in problem.reason


def test_another_value_in_another_column(pushed: str, dataset: Dataset) -> None:
    def change(rows: Rows) -> None:
        rows[1]["age"] = 30.0

    rewrite(pushed, SECOND, change)
    (problem,) = problems(pushed, dataset, "full")
    assert (problem.row, problem.column) == (4, "age")
    assert problem.reason == f"{SECOND} has 30.0 instead of 50.0"


def test_columns_that_are_missing_added_or_of_another_type(pushed: str, dataset: Dataset) -> None:
    other = dataset.rename_column("subject", "name").cast_column("age", Value("float64"))
    found = [problem for problem in problems(pushed, other, "full") if problem.row is None]
    assert {(problem.column, problem.reason.split(f"{FIRST}")[0]) for problem in found} >= {
        ("name", "is not in "),
        ("subject", "is only in "),
        ("age", "is of type float in "),
    }


@LEVELS
def test_a_column_of_files_that_is_missing(pushed: str, dataset: Dataset, level: Level) -> None:
    other = dataset.rename_column("t1w", "t2w")
    assert "t2w" in {problem.column for problem in problems(pushed, other, level)}


@LEVELS
@pytest.mark.parametrize("content", [b"PAR1 but no Parquet PAR1", b"\0" * 500])
def test_a_shard_that_is_damaged(
    pushed: str, dataset: Dataset, level: Level, content: bytes
) -> None:
    upload(pushed, {FIRST: content})
    (problem,) = problems(pushed, dataset, level)
    assert problem.path == FIRST
    assert "is damaged" in problem.reason


def test_a_source_file_that_is_gone(pushed: str, dataset: Dataset) -> None:
    path = Path(dataset[0]["t1w"]["path"])
    path.unlink()
    found = problems(pushed, dataset, "footers")
    assert str(path) in str(found[0])


def test_a_source_file_that_cannot_be_compared(pushed: str, dataset: Dataset) -> None:
    path = Path(dataset[0]["t1w"]["path"])
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    (problem,) = problems(pushed, dataset, "full")
    assert (problem.row, problem.path) == (0, str(path))


def test_splits_are_found_by_the_card_and_by_folder(repo_id: str, dataset: Dataset) -> None:
    first, second = halves(dataset)
    card = (
        "---\nconfigs:\n- config_name: big\n  data_files:\n"
        "  - split: train\n    path: here/a-*\n"
        "  - split: test\n    path: there/b-*\n---\n"
    )
    files = {"here/a-00000-of-00001.parquet": shard_of(first)}
    files |= {"there/b-00000-of-00001.parquet": shard_of(second), "README.md": card.encode()}
    upload(repo_id, files)
    splits = DatasetDict({"train": first, "test": second})
    assert verify(repo_id, splits, config_name="big", level="full").shards == 2
    swapped = DatasetDict({"train": second, "test": first})
    found = problems(repo_id, swapped, "footers", config_name="big")
    assert {problem.split for problem in found} == {"train", "test"}
    upload(repo_id, {"x/train-00000-of-00001.parquet": shard_of(first)})
    assert verify(repo_id, first, data_dir="x").rows == ROWS // 2


@LEVELS
def test_a_pull_request(pushed: str, dataset: Dataset, level: Level) -> None:
    files = {FIRST: shard_of(halves(dataset)[1])}
    additions = [CommitOperationAdd(path, content) for path, content in files.items()]
    info = HfApi().create_commit(
        pushed, additions, commit_message="pr", repo_type="dataset", create_pr=True
    )
    assert verify(pushed, dataset, level=level).shards == 2
    assert problems(pushed, dataset, level, revision=info.pr_revision)


def test_a_repository_that_is_not_there(repo_id: str, dataset: Dataset) -> None:
    with pytest.raises(RefusedError, match=r"404|401"):
        verify(f"{repo_id}-missing", dataset)


def sent(repo_id: str) -> tuple[list[Shard], list[Uploaded]]:
    """The shards as a push would know them."""
    tree = HfApi().list_repo_tree(repo_id, "data", repo_type="dataset")
    files = sorted((each for each in tree if isinstance(each, RepoFile)), key=lambda x: x.path)
    shards, uploaded = [], []
    for number, file in enumerate(files):
        start, stop = number * ROWS // 2, (number + 1) * ROWS // 2
        shards.append(Shard(file.path, start, stop, (stop,), 0))
        sha256 = "" if file.lfs is None else file.lfs.sha256
        oid = file.blob_id if file.lfs is None else None
        uploaded.append(Uploaded(file.path, "", sha256, file.size, oid))
    return shards, uploaded


def check(
    repo_id: str,
    dataset: Dataset,
    known: tuple[list[Shard], list[Uploaded]],
    commit: str | None = None,
    **arguments: Any,
) -> VerifyReport:
    to = Destination(config.HF_ENDPOINT, repo_id, None, create_pr=False, token=None)
    head = commit or str(HfApi().repo_info(repo_id, repo_type="dataset").sha)
    shards, uploaded = known
    return verify_shards(
        to,
        head,
        {"train": dataset},
        {"train": shards},
        {"train": uploaded},
        Files(),
        **arguments,
    )


@pytest.mark.parametrize(
    "lfs",
    [
        pytest.param(True, marks=pytest.mark.hub(xet=False, upload_mode="lfs")),
        pytest.param(False, marks=pytest.mark.hub(xet=False, upload_mode="regular")),
    ],
)
def test_a_push_is_verified_by_hash(pushed: str, dataset: Dataset, lfs: bool) -> None:
    known = sent(pushed)
    assert (known[1][0].oid is None) == lfs
    assert check(pushed, dataset, known).shards == 2
    content = shard_of(halves(dataset)[1])
    place = content.index(Path(dataset[4]["t1w"]["path"]).read_bytes())
    upload(pushed, {SECOND: content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]})
    with pytest.raises(VerifyError, match="another file") as caught:
        check(pushed, dataset, known)
    assert [problem.path for problem in caught.value.problems] == [SECOND]


def test_a_shard_of_another_size_is_found(pushed: str, dataset: Dataset) -> None:
    known = sent(pushed)
    rewrite(pushed, SECOND, lambda _: None)
    with pytest.raises(VerifyError, match="bytes on the Hub instead of"):
        check(pushed, dataset, known)
    assert check(pushed, dataset, sent(pushed)).shards == 2


def test_a_changed_cell_is_found_by_hash_and_named_when_read(pushed: str, dataset: Dataset) -> None:
    spoiled = str(Path(dataset[4]["t1w"]["path"]))
    content = Path(spoiled).read_bytes()
    known = sent(pushed)
    Path(spoiled).write_bytes(content[:-1] + b"?")
    upload(pushed, {SECOND: shard_of(halves(dataset)[1])})
    Path(spoiled).write_bytes(content)
    with pytest.raises(VerifyError, match="another file"):
        check(pushed, dataset, known)
    with pytest.raises(VerifyError) as caught:
        check(pushed, dataset, known, level="full")
    found = [(each.row, each.column, each.path) for each in caught.value.problems]
    assert found == [(3, None, SECOND), (4, "t1w", spoiled), (4, "bold", spoiled)]


def test_a_shard_that_the_push_lost(pushed: str, dataset: Dataset) -> None:
    known = sent(pushed)
    commit(pushed, CommitOperationDelete(SECOND))
    with pytest.raises(VerifyError, match=f"row 3, {SECOND}: is not on the Hub"):
        check(pushed, dataset, known)


def test_a_shard_that_the_push_did_not_replace(pushed: str, dataset: Dataset) -> None:
    known = sent(pushed)
    commit(pushed, CommitOperationCopy(FIRST, "data/train-00000-of-00007.parquet"))
    with pytest.raises(VerifyError, match="side by side"):
        check(pushed, dataset, known)


def test_files_that_were_not_to_be_embedded(repo_id: str, dataset: Dataset) -> None:
    sink = io.BytesIO()
    table = dataset.with_format("arrow")[:]
    rows = table.to_pylist()
    for row in rows:
        for cell in [row["t1w"], *row["bold"]]:
            if cell is not None:
                cell["path"] = os.path.basename(cell["path"])  # noqa: PTH119
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), sink)
    upload(repo_id, {"data/train-00000-of-00001.parquet": sink.getvalue()})
    _, uploaded = sent(repo_id)
    known = ([Shard("data/train-00000-of-00001.parquet", 0, ROWS, (ROWS,), 0)], uploaded)
    assert check(repo_id, dataset, known, embed=False, level="full").rows == ROWS
    with pytest.raises(VerifyError):
        check(repo_id, dataset, known, embed=True)


def test_the_error_lists_the_first_problems_and_travels_between_processes() -> None:
    error = VerifyError([Problem(row, "scan", f"{row}.nii", "differs") for row in range(80)])
    lines = str(error).splitlines()
    assert lines[1].strip() == "row 0, column 'scan', 0.nii: differs"
    assert lines[-1].strip() == "... and 30 more"
    assert pickle.loads(pickle.dumps(error)).problems == error.problems
