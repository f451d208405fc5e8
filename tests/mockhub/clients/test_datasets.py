"""``Dataset.push_to_hub`` to the local Hub, and ``load_dataset`` from it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import datasets
import nibabel as nib
import numpy as np
import pytest
from datasets import Dataset, DatasetDict, Features, Image, Nifti, load_dataset
from huggingface_hub import HfApi
from huggingface_hub.errors import RepositoryNotFoundError
from packaging.version import Version

from mockhub.server.process import Hub
from tests.support.mockhub.modes import MODES, travelled

REPO = "user/numbers"
RELEASE = Version(datasets.__version__)

pytestmark = [pytest.mark.clients, pytest.mark.usefixtures("hub")]


@pytest.fixture
def numbers() -> Dataset:
    return Dataset.from_dict({"n": list(range(100)), "text": [f"number {n}" for n in range(100)]})


def rows(repo: str = REPO, **arguments: Any) -> list[Any]:
    """The numbers of a dataset on the Hub, the same whether downloaded or streamed."""
    arguments = {"split": "train", **arguments}
    streamed = [row["n"] for row in load_dataset(repo, streaming=True, **arguments)]
    assert list(load_dataset(repo, **arguments)["n"]) == streamed
    return streamed


def parquet_files(revision: str = "main") -> list[str]:
    files = HfApi().list_repo_files(REPO, repo_type="dataset", revision=revision)
    return [file for file in files if file.endswith(".parquet")]


@pytest.mark.parametrize("mode", MODES)
def test_pushed_rows_come_back(hub: Hub, numbers: Dataset, mode: str) -> None:
    if mode == "regular" and Version("4.6.1") <= RELEASE:
        # Bug regular-shard-file-deleted: the shard is gone before it is committed.
        with pytest.raises(FileNotFoundError):
            numbers.push_to_hub(REPO, num_shards=2)
        return
    numbers.push_to_hub(REPO, num_shards=2)
    assert rows() == numbers["n"][:]
    assert load_dataset(REPO, split="train")["text"][:] == numbers["text"][:]
    assert travelled(hub) == {mode} - {"regular"}


@pytest.mark.hub(redirect="none")
def test_rows_come_back_without_redirects(numbers: Dataset) -> None:
    numbers.push_to_hub(REPO)
    assert rows() == numbers["n"][:]


def test_embedded_images_come_back(tmp_path: Path) -> None:
    pil = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    pil.fromarray(pixels).save(tmp_path / "image.png")
    column = {"image": [str(tmp_path / "image.png")]}
    Dataset.from_dict(column, features=Features({"image": Image()})).push_to_hub("user/images")
    (tmp_path / "image.png").unlink()
    for streaming in (False, True):
        (row,) = load_dataset("user/images", split="train", streaming=streaming)
        assert np.array_equal(np.asarray(row["image"]), pixels)


@pytest.mark.skipif(Version("4.4.2") > RELEASE, reason="bug embed-zero-bytes: nothing is embedded")
def test_embedded_nifti_files_come_back(tmp_path: Path) -> None:
    voxels = np.random.default_rng(0).normal(size=(24, 24, 24)).astype(np.float32)
    nib.save(nib.Nifti1Image(voxels, np.eye(4)), tmp_path / "image.nii")  # type: ignore[no-untyped-call]
    column = {"image": [str(tmp_path / "image.nii")]}
    Dataset.from_dict(column, features=Features({"image": Nifti()})).push_to_hub("user/images")
    (tmp_path / "image.nii").unlink()
    for streaming in (False, True):
        (row,) = load_dataset("user/images", split="train", streaming=streaming)
        assert np.array_equal(np.asarray(row["image"].dataobj), voxels)


def test_splits_and_configs_keep_apart(numbers: Dataset) -> None:
    DatasetDict(train=numbers, test=numbers.select([7])).push_to_hub(REPO)
    numbers.select([1, 2]).push_to_hub(REPO, config_name="small", split="train")
    assert (len(rows()), rows(split="test")) == (100, [7])
    assert rows(name="small") == [1, 2]
    assert sorted(datasets.get_dataset_config_names(REPO)) == ["default", "small"]


def test_second_push_of_a_split_replaces_the_first_and_history_keeps_it(numbers: Dataset) -> None:
    first = numbers.push_to_hub(REPO, num_shards=3)
    numbers.select([8]).push_to_hub(REPO, split="test")
    numbers.select(range(5)).push_to_hub(REPO)
    assert parquet_files() == [
        "data/test-00000-of-00001.parquet",
        "data/train-00000-of-00001.parquet",
    ]
    assert (rows(), rows(split="test")) == (list(range(5)), [8])
    assert len(rows(revision=first.oid)) == 100


def test_pull_request_and_branch_leave_main_alone(numbers: Dataset) -> None:
    numbers.push_to_hub(REPO)
    info = numbers.select(range(5)).push_to_hub(REPO, create_pr=True)
    assert info.pr_num == 1
    numbers.select(range(6)).push_to_hub(REPO, revision="dev")
    assert len(rows(revision="refs/pr/1")) == 5
    assert len(rows(revision="dev")) == 6
    assert len(rows()) == 100
    HfApi().merge_pull_request(REPO, 1, repo_type="dataset")
    assert len(rows()) == 5


def test_private_dataset_is_for_its_owner(numbers: Dataset) -> None:
    numbers.push_to_hub(REPO, private=True)
    assert len(rows()) == 100
    with pytest.raises(RepositoryNotFoundError):
        HfApi().dataset_info(REPO, token=False)


def test_processes_share_a_push(numbers: Dataset) -> None:
    numbers.push_to_hub(REPO, num_proc=2, num_shards=4)
    assert len(parquet_files()) == 4
    assert rows() == numbers["n"][:]


def test_shards_obey_their_size(numbers: Dataset) -> None:
    numbers.push_to_hub(REPO, max_shard_size="1KB")
    assert len(parquet_files()) > 1
    assert rows() == numbers["n"][:]


@pytest.mark.hub(xet=False)
def test_many_shards_take_several_commits(numbers: Dataset) -> None:
    numbers.push_to_hub(REPO, num_shards=51)
    assert len(parquet_files()) == 51
    assert load_dataset(REPO, split="train")["n"][:] == numbers["n"][:]
    titles = [commit.title for commit in HfApi().list_repo_commits(REPO, repo_type="dataset")]
    assert len(titles) > 2


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # of the CSV reader
def test_other_formats_load_by_their_address() -> None:
    api = HfApi()
    api.create_repo(REPO, repo_type="dataset")
    for path, text in (("train.csv", "n\n1\n2\n"), ("b/test+1.csv", "n\n3\n")):
        api.upload_file(
            path_or_fileobj=io.BytesIO(text.encode()),
            path_in_repo=path,
            repo_id=REPO,
            repo_type="dataset",
        )
    files = {"train": f"hf://datasets/{REPO}/*.csv", "test": f"hf://datasets/{REPO}/b/test+1.csv"}
    assert rows("csv", data_files=files) == [1, 2]
    assert rows("csv", data_files=files, split="test") == [3]
    assert rows(data_files="b/*.csv") == [3]


def test_dataset_without_a_card_is_found_by_its_file_names(numbers: Dataset) -> None:
    numbers.push_to_hub(REPO)
    HfApi().delete_file("README.md", REPO, repo_type="dataset")
    assert len(rows()) == 100


def test_iterable_dataset_is_pushed() -> None:
    stream = Dataset.from_dict({"n": [1, 2, 3]}).to_iterable_dataset()
    stream.push_to_hub(REPO)
    assert rows() == [1, 2, 3]
