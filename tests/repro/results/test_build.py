"""The verdicts as JSON, and the file they are written to."""

import json
from pathlib import Path

import msgspec
import pytest

from repro.results import build as verdicts
from repro.sandbox.run import Exited, Killed
from tests.support.constants import MIB
from tests.support.repro import fakes

ENVIRONMENT = {"datasets": "5.3.0", "python": "3.11.9"}
CONTRACT = {
    "id": "rows-lost",
    "verdict": "reproduced",
    "expected": "reproduced",
    "evidence": {"rows_lost": 7},
    "peak_rss_bytes": 100 * MIB,
    "exit": 1,
    "seconds": 1.235,
    "samples": [[0.012, 50 * MIB], [0.5, 100 * MIB]],
}


def test_entry_is_the_contract_and_more() -> None:
    document = verdicts.document([fakes.judgement(fakes.bug(), fakes.run())], ENVIRONMENT)
    content = json.loads(msgspec.json.encode(document))
    assert content.keys() == {"environment", "measured", "bugs"}
    assert content["environment"] == ENVIRONMENT
    (entry,) = content["bugs"]
    assert {name: entry[name] for name in CONTRACT} == CONTRACT
    assert (entry["agrees"], entry["reason"], entry["capped"]) == (True, "", None)


def test_disagreement_has_its_reason() -> None:
    untestable = fakes.judgement(fakes.bug(), fakes.run(Exited(125), "", "no Nifti feature"))
    (entry,) = verdicts.document([untestable], ENVIRONMENT).bugs
    assert (entry.verdict, entry.evidence, entry.exit) == ("untestable", None, 125)
    assert entry.agrees is False
    assert entry.reason.endswith("no Nifti feature")


def test_capped_run_is_beside_the_other() -> None:
    large = fakes.run(Killed(9, "kernel-oom"), cap_bytes=700, enforced_by="cgroup-v1")
    killed = fakes.judgement(fakes.bug(cap_bytes=700), fakes.run(), large)
    (entry,) = verdicts.document([killed], ENVIRONMENT).bugs
    assert entry.exit == 1
    capped = entry.capped
    assert capped is not None
    assert (capped.exit, capped.ended) == (137, "killed by SIGKILL (kernel-oom)")
    assert (capped.cap_bytes, capped.enforced_by) == (700, "cgroup-v1")


def test_file_is_replaced_and_nothing_is_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.json"
    file.write_text("an older and longer document\n" * 1000)
    verdicts.write(file, [fakes.judgement(fakes.bug(), fakes.run())], ENVIRONMENT)
    assert [bug["id"] for bug in json.loads(file.read_text())["bugs"]] == ["rows-lost"]
    assert list(tmp_path.iterdir()) == [file]


def test_folder_is_not_a_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="is a folder"):
        verdicts.write(tmp_path, [], ENVIRONMENT)
    assert list(tmp_path.parent.glob("*.part")) == []
