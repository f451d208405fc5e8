"""The folder of a run, while its owner lives and after."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from repro.sandbox.processes import MARK
from repro.sandbox.run_folder import run_folder, sweep
from tests.support.constants import ROOT


def abandoned() -> Path:
    """A run folder whose owner was killed, with a file left in it."""
    code = """
import os
from repro.sandbox.run_folder import run_folder
with run_folder() as folder:
    (folder.tmp / "left").touch()
    folder.tmp.chmod(0)
    print(folder.path, flush=True)
    os.kill(os.getpid(), 9)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    assert ended.returncode == -9
    return Path(ended.stdout.decode().strip())


def belonging_to(path: Path) -> subprocess.Popen[bytes]:
    """A process that carries the mark of a run."""
    code = "print(flush=True); import time; time.sleep(600)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, MARK: str(path)}, stdout=subprocess.PIPE
    )
    assert process.stdout
    with process.stdout as ready:
        ready.readline()
    return process


def test_folder_is_private_and_removed_even_after_an_error() -> None:
    with contextlib.suppress(ZeroDivisionError), run_folder() as folder:
        assert folder.path.stat().st_mode & 0o077 == 0
        assert folder.tmp.is_dir()
        raise ZeroDivisionError
    assert not folder.path.exists()


def test_sweep_spares_the_folder_of_a_living_owner() -> None:
    with run_folder() as folder:
        sweep()
        assert folder.tmp.is_dir()


def test_sweep_spares_what_only_looks_like_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with run_folder() as folder:
        file, link = (folder.tmp / f"repro-run-{name}" for name in ("file", "link"))
        file.touch()
        link.symlink_to(folder.path)
        monkeypatch.setattr("tempfile.tempdir", str(folder.tmp))
        sweep()
        assert file.exists()
        assert link.is_symlink()


def test_sweep_removes_the_folder_of_a_dead_owner() -> None:
    path = abandoned()
    assert path.exists()
    sweep()
    assert not path.exists()


def nested_deeper_than_python_recurses(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(sys.getrecursionlimit() + 200):
        os.mkdir("d" * 9, dir_fd=here)
        inner = os.open("d" * 9, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def test_folder_of_any_depth_is_listed_and_removed() -> None:
    with run_folder() as folder:
        nested_deeper_than_python_recurses(folder.tmp)
        assert len(folder.left_in_tmp()) > 100
    assert not folder.path.exists()


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("chattr"), reason="only root can")
def test_folder_that_cannot_be_removed_fails_no_run(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # runs beside us sweep the usual one
    with run_folder() as folder:
        assert folder.path.parent == tmp_path
        file = folder.tmp / "immutable"
        file.touch()
        if subprocess.run(["chattr", "+i", file], stderr=subprocess.DEVNULL).returncode:
            pytest.skip("the file system knows no immutable files")
    try:
        assert f"{folder.path} cannot be removed" in caplog.text
        caplog.clear()
        with run_folder():
            sweep()
        assert f"{folder.path} cannot be removed" in caplog.text
    finally:
        subprocess.run(["chattr", "-i", file], check=True)
    sweep()
    assert not folder.path.exists()


def test_sweep_ends_the_processes_of_a_dead_owner() -> None:
    path = abandoned()
    stray, other = belonging_to(path), belonging_to(path.with_name("other"))
    try:
        sweep()
        assert stray.wait(20) == -9
        assert other.poll() is None
    finally:
        for process in (stray, other):
            process.kill()
            process.wait()


def test_run_abandoned_within_a_run_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with run_folder() as folder:
        monkeypatch.setenv("TMPDIR", str(folder.tmp))
        inner = abandoned()
        assert inner.parent == folder.tmp
        stray = belonging_to(inner)
    try:
        assert stray.wait(20) == -9
    finally:
        stray.kill()
        stray.wait()


def test_what_was_left_is_named_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    with run_folder() as folder:
        (folder.tmp / "link").symlink_to(tmp_path)
        (folder.tmp / "a" / "b").mkdir(parents=True)
        assert folder.left_in_tmp() == ("a", "a/b", "link")
    assert (tmp_path / "elsewhere").exists()
