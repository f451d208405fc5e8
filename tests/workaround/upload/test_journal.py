"""Uploads that are killed, interrupted or run twice."""

from __future__ import annotations

import os
import pickle
import random
import resource
import signal
import sqlite3
import tempfile
import threading
import time
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from filelock import FileLock
from huggingface_hub import constants, get_repo_discussions

from mockhub.server.process import Hub
from tests.support import warm
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, contents, loaded, sessions, tree
from workaround import push_to_hub
from workaround.errors import DiskFullError, JournalError, RefusedError, TargetBusyError
from workaround.upload import files
from workaround.upload.journal import Journal, UploadedShard, open_journal

SHARDS = 6
SCRIPT = """
import sys
import workaround.upload.commit
import workaround.upload.files
import workaround.upload.streams
from datasets import load_from_disk
workaround.upload.files.BATCH_BYTES = workaround.upload.streams.BATCH_BYTES = 0
workaround.upload.commit.MAX_OPERATIONS = int(sys.argv[3])
if __name__ == "__main__":
    workaround.push_to_hub(load_from_disk(sys.argv[1]), sys.argv[2], num_shards=6, strict=False)
"""


@pytest.fixture
def rows(make_nifti: MakeNifti) -> Dataset:
    return sessions(make_nifti, size=200_000)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder for the temporary files of uploads."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def shards_sent(hub: Hub) -> int:
    """Return the number of shards that the Hub took."""
    log = hub.requests()
    return sum(
        entry.method in {"PUT", "POST"}
        and ("/lfs-storage/" in entry.path or "/shards" in entry.path)
        and entry.status == 200
        for entry in log
    )


def start(
    rows: Dataset, tmp_path: Path, repo: str = REPO, operations: int = SHARDS
) -> AbstractContextManager[warm.Process]:
    """Upload in a process of its own, each shard for itself, and so many shards to a commit."""
    if not (tmp_path / "saved").exists():
        rows.save_to_disk(tmp_path / "saved")
    script = tmp_path / "push.py"
    script.write_text(SCRIPT)
    return warm.start(script, tmp_path / "saved", repo, operations, env=os.environ)


def wait_until_sent(hub: Hub, count: int, child: warm.Process) -> None:
    while shards_sent(hub) < count:
        assert child.poll() is None, child.communicate()
        time.sleep(0.01)


over_xet_and_lfs = pytest.mark.parametrize(
    (), [pytest.param(id="xet"), pytest.param(id="lfs", marks=pytest.mark.hub(xet=False))]
)


@over_xet_and_lfs
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_stopped_upload_goes_on_where_it_was(
    hub: Hub, rows: Dataset, tmp_path: Path, temporary: Path, number: signal.Signals
) -> None:
    hub.fail("POST", "/commit/", status=503, count=1000)
    with start(rows, tmp_path) as child:
        wait_until_sent(hub, 3, child)
        child.send_signal(number)
        child.communicate()
    assert child.returncode != 0
    assert list(tree(REPO)) == [".gitattributes"]
    hub.clear_faults()
    before = shards_sent(hub)
    with start(rows, tmp_path) as child:
        _, stderr = child.communicate()
    assert child.returncode == 0, stderr
    # Two are on their way at a time, so of three that arrived one at least is remembered.
    assert shards_sent(hub) - before <= SHARDS - 1
    assert loaded(REPO) == contents(rows)
    assert list(temporary.iterdir()) == []
    with start(rows, tmp_path, "user/whole") as child:
        child.communicate()
    assert tree(REPO) == tree("user/whole")


def test_pull_request_of_a_killed_upload_is_closed(hub: Hub, rows: Dataset, tmp_path: Path) -> None:
    hub.fail("POST", "/commit/refs%2Fpr%2F1", delay=60, after=1)
    with start(rows, tmp_path, operations=4) as child:
        while len(hub.requests("POST", "/commit/refs%2Fpr%2F1")) < 2:
            assert child.poll() is None, child.communicate()
            time.sleep(0.01)
        child.kill()
        child.communicate()
    assert [entry.status for entry in get_repo_discussions(REPO, repo_type="dataset")] == ["draft"]
    hub.clear_faults()
    with start(rows, tmp_path, operations=4) as child:
        _, stderr = child.communicate()
    assert child.returncode == 0, stderr
    statuses = {
        entry.num: entry.status for entry in get_repo_discussions(REPO, repo_type="dataset")
    }
    assert statuses == {1: "closed", 2: "merged"}
    assert loaded(REPO) == contents(rows)


@over_xet_and_lfs
def test_all_was_sent_before_the_kill(hub: Hub, rows: Dataset, tmp_path: Path) -> None:
    hub.fail("POST", "/commit/", status=503, count=1000)
    with start(rows, tmp_path) as child:
        while not any("/commit/" in entry.path for entry in hub.requests()):
            assert child.poll() is None, child.communicate()
            time.sleep(0.01)
        child.kill()
        child.communicate()
    hub.clear_faults()
    before = shards_sent(hub)
    whole = contents(rows)
    for row in rows:  # another file behind the same name, size and time: it shows if it is read
        file = Path(row["t1w"]["path"])
        status = file.stat()
        content = bytearray(file.read_bytes())
        content[status.st_size // 2] ^= 1
        file.write_bytes(content)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    with start(rows, tmp_path) as child:
        _, stderr = child.communicate()
    assert child.returncode == 0, stderr
    assert shards_sent(hub) == before
    assert loaded(REPO) == whole


def test_nothing_is_resumed_if_it_is_not_wanted(hub: Hub, rows: Dataset, tmp_path: Path) -> None:
    stop_at_commit(hub, rows)
    asked = sum("/preupload/" in entry.path for entry in hub.requests())
    push_to_hub(rows, REPO, num_shards=SHARDS, resume=False)
    now = sum("/preupload/" in entry.path for entry in hub.requests())
    assert now > asked


def stop_at_commit(hub: Hub, rows: Dataset) -> None:
    """Leave an upload behind that lacks nothing but the commit."""
    hub.fail("POST", "/commit/", status=403)
    with pytest.raises(RefusedError):
        push_to_hub(rows, REPO, num_shards=SHARDS)


def test_file_that_changed_in_between_is_uploaded_again(
    hub: Hub, rows: Dataset, make_nifti: MakeNifti
) -> None:
    stop_at_commit(hub, rows)
    make_nifti(Path(rows[2]["t1w"]["path"]).name, 300_000)
    push_to_hub(rows, REPO, num_shards=SHARDS)
    assert loaded(REPO) == contents(rows)


def test_shards_that_the_hub_has_lost_are_uploaded_again(
    start_hub: Any, rows: Dataset, tmp_path: Path
) -> None:
    hub = start_hub(tmp_path / "hub", xet=False)
    stop_at_commit(hub, rows)
    for blob in (tmp_path / "hub" / "blobs").rglob("*"):
        if blob.is_file() and blob.stat().st_size > 100_000:
            blob.unlink()
    push_to_hub(rows, REPO, num_shards=SHARDS)
    assert loaded(REPO) == contents(rows)


def test_second_upload_to_the_same_place_is_kept_out(hub: Hub, rows: Dataset) -> None:
    push_to_hub(rows.select([1]), REPO)
    (journal,) = (hub.home / "workaround").glob("*.lock")
    with FileLock(journal), pytest.raises(TargetBusyError, match="Wait until it ends"):
        push_to_hub(rows, REPO)
    push_to_hub(rows, REPO)


@pytest.mark.hub(xet=False)
def test_full_disk_is_a_clear_error_and_leaves_nothing(
    hub: Hub, rows: Dataset, temporary: Path
) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        with pytest.raises(DiskFullError, match=f"{temporary} has no room for a shard of") as full:
            push_to_hub(rows, REPO)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, previous)
    assert list(temporary.iterdir()) == []
    assert str(pickle.loads(pickle.dumps(full.value))) == str(full.value)


@pytest.mark.parametrize("rest", [b"", b"more of it"])
def test_damaged_journal_is_started_over(
    hub: Hub, rows: Dataset, caplog: pytest.LogCaptureFixture, rest: bytes
) -> None:
    stop_at_commit(hub, rows)
    (journal,) = (hub.home / "workaround").glob("*.sqlite")
    journal.write_bytes(b"not a database " * 100)
    journal.with_name(f"{journal.name}-wal").write_bytes(rest)
    push_to_hub(rows, REPO, num_shards=SHARDS)
    assert "was damaged: all shards are sent again" in caplog.text
    assert loaded(REPO) == contents(rows)
    assert [file.suffix for file in journal.parent.iterdir()] == [".lock"]


@pytest.mark.parametrize("rest", [b"\xff", b"\0", b"\x0d"], ids=["ones", "zeros", "no cells"])
def test_damaged_page_is_started_over(
    hub: Hub, rows: Dataset, caplog: pytest.LogCaptureFixture, rest: bytes
) -> None:
    """SQLite raises at some damage, and reports other only when it is asked to check."""
    stop_at_commit(hub, rows)
    (journal,) = (hub.home / "workaround").glob("*.sqlite")
    page = 4096
    pages = bytearray(journal.read_bytes())
    assert len(pages) >= 3 * page  # the schema, and the rows and the index of the shards
    pages[2 * page :] = rest.ljust(len(pages) - 2 * page, rest if rest != b"\x0d" else b"\0")
    journal.write_bytes(pages)
    push_to_hub(rows, REPO, num_shards=SHARDS)
    assert "was damaged: all shards are sent again" in caplog.text
    assert loaded(REPO) == contents(rows)


def test_damaged_journal_remembers_the_truth_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite raises at some damage, but reports most of it only when it is asked to check."""
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path))
    shards = [
        UploadedShard(f"data/train-{n:05d}", f"{n:064d}", "0" * 64, n, None) for n in range(200)
    ]
    with open_journal("there") as journal:
        for shard in shards:
            journal.add(shard, None)
    (file,) = (tmp_path / "workaround").glob("*.sqlite")
    whole = file.read_bytes()
    for seed in range(200):
        dice = random.Random(seed)
        damaged = bytearray(whole)
        start = dice.randrange(4096, len(whole) - 64)
        damaged[start : start + 64] = dice.randbytes(64)
        file.write_bytes(damaged)
        with open_journal("there") as journal:
            assert all(journal.find(shard.path, shard.key) in {shard, None} for shard in shards)


@pytest.mark.hub(upload_mode="regular")
def test_damaged_content_of_a_regular_shard_is_sent_again(
    hub: Hub, rows: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    stop_at_commit(hub, rows)
    (journal,) = (hub.home / "workaround").glob("*.sqlite")
    with closing(sqlite3.connect(journal)) as database, database:
        database.execute(
            "UPDATE uploaded SET content = zeroblob(length(content)) WHERE path LIKE '%3-of%'"
        )
    push_to_hub(rows, REPO, num_shards=SHARDS)
    assert "lost the content of data/train-00003-of-00006.parquet" in caplog.text
    assert loaded(REPO) == contents(rows)


@pytest.mark.hub(upload_mode="regular")
def test_successful_upload_leaves_nothing_of_its_size(hub: Hub, rows: Dataset) -> None:
    push_to_hub(rows, REPO, num_shards=SHARDS)
    files = list((hub.home / "workaround").iterdir())
    assert [file.suffix for file in files] == [".lock"]
    assert sum(file.stat().st_size for file in files) < 1000


def test_journal_that_names_a_folder_does_not_remove_it(
    hub: Hub, rows: Dataset, tmp_path: Path
) -> None:
    stop_at_commit(hub, rows)
    (journal,) = (hub.home / "workaround").glob("*.sqlite")
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    with closing(sqlite3.connect(journal)) as database, database:  # as older releases did
        database.execute("CREATE TABLE folder (path TEXT PRIMARY KEY) WITHOUT ROWID")
        database.execute("INSERT INTO folder VALUES (?)", (str(precious),))
    push_to_hub(rows, REPO, num_shards=SHARDS)
    assert (precious / "file").read_text() == "mine"


def test_journal_that_cannot_be_written_is_a_clear_error(
    hub: Hub, rows: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Journal, "add", add)
    with pytest.raises(JournalError, match=r"workaround cannot .* \(database or disk is full\)"):
        push_to_hub(rows, REPO)
    monkeypatch.undo()
    (journal,) = (hub.home / "workaround").glob("*.sqlite")
    journal.unlink()
    journal.mkdir()
    with pytest.raises(JournalError, match="set HF_HOME to another folder"):
        push_to_hub(rows, REPO)


@over_xet_and_lfs
def test_files_of_two_batches_at_most_and_none_over_xet(
    hub: Hub, rows: Dataset, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BATCH_BYTES", 0)  # each shard is a batch
    seen = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.002):
            with suppress(FileNotFoundError):  # a folder that goes while it is looked at
                seen.append(sum(1 for _ in temporary.rglob("*.parquet")))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        push_to_hub(rows, REPO, num_shards=SHARDS)
    finally:
        done.set()
        watcher.join()
    assert max(seen) in ({0} if hub.xet else {1, 2})
    assert list(temporary.iterdir()) == []
