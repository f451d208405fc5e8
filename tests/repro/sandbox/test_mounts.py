"""Parsing of mountinfo, and folders in memory."""

import sys
from pathlib import Path

import pytest

from repro.sandbox.mounts import Mount, is_memory, mounted, parse_mountinfo

TABLE = r"""27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
28 27 0:25 / /tmp rw,nosuid shared:5 master:2 - tmpfs tmpfs rw,size=4k
29 28 254:0 /var/big /tmp/big\040disk rw - ext4 /dev/vda rw
30 27 0:26 / /data rw - ext4 /dev/vdb rw
31 30 0:27 / /data rw - ramfs ramfs rw"""


def test_line_is_read_with_its_optional_fields_and_escapes() -> None:
    mounts = parse_mountinfo(TABLE)
    assert mounts[1] == Mount("/", Path("/tmp"), "tmpfs", frozenset({"rw", "size=4k"}))
    assert mounts[2] == Mount("/var/big", Path("/tmp/big disk"), "ext4", frozenset({"rw"}))


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/var/tmp", False),
        ("/tmp", True),
        ("/tmp/below/it", True),
        ("/tmpfoo", False),
        ("/tmp/big disk/x", False),
        ("/data", True),  # the later mount hides the earlier
    ],
)
def test_nearest_mount_decides_whether_a_folder_is_in_memory(folder: str, expected: bool) -> None:
    assert is_memory(Path(folder), parse_mountinfo(TABLE)) is expected


def test_nothing_is_in_memory_where_mounts_are_unknown() -> None:
    assert not is_memory(Path("/tmp"), [])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has mountinfo")
def test_this_machine_has_a_root() -> None:
    assert Path("/") in [mount.point for mount in mounted()]
