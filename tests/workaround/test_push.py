"""The result of `push_to_hub` on the Hub."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pytest
from datasets import (
    Dataset,
    DatasetDict,
    Features,
    Image,
    IterableDataset,
    LargeList,
    List,
    Value,
    concatenate_datasets,
    load_dataset,
)
from huggingface_hub import HfApi, snapshot_download

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import (
    IMAGE,
    MakeNifti,
    contents,
    in_every_mode,
    loaded,
    newest_writer,
    numbers,
    parquet_files,
    sessions,
    tree,
)
from workaround import push_to_hub
from workaround.errors import ArgumentError, RefusedError, VerifyError


@pytest.fixture(name="numbers")
def numbers_fixture() -> Dataset:
    return numbers()


@in_every_mode
def test_files_come_back_as_they_were(hub: Hub, make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti)
    push_to_hub(rows, REPO, max_shard_size="60kB")
    assert len(parquet_files(REPO)) > 1
    assert loaded(REPO) == contents(rows)
    assert loaded(REPO, streaming=True) == contents(rows)


def test_any_feature_of_files_is_embedded_at_any_depth(
    hub: Hub, make_nifti: MakeNifti, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"not decoded here")

    def cell(name: str) -> dict[str, Any]:
        return {"path": str(make_nifti(name)), "bytes": None}

    features = Features(
        {
            "scan": {"id": Value("int32"), "runs": List({"image": IMAGE, "tr": Value("float32")})},
            "large": LargeList(IMAGE),
            "pair": List(IMAGE, length=2),
            "photo": Image(decode=False),
        }
    )
    rows = Dataset.from_dict(
        {
            "scan": [
                {"id": 1, "runs": [{"image": cell("a.nii"), "tr": 2.0}]},
                {"id": 2, "runs": []},
                None,
            ],
            "large": [[cell("b.nii"), cell("c.nii")], None, []],
            "pair": [[cell("d.nii"), cell("e.nii")], [cell("f.nii"), cell("g.nii")], None],
            "photo": [
                {"bytes": None, "path": str(photo)},
                {"bytes": b"raw", "path": "/home/x/y.png"},
                None,
            ],
        },
        features=features,
    )
    push_to_hub(rows, REPO)
    result = load_dataset(REPO, split="train")
    assert result.features == features
    assert contents(result) == contents(rows)
    assert result[1]["photo"] == {"bytes": b"raw", "path": "y.png"}


@newest_writer
@pytest.mark.parametrize("options", [{}, {"num_shards": 3}, {"max_shard_size": "100kB"}])
def test_same_files_as_upstream_where_nothing_is_embedded(
    hub: Hub, numbers: Dataset, options: dict[str, Any]
) -> None:
    numbers.push_to_hub("user/theirs", **options)
    push_to_hub(numbers, "user/ours", **options)
    assert tree("user/ours") == tree("user/theirs")
    both = DatasetDict({"train": numbers, "test": numbers.select(range(0, 900, 3))})
    both.push_to_hub("user/theirs", config_name="other")
    push_to_hub(both, "user/ours", config_name="other")
    assert tree("user/ours") == tree("user/theirs")


@newest_writer
def test_same_files_as_upstream_for_contents_in_the_table(hub: Hub, make_nifti: MakeNifti) -> None:
    cells = [{"bytes": make_nifti(f"{n}.nii").read_bytes(), "path": f"/a/{n}.nii"} for n in "abc"]
    rows = Dataset.from_dict({"image": cells}, features=Features({"image": IMAGE}))
    rows.push_to_hub("user/theirs")
    push_to_hub(rows, "user/ours")
    assert tree("user/ours") == tree("user/theirs")


def test_later_upload_replaces_its_split_and_no_other(hub: Hub, numbers: Dataset) -> None:
    push_to_hub(numbers, REPO, num_shards=3)
    push_to_hub(numbers.select(range(10)), REPO, split="test")
    first = HfApi().repo_info(REPO, repo_type="dataset").sha
    push_to_hub(numbers.select(range(7)), REPO)
    assert parquet_files(REPO) == [
        "data/test-00000-of-00001.parquet",
        "data/train-00000-of-00001.parquet",
    ]
    result = load_dataset(REPO)
    assert {name: len(rows) for name, rows in result.items()} == {"train": 7, "test": 10}
    assert len(load_dataset(REPO, split="train", revision=first)) == 1000


def test_dataset_dict_replaces_all_splits(hub: Hub, numbers: Dataset) -> None:
    push_to_hub(numbers, REPO, split="old")
    push_to_hub(DatasetDict({"new": numbers}), REPO)
    assert parquet_files(REPO) == ["data/new-00000-of-00001.parquet"]
    assert list(load_dataset(REPO)) == ["new"]


def test_configs_live_side_by_side(hub: Hub, numbers: Dataset) -> None:
    push_to_hub(numbers, REPO, "first")
    push_to_hub(
        numbers.select(range(5)), REPO, "second", data_dir="somewhere/else", set_default=True
    )
    assert len(load_dataset(REPO, "first", split="train")) == 1000
    assert len(load_dataset(REPO, split="train")) == 5
    assert "somewhere/else/train-00000-of-00001.parquet" in parquet_files(REPO)


def test_branch_and_pull_request_leave_main_alone(hub: Hub, numbers: Dataset) -> None:
    push_to_hub(numbers, REPO, private=True)
    before = tree(REPO)
    info = push_to_hub(numbers.select(range(3)), REPO, create_pr=True, commit_description="Why")
    push_to_hub(numbers.select(range(4)), REPO, revision="dev")
    assert tree(REPO) == before
    assert HfApi().repo_info(REPO, repo_type="dataset").private
    assert info.pr_num == 1
    assert len(load_dataset(REPO, split="train", revision=info.pr_revision)) == 3
    assert len(load_dataset(REPO, split="train", revision="dev")) == 4


def test_message_of_the_commit(hub: Hub, numbers: Dataset) -> None:
    info = push_to_hub(numbers, REPO, commit_message="Title", commit_description="Text")
    newest = HfApi().list_repo_commits(REPO, repo_type="dataset")[0]
    assert (newest.commit_id, newest.title, newest.message) == (info.oid, "Title", "Text")


@pytest.mark.hub(xet=False)
@pytest.mark.parametrize("level", ["none", "footers", "full"])
def test_what_is_on_the_hub_is_read_back_as_asked(
    hub: Hub, make_nifti: MakeNifti, level: Literal["none", "footers", "full"]
) -> None:
    push_to_hub(sessions(make_nifti), REPO, verify=level)
    read = sum(answer.sent for answer in hub.requests("GET", r"/(resolve|cdn)/"))
    files = 6 * 20_000  # at least: bytes that are not compressed any further
    assert {"none": read == 0, "footers": 0 < read < files, "full": read > files}[level]


@pytest.mark.hub(xet=False)
def test_what_the_hub_spoils_is_noticed_after_the_push(hub: Hub, make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti)
    hub.fail("GET", "/cdn/", corrupt="answer", count=1000)
    with pytest.raises(
        VerifyError,
        match=r"row 1, column 'bold', .*sub-1_run-0_bold\.nii\.gz: .* has other contents",
    ):
        push_to_hub(rows, REPO, verify="full")


def test_unchanged_dataset_makes_no_commit(hub: Hub, numbers: Dataset) -> None:
    first = push_to_hub(numbers, REPO)
    assert push_to_hub(numbers, REPO).oid == first.oid


def test_all_of_an_upload_is_one_commit(hub: Hub, make_nifti: MakeNifti) -> None:
    push_to_hub(sessions(make_nifti), REPO, num_shards=6)
    assert (
        len(HfApi().list_repo_commits(REPO, repo_type="dataset")) == 2
    )  # and the first, empty one


def test_more_shards_than_rows(hub: Hub, make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti, rows=2)
    push_to_hub(rows, REPO, num_shards=4)
    assert len(parquet_files(REPO)) == 4
    assert loaded(REPO) == contents(rows)


def test_no_folder_of_this_machine_is_uploaded(hub: Hub, make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti)
    push_to_hub(rows, REPO, num_shards=2)
    push_to_hub(rows, REPO, "names", embed_external_files=False)
    folder = make_nifti("x.nii").parent
    files = [
        path
        for path in Path(snapshot_download(REPO, repo_type="dataset")).rglob("*")
        if path.is_file()
    ]
    assert len(files) == 5
    for path in files:
        assert str(folder).encode() not in path.read_bytes()


def test_without_embedding_only_names_are_uploaded(hub: Hub, make_nifti: MakeNifti) -> None:
    cells = [str(make_nifti("a.nii")), "https://example.com/some/b.nii"]
    rows = Dataset.from_dict({"image": cells}, features=Features({"image": IMAGE}))
    push_to_hub(rows, REPO, embed_external_files=False)
    result = list(load_dataset(REPO, split="train")["image"])
    assert result == [
        {"bytes": None, "path": "a.nii"},
        {"bytes": None, "path": "https://example.com/some/b.nii"},
    ]


def test_split_without_rows(hub: Hub, make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti)
    splits = DatasetDict({"train": rows, "test": rows.select([])})
    push_to_hub(splits, REPO, strict=False)
    assert loaded(REPO) == contents(rows)
    assert [Path(path).name.split("-")[0] for path in parquet_files(REPO)] == ["test", "train"]


def test_text_and_bytes_as_views(hub: Hub, make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti, rows=2)
    views = pa.table(
        {
            "note": pa.array(["a", None], pa.string_view()),
            "raw": pa.array([b"", b"b"], pa.binary_view()),
        }
    )
    push_to_hub(concatenate_datasets([rows, Dataset(views)], axis=1), REPO)
    loaded_rows = loaded(REPO)
    assert [(row["note"], row["raw"]) for row in loaded_rows] == [("a", b""), (None, b"b")]


def test_shuffled_and_filtered_rows(hub: Hub, make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti).shuffle(seed=0).filter(lambda row: row["subject"] != "sub-3")
    push_to_hub(rows, REPO, num_shards=2)
    assert loaded(REPO) == contents(rows)


def test_token_shows_nowhere(
    hub: Hub, numbers: Dataset, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="workaround")
    hub.fail("POST", "/commit/", status=503)
    push_to_hub(numbers, REPO, token=hub.token)
    seen = caplog.text + "".join(capfd.readouterr())
    assert "Committing" in seen
    assert hub.token not in seen
    for file in (hub.home / "workaround").iterdir():
        assert hub.token.encode() not in file.read_bytes()


def test_refusal_says_what_to_do(hub: Hub, numbers: Dataset) -> None:
    with pytest.raises(RefusedError, match="hf auth login"):
        push_to_hub(numbers, REPO, token="hf_nobody")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"config_name": "data"}, "config_name cannot be 'data'"),
        ({"max_shard_size": "1MB", "num_shards": 2}, "either max_shard_size or num_shards"),
        ({"num_shards": 0}, "num_shards has to be a whole number of 1 or more, not 0"),
        ({"num_proc": "2"}, "num_proc has to be a whole number of 0 or more, not '2'"),
        ({"split": "not a split"}, "Not the name of a split"),
        ({"verify": False}, "verify is one of"),
        ({"commit_message": ""}, "commit_message cannot be empty"),
        ({"token": "hf_a hf_b"}, "The token is not valid"),
    ],
)
def test_arguments_that_cannot_be_meant_so(
    numbers: Dataset, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ArgumentError, match=sentence) as refused:
        push_to_hub(numbers, REPO, **arguments)
    assert "hf_a" not in str(refused.value)


def test_token_read_from_a_file_may_end_in_a_line_break(hub: Hub, numbers: Dataset) -> None:
    push_to_hub(numbers, REPO, token=f"{hub.token}\n")
    assert len(load_dataset(REPO, split="train")) == len(numbers)


def test_streams_and_buckets_are_refused_at_once(numbers: Dataset) -> None:
    stream: Any = IterableDataset.from_generator(lambda: iter([{"n": 1}]))
    with pytest.raises(ArgumentError, match="not IterableDataset"):
        push_to_hub(stream, REPO)
    with pytest.raises(ArgumentError, match="buckets"):
        push_to_hub(numbers, "buckets/user/data")


@pytest.mark.parametrize("kind", [Dataset, DatasetDict])
def test_positional_arguments_are_those_of_upstream(kind: type[Dataset | DatasetDict]) -> None:
    ours = list(inspect.signature(push_to_hub).parameters.values())[1:]
    positional = [name.name for name in ours if name.kind is name.POSITIONAL_OR_KEYWORD]
    upstream = list(inspect.signature(kind.push_to_hub).parameters)[1:]
    known = [name for name in upstream if name in positional]  # buckets have more
    if kind is DatasetDict:
        positional.remove("split")
    assert known == positional


def test_positional_arguments_of_a_dict_have_no_split(hub: Hub) -> None:
    rows = Dataset.from_dict({"n": [1, 2]})
    push_to_hub(rows, REPO, "raw", None, "validation", "a")
    push_to_hub(DatasetDict({"test": rows}), REPO, "other", None, "b", "Second message")
    assert parquet_files(REPO) == [
        "a/validation-00000-of-00001.parquet",
        "b/test-00000-of-00001.parquet",
    ]
    assert HfApi().list_repo_commits(REPO, repo_type="dataset")[0].title == "Second message"
