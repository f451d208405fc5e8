"""The Hub compared with the disk: every kind of damage is reported, with its place."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, Value
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi
from huggingface_hub.hf_api import RepoFile

from tests.support.workaround.nested import shard_of
from tests.support.workaround.stored import (
    FIRST,
    LEVELS,
    PATHS,
    ROWS,
    SECOND,
    Level,
    Rows,
    commit,
    halves,
    problems,
    rewrite,
    upload,
)
from workaround.errors import Problem, RefusedError, VerifyError
from workaround.verification.verify import VerifyReport, verify

pytestmark = pytest.mark.hub(xet=False)


@LEVELS
def test_what_was_uploaded_is_what_is_there(pushed: str, dataset: Dataset, level: Level) -> None:
    report = verify(pushed, dataset, level=level)
    head = HfApi().repo_info(pushed, repo_type="dataset").sha
    size = sum(
        file.size
        for file in HfApi().list_repo_tree(pushed, "data", repo_type="dataset")
        if isinstance(file, RepoFile)
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


@pytest.mark.parametrize("rows", [2, 4])
def test_rows_without_files_that_are_more_or_fewer(repo_id: str, rows: int) -> None:
    numbers = Dataset.from_dict({"n": range(4)})
    upload(repo_id, {"data/train-00000-of-00001.parquet": shard_of(numbers.select(range(3)))})
    (problem,) = problems(repo_id, numbers.select(range(rows)), "footers")
    assert problem.reason.startswith(f"has 3 rows on the Hub and {rows} here")
    assert ("appended" in problem.reason) == (rows == 2)


@LEVELS
def test_shards_in_each_others_place(pushed: str, dataset: Dataset, level: Level) -> None:
    first, second = (
        Path(HfApi().hf_hub_download(pushed, path, repo_type="dataset")).read_bytes()
        for path in PATHS
    )
    upload(pushed, {FIRST: second, SECOND: first})
    differences = problems(pushed, dataset, level)
    assert {0, 3} <= {problem.row for problem in differences if problem.column == "t1w"}


@LEVELS
def test_rows_in_another_order(pushed: str, dataset: Dataset, level: Level) -> None:
    order = [5, 1, 2, 3, 4, 0]
    differences = problems(pushed, dataset.select(order), level)
    assert {problem.row for problem in differences if problem.column == "t1w"} == {0, 5}
    path = dataset[5]["t1w"]["path"]
    assert any(
        (0, "t1w", path) == (problem.row, problem.column, problem.path) for problem in differences
    )


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
    differences = problems(pushed, dataset, "footers")
    assert [(problem.row, problem.column) for problem in differences] == [(3, "t1w"), (4, "t1w")]


@LEVELS
def test_paths_that_were_pushed_without_their_files(
    pushed: str, dataset: Dataset, level: Level
) -> None:
    """Check shards as 4.4.0 leaves them (catalog: ``embed-zero-bytes``)."""

    def change(rows: Rows) -> None:
        for row in rows:
            for cell in [row["t1w"], *row["bold"]]:
                if cell is not None:
                    cell["bytes"] = None

    rewrite(pushed, FIRST, change, write_page_index=True)
    differences = problems(pushed, dataset, level)
    assert {problem.column for problem in differences} == {"t1w", "bold"}
    assert any(
        problem.row == 0 and problem.path == dataset[0]["t1w"]["path"] for problem in differences
    )


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
    differences = [problem for problem in problems(pushed, other, "full") if problem.row is None]
    assert {(problem.column, problem.reason.split(f"{FIRST}")[0]) for problem in differences} >= {
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


@LEVELS
def test_every_shard_that_is_damaged_is_named_with_its_split(
    pushed: str, dataset: Dataset, level: Level
) -> None:
    test = "data/test-00000-of-00001.parquet"
    upload(pushed, {FIRST: b"no Parquet", SECOND: b"none either", test: shard_of(dataset)})
    rewrite(pushed, test, spoil(lambda _: b""))
    differences = problems(pushed, DatasetDict({"train": dataset, "test": dataset}), level)
    places = {(problem.split, problem.row, problem.path) for problem in differences}
    source = dataset[1]["t1w"]["path"]
    assert places == {("train", None, FIRST), ("train", None, SECOND), ("test", 1, source)}


def test_a_source_file_that_is_gone(pushed: str, dataset: Dataset) -> None:
    path = Path(dataset[0]["t1w"]["path"])
    path.unlink()
    differences = problems(pushed, dataset, "footers")
    assert str(path) in str(differences[0])


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
    differences = problems(repo_id, swapped, "footers", config_name="big")
    assert {problem.split for problem in differences} == {"train", "test"}
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


def test_the_error_lists_the_first_problems_and_travels_between_processes() -> None:
    error = VerifyError(
        [Problem(row, "scan", f"{row}.nii", f"differs by {row}") for row in range(80)]
    )
    lines = str(error).splitlines()
    assert "Push again if what is here is right" in lines[0]
    assert "if a file here has changed since, bring the old one back" in lines[0]
    assert lines[1].strip() == "row 0, column 'scan', 0.nii: differs by 0"
    assert lines[-1].strip() == "... and 30 more"
    assert pickle.loads(pickle.dumps(error)).problems == error.problems
