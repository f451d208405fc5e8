"""The records of processes that have ended."""

import sys
from pathlib import Path

import pytest

from repro.sandbox import run as isolate
from repro.sandbox.run import Exited
from tests.support.constants import MIB
from tests.support.repro.children import python

LINUX = sys.platform == "linux"


@pytest.mark.skipif(not LINUX, reason="only Linux counts the bytes of read and write calls")
@pytest.mark.parametrize("who", ["itself", "child", "orphan"])
def test_bytes_read_and_written_are_exact(tmp_path: Path, who: str) -> None:
    code = """
        import os, sys
        def copy():
            with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as sink:
                sink.write(source.read())
        if sys.argv[3] == "itself":
            copy()
        elif (child := os.fork()):
            os.waitpid(child, 0)
        elif sys.argv[3] == "child" or os.fork() == 0:
            copy()
            os._exit(0)
        else:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)  # ends before it is waited for
    """
    full, empty, copy = (tmp_path / name for name in ("full", "none", "copy"))
    full.write_bytes(bytes(8 * MIB))
    empty.touch()
    with_full, with_empty = (
        isolate.run(python(code, source, copy, who), timeout=60) for source in (full, empty)
    )
    assert with_full.ended == with_empty.ended == Exited(0)
    assert None not in (with_full.bytes_read, with_empty.bytes_read)
    assert (with_full.bytes_read or 0) - (with_empty.bytes_read or 0) == 8 * MIB
    assert (with_full.bytes_written or 0) - (with_empty.bytes_written or 0) == 8 * MIB
