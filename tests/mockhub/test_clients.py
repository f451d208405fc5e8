"""Real clients against the local Hub: what goes up comes down."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from datasets import Dataset, Features, Nifti, load_dataset
from huggingface_hub import CommitOperationAdd, HfApi, HfFileSystem, hf_hub_download
from huggingface_hub.hf_api import RepoFile

from mockhub.server import Hub

StartHub = Callable[..., Hub]
MODES: dict[str, dict[str, Any]] = {
    "xet": {},
    "lfs": {"xet": False},
    "multipart": {"xet": False, "options": ["--part-size", "1000"]},
}
# huggingface_hub 2.4 sends LFS bodies in a way that its own HTTP library deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
def numbers() -> Dataset:
    return Dataset.from_dict({"n": list(range(100))})


def sent(hub: Hub, method: str, path: str) -> int:
    """How many successful requests of a kind the Hub saw."""
    log = hub.requests()
    return sum(r["method"] == method and path in r["path"] and r["status"] == 200 for r in log)


@pytest.mark.parametrize("mode", MODES)
def test_pushed_dataset_loads_back(start_hub: StartHub, numbers: Dataset, mode: str) -> None:
    hub = start_hub(**MODES[mode])
    numbers.push_to_hub("user/numbers", num_shards=2)
    assert load_dataset("user/numbers", split="train")["n"][:] == numbers["n"][:]
    stream = load_dataset("user/numbers", split="train", streaming=True)
    assert [row["n"] for row in stream] == numbers["n"][:]
    assert (sent(hub, "POST", "/xorbs/default/") > 0) == (mode == "xet")
    assert (sent(hub, "GET", "/reconstructions/") > 0) == (mode == "xet")
    assert (sent(hub, "PUT", "/lfs-storage/") > 0) == (mode != "xet")
    assert (sent(hub, "POST", "/lfs-storage/") > 0) == (mode == "multipart")


def test_embedded_images_survive_the_round_trip(hub: Hub, tmp_path: Path) -> None:
    voxels = np.random.default_rng(0).normal(size=(24, 24, 24)).astype(np.float32)
    image = nib.Nifti1Image(voxels, np.eye(4))  # type: ignore[no-untyped-call]
    nib.save(image, tmp_path / "image.nii")
    column = {"image": [str(tmp_path / "image.nii")]}
    images = Dataset.from_dict(column, features=Features({"image": Nifti()}))
    images.push_to_hub(f"{hub.user}/images")
    back = load_dataset(f"{hub.user}/images", split="train")[0]["image"]
    assert np.array_equal(np.asarray(back.dataobj), voxels)


def test_regular_mode_keeps_files_out_of_lfs(start_hub: StartHub) -> None:
    hub = start_hub(upload_mode="regular")
    content = np.random.default_rng(0).bytes(11 << 20)
    api = HfApi()
    api.create_repo("user/data", repo_type="dataset")
    api.upload_file(
        path_or_fileobj=content,
        path_in_repo="a.parquet",
        repo_id="user/data",
        repo_type="dataset",
    )
    (found,) = api.get_paths_info("user/data", ["a.parquet"], repo_type="dataset")
    assert isinstance(found, RepoFile)
    assert found.lfs is None
    path = hf_hub_download("user/data", "a.parquet", repo_type="dataset")
    assert Path(path).read_bytes() == content
    assert sent(hub, "POST", "/xorbs/default/") == 0


def test_pull_request_leaves_main_alone(hub: Hub, numbers: Dataset) -> None:
    numbers.push_to_hub(f"{hub.user}/numbers")
    info = numbers.select(range(5)).push_to_hub(f"{hub.user}/numbers", create_pr=True)
    assert info.pr_num == 1
    assert len(load_dataset("user/numbers", split="train", revision="refs/pr/1")) == 5
    assert len(load_dataset("user/numbers", split="train")) == 100


def test_push_to_a_branch_leaves_main_alone(hub: Hub, numbers: Dataset) -> None:
    numbers.push_to_hub(f"{hub.user}/numbers")
    numbers.select(range(5)).push_to_hub(f"{hub.user}/numbers", revision="dev")
    assert len(load_dataset("user/numbers", split="train", revision="dev")) == 5
    assert len(load_dataset("user/numbers", split="train")) == 100


def test_second_push_replaces_the_first_and_history_keeps_it(hub: Hub, numbers: Dataset) -> None:
    first = numbers.push_to_hub(f"{hub.user}/numbers", num_shards=3)
    numbers.select(range(5)).push_to_hub(f"{hub.user}/numbers")
    files = HfApi().list_repo_files("user/numbers", repo_type="dataset")
    assert [file for file in files if file.endswith(".parquet")] == [
        "data/train-00000-of-00001.parquet"
    ]
    assert len(load_dataset("user/numbers", split="train")) == 5
    assert len(load_dataset("user/numbers", split="train", revision=first.oid)) == 100


def test_processes_push_over_xet_at_once(hub: Hub) -> None:
    HfApi().create_repo("user/data", repo_type="dataset")
    script = """
import sys, random
from huggingface_hub import HfApi
HfApi().upload_file(path_or_fileobj=random.Random(sys.argv[1]).randbytes(300_000),
    path_in_repo=f"{sys.argv[1]}.bin", repo_id="user/data", repo_type="dataset")
"""
    children = [subprocess.Popen([sys.executable, "-c", script, name]) for name in "abc"]
    assert [child.wait() for child in children] == [0, 0, 0]
    files = HfApi().list_repo_files("user/data", repo_type="dataset")
    assert {"a.bin", "b.bin", "c.bin"} <= set(files)
    assert sent(hub, "POST", "/xorbs/default/") == 3


def test_commits_at_once_lose_nothing(hub: Hub) -> None:
    api = HfApi(endpoint=hub.url, token=hub.token)
    api.create_repo("user/data", repo_type="dataset")

    def commit(number: int) -> str:
        add = CommitOperationAdd(f"{number}.txt", str(number).encode())
        info = api.create_commit("user/data", [add], commit_message="add", repo_type="dataset")
        return str(info.oid)

    with ThreadPoolExecutor(8) as pool:
        oids = list(pool.map(commit, range(16)))
    files = api.list_repo_files("user/data", repo_type="dataset")
    assert {f"{number}.txt" for number in range(16)} <= set(files)
    history = [each.commit_id for each in api.list_repo_commits("user/data", repo_type="dataset")]
    assert sorted(history[:-1]) == sorted(oids)


@pytest.mark.parametrize("mode", MODES)
def test_file_system_reads_any_range(start_hub: StartHub, mode: str) -> None:
    hub = start_hub(**MODES[mode])
    floats = np.random.default_rng(0).normal(size=100_000).astype(np.float32).tobytes()
    content = floats + b"\0" * 200_000 + np.random.default_rng(1).bytes(200_000)
    api = HfApi()
    api.create_repo("user/data", repo_type="dataset")
    source = io.BytesIO(content) if mode == "multipart" else content
    api.upload_file(
        path_or_fileobj=source, path_in_repo="a.bin", repo_id="user/data", repo_type="dataset"
    )
    files = HfFileSystem(endpoint=hub.url, token=hub.token)
    for start, end in [
        (0, 1),
        (0, 800_000),
        (65_535, 300_001),
        (399_999, 400_001),
        (799_999, None),
    ]:
        data = files.cat_file("datasets/user/data/a.bin", start=start, end=end)
        assert data == content[start:end]
    path = hf_hub_download("user/data", "a.bin", repo_type="dataset")
    assert Path(path).read_bytes() == content
