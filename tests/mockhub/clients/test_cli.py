"""The command line of huggingface_hub against the local Hub."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import HfApi, __version__
from packaging.version import Version

from mockhub.server.process import Hub

REPOS = "repos" if Version(__version__) >= Version("1.0") else "repo"

pytestmark = pytest.mark.clients


def hf(*arguments: str) -> str:
    """Run the command and return its output."""
    command = [str(Path(sys.executable).with_name("hf")), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_folder_goes_up_and_comes_down(hub: Hub, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "a.txt").write_text("text")
    (source / "a.bin").write_bytes(bytes(100_000))
    hf(REPOS, "create", "user/data", "--repo-type", "dataset", "--private")
    assert HfApi().dataset_info("user/data").private
    hf("upload", "user/data", str(source), "--repo-type", "dataset", "--commit-message", "up")
    hf("download", "user/data", "--repo-type", "dataset", "--local-dir", str(target))
    assert (target / "a.txt").read_text() == "text"
    assert (target / "a.bin").read_bytes() == bytes(100_000)
    titles = [
        request.title for request in HfApi().list_repo_commits("user/data", repo_type="dataset")
    ]
    assert titles == ["up", "initial commit"]
    assert {request.user for request in hub.requests("POST", "/api/")} == {hub.user}


def test_account_is_shown(hub: Hub) -> None:
    assert hub.user in hf("auth", "whoami")


def test_tag_is_set(hub: Hub) -> None:
    api = HfApi(endpoint=hub.url, token=hub.token)
    api.create_repo("user/data")
    hf(REPOS, "tag", "create", "user/data", "v1")
    assert [ref.name for ref in api.list_repo_refs("user/data").tags] == ["v1"]
