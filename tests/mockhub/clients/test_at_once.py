"""Many clients at once, in several processes of several threads."""

from __future__ import annotations

import subprocess
import sys

import pytest
from huggingface_hub import HfApi

from mockhub.server.process import Hub
from tests.support.mockhub.modes import MODES, travelled

PROCESSES = 4
THREADS = 4
SCRIPT = """
import random, sys
from concurrent.futures import ThreadPoolExecutor
from huggingface_hub import HfApi

def upload(name):
    HfApi().upload_file(path_or_fileobj=random.Random(name).randbytes(100_000),
        path_in_repo=f"{name}.bin", repo_id="user/data", commit_message=name)
    HfApi().upload_file(path_or_fileobj=name.encode(),
        path_in_repo=f"{name}.txt", repo_id="user/data", commit_message=name)

with ThreadPoolExecutor() as pool:
    list(pool.map(upload, sys.argv[1:]))
"""

pytestmark = pytest.mark.clients


@pytest.mark.parametrize("mode", MODES[:2])
def test_uploads_at_once_lose_nothing(hub: Hub, mode: str) -> None:
    api = HfApi(endpoint=hub.url, token=hub.token)
    api.create_repo("user/data")
    names = [str(number) for number in range(PROCESSES * THREADS)]
    children = [
        subprocess.Popen([sys.executable, "-c", SCRIPT, *names[number::PROCESSES]])
        for number in range(PROCESSES)
    ]
    assert [child.wait() for child in children] == [0] * PROCESSES
    expected = {f"{name}.{kind}" for name in names for kind in ("txt", "bin")}
    assert set(api.list_repo_files("user/data")) == expected | {".gitattributes"}
    titles = [item.title for item in api.list_repo_commits("user/data")]
    assert sorted(titles) == sorted([*names, *names, "initial commit"])
    assert travelled(hub) == {mode}
