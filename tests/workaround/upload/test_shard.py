"""How a shard goes out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import hf_xet
import pytest
from datasets import Dataset, Features, Nifti

import workaround.preflight.check
import workaround.prepare
from mockhub.server.process import Hub
from tests.support.workaround.pushing import MakeNifti, parquet_files
from workaround import RefusedError, SourceChangedError, push_to_hub
from workaround.upload.shard import XET_TRANSFERS

VARIABLE, LIMIT = XET_TRANSFERS
SCANS = Features({"scan": Nifti(decode=False)})


def change_after_the_check(
    monkeypatch: pytest.MonkeyPatch, make_nifti: MakeNifti, **options: Any
) -> None:
    """Push four files, of which the third changes in place once all were checked."""
    paths = [str(make_nifti(f"{number}.nii.gz", 20_000)) for number in range(4)]
    checked = workaround.preflight.check.surveys

    def change(*args: Any, **kwargs: Any) -> Any:
        surveys = checked(*args, **kwargs)
        Path(paths[2]).write_bytes(Path(paths[2]).read_bytes()[::-1])
        return surveys

    monkeypatch.setattr(workaround.prepare, "surveys", change)
    rows = Dataset.from_dict({"scan": paths}, features=SCANS)
    push_to_hub(rows, "user/data", num_shards=2, **options)


@pytest.mark.parametrize("options", [{}, {"num_proc": 2}])
def test_file_that_changes_after_the_check_is_never_uploaded(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, make_nifti: MakeNifti, options: dict[str, Any]
) -> None:
    with pytest.raises(SourceChangedError) as raised:
        change_after_the_check(monkeypatch, make_nifti, **options)
    assert (raised.value.row, raised.value.column) == (2, "scan")
    assert raised.value.path is not None
    assert raised.value.path.endswith("2.nii.gz")
    assert parquet_files("user/data") == []


def test_resumed_push_writes_the_shard_of_a_changed_file_again(
    hub: Hub, make_nifti: MakeNifti, caplog: pytest.LogCaptureFixture
) -> None:
    paths = [make_nifti(f"{number}.nii.gz", 20_000) for number in range(2)]
    rows = Dataset.from_dict({"scan": list(map(str, paths))}, features=SCANS)
    hub.fail("POST", "/commit/", status=400)
    with pytest.raises(RefusedError):
        push_to_hub(rows, "user/data", num_shards=2)
    status = paths[1].stat()
    paths[1].write_bytes(make_nifti("other.nii.gz", 20_000).read_bytes())
    os.utime(paths[1], ns=(status.st_atime_ns, status.st_mtime_ns))
    caplog.set_level("INFO", "workaround")
    push_to_hub(rows, "user/data", num_shards=2, verify="full")
    assert [text for text in caplog.messages if text.endswith("is on the Hub already")] == [
        "data/train-00000-of-00002.parquet is on the Hub already"
    ]


@pytest.mark.hub(xet=True)
@pytest.mark.parametrize(("theirs", "then"), [(None, LIMIT), ("9", "9")])
def test_few_blocks_are_on_their_way_unless_the_user_says_otherwise(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, theirs: str | None, then: str
) -> None:
    monkeypatch.setenv(VARIABLE, theirs or "")  # so that it is put back
    if theirs is None:
        monkeypatch.delenv(VARIABLE)
    push_to_hub(Dataset.from_dict({"n": [1]}), "user/data")
    assert os.environ[VARIABLE] == then
    if hasattr(hf_xet, "XetConfig"):  # older clients have a limit of their own
        assert hf_xet.XetConfig().get("client.ac_max_upload_concurrency") == int(then)
