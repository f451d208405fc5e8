"""`python -m repro drift`: what it reads, prints and returns."""

import json
from pathlib import Path

import pytest

from repro.__main__ import main
from repro.catalog import bugs as catalog
from repro.results import store as collected
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry, not_installable

LINE = "drift: gone absent -> reproduced on datasets 5.3.0 (last seen 5.2.0)\n"


@pytest.fixture(autouse=True)
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog of one bug that is nowhere, and a folder where one release has it."""
    monkeypatch.setattr(catalog, "BUGS", (fakes.bug("gone", affected=fakes.NONE),))
    collected.write(tmp_path / "before", document("5.2.0", entry("gone", "absent")))
    collected.write(tmp_path / "new", document("5.2.0", entry("gone", "absent")))
    collected.write(tmp_path / "new", document("5.3.0", entry("gone", "reproduced")))
    return tmp_path / "new"


@pytest.mark.parametrize("name", ["", "datasets-5.3.0.json"])
def test_folder_or_file_is_compared(
    name: str, measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drift", str(measured / name), "--against", str(tmp_path / "before")]) == 1
    assert capsys.readouterr().out == LINE


def test_nothing_changed_is_status_0(measured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(measured / "datasets-5.2.0.json")
    assert main(["drift", file, "--against", str(measured)]) == 0
    assert capsys.readouterr().out == "no drift\n"
    assert main(["drift", file, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_json_is_a_list_of_changes(
    measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--against", str(tmp_path / "before"), "--json"]
    assert main(["drift", str(measured), *arguments]) == 1
    (drift,) = json.loads(capsys.readouterr().out)
    assert (drift["bug"], drift["now"], drift["last_seen"]) == ("gone", "reproduced", "5.2.0")


@pytest.mark.parametrize("name", ["no-such-folder", "empty"])
def test_no_verdicts_are_status_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["drift", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err == f"repro: {tmp_path / name} holds no verdicts\n"


def test_file_of_something_else_is_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.json"
    file.write_text("[]")
    assert main(["drift", str(file)]) == 2
    assert capsys.readouterr().err == f"repro: {file} does not hold verdicts\n"


@pytest.mark.parametrize("bugs", [[], [entry("never-heard-of", "absent")]])
def test_nothing_to_compare_is_no_all_clear(
    bugs: list[dict[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = collected.write(tmp_path / "none", document("5.3.0", *bugs))
    assert main(["drift", str(file)]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["no-such-folder", "no-such.json"])
def test_baseline_that_is_not_there_is_status_2(
    name: str, measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drift", str(measured), "--against", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err == f"repro: {tmp_path / name} holds no verdicts\n"


def test_baseline_may_be_a_file(
    measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = str(tmp_path / "before" / "datasets-5.2.0.json")
    assert main(["drift", str(measured), "--against", before]) == 1
    assert capsys.readouterr().out == LINE


def test_release_that_cannot_be_installed_is_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collected.write(tmp_path / "broken", not_installable("9.9.9"))
    assert main(["drift", str(tmp_path / "broken")]) == 1
    assert "not installable on datasets 9.9.9" in capsys.readouterr().out


def test_figure_that_moved_is_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = entry("gone", "absent") | {"evidence": {"shards": 1}}
    noise = {"runs": 2, "readings": {"shards": [1, 1]}}
    base = collected.write(tmp_path / "old", document("5.2.0", one | noise))
    moved = one | {"evidence": {"shards": 5}}
    new = collected.write(tmp_path / "newer", document("5.2.0", moved))
    assert main(["drift", str(base), "--against", str(base)]) == 0
    assert main(["drift", str(new), "--against", str(base)]) == 1
    line = "drift: gone shards 1 -> 5 on datasets 5.2.0 (noise 0)\n"
    assert capsys.readouterr().out == f"no drift\n{line}"
