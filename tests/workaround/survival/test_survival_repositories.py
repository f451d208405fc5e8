"""Repositories with other configs, splits and files keep them, and stay readable.

As in test_survival.py: the uploader is held to it, and upstream fails. The scripts of these bugs
take no typed refusal for an answer, which is what the uploader gives.
"""

from __future__ import annotations

from contextlib import suppress

import pyarrow.parquet as pq
import pytest
from datasets import Dataset, DatasetDict, Features, Nifti, load_dataset
from huggingface_hub import HfApi, hf_hub_download

from mockhub.server import Hub
from repro.catalog.bugs import find
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti
from tests.workaround.survival.test_survival import Push, both, promise
from workaround import push_to_hub
from workaround.errors import UploadError

MB = 1_000_000


def numbers(*values: int) -> Dataset:
    return Dataset.from_dict({"n": list(values)})


@promise(find("two-configs-one-data-dir").affected)
@pytest.mark.usefixtures("hub")
def test_config_keeps_its_rows_when_another_wants_its_folder(push: Push) -> None:
    push(numbers(1, 2), REPO, "raw", data_dir="scans")
    with suppress(UploadError):
        push(numbers(3), REPO, "derived", data_dir="scans")
    assert load_dataset(REPO, "raw", split="train")["n"][:] == [1, 2]


@pytest.mark.parametrize(
    "push",
    both(push_to_hub, DatasetDict.push_to_hub, find("dict-push-deletes-foreign-files").affected),
)
@pytest.mark.usefixtures("hub")
def test_files_beside_the_shards_are_left_alone(push: Push) -> None:
    api = HfApi()
    api.create_repo(REPO, repo_type="dataset")
    for path in ("data/participants.tsv", "anat/sub-01_T1w.nii.gz"):
        api.upload_file(
            path_or_fileobj=b"mine", path_in_repo=path, repo_id=REPO, repo_type="dataset"
        )
    for config in ("default", "anat"):
        push(DatasetDict(train=numbers(1, 2)), REPO, config)
    assert {"data/participants.tsv", "anat/sub-01_T1w.nii.gz"} <= {
        *api.list_repo_files(REPO, repo_type="dataset")
    }


@promise(find("mismatch-found-after-upload").affected)
def test_split_with_other_columns_is_refused_before_anything_is_sent(hub: Hub, push: Push) -> None:
    push(numbers(1, 2), REPO, split="train")
    sent = len(hub.requests("POST", "/preupload/"))
    with pytest.raises((UploadError, ValueError)):
        push(Dataset.from_dict({"other": ["a"]}), REPO, split="test")
    assert len(hub.requests("POST", "/preupload/")) == sent


@promise(find("empty-split-unloadable").affected)
@pytest.mark.usefixtures("hub")
def test_split_without_rows_leaves_the_others_readable(push: Push) -> None:
    push(numbers(1, 2), REPO, split="train")
    with suppress(UploadError):
        push(numbers(1).select([]), REPO, split="test")
    assert load_dataset(REPO)["train"]["n"][:] == [1, 2]


@promise(find("row-group-of-whole-shard").affected)
@pytest.mark.usefixtures("hub")
def test_shard_is_read_in_row_groups_of_100_mb(make_nifti: MakeNifti, push: Push) -> None:
    files = [str(make_nifti(f"{name}.nii", 60 * MB)) for name in "abc"]
    rows = Dataset.from_dict({"scan": files}, features=Features({"scan": Nifti()}))
    push(rows, REPO, num_shards=1)
    (shard,) = (
        path
        for path in HfApi().list_repo_files(REPO, repo_type="dataset")
        if path.endswith(".parquet")
    )
    metadata = pq.read_metadata(hf_hub_download(REPO, shard, repo_type="dataset"))
    assert metadata.num_rows == 3
    assert metadata.num_row_groups > 1
