"""The command, against a local Hub."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset
from huggingface_hub import HfApi

from mockhub.repos.accounts import DEFAULT_TOKEN
from mockhub.server.process import Hub
from repro.synthetic.bids import BidsTree
from tests.support.constants import REPO
from tests.support.workaround.command import ROWS, call, run, start, start_cold
from tests.support.workaround.pushing import parquet_files


def names_and_sizes(cells: Any) -> Any:
    """Return the names and sizes of file cells."""
    if isinstance(cells, list):
        return [names_and_sizes(cell) for cell in cells]
    return cells and (cells["path"], len(cells["bytes"]))


def loaded(repo_id: str = REPO, **arguments: Any) -> dict[str, list[Any]]:
    """The columns that `load_dataset` gives, with the names and sizes of files."""
    rows = load_dataset(repo_id, split="train", **arguments).with_format("arrow")[:].to_pydict()
    return {
        name: names_and_sizes(column) if name in {"t1w", "T1w", "bold"} else column
        for name, column in rows.items()
    }


def expected(table: Path) -> dict[str, list[Any]]:
    """Return the columns that a push of the table leaves."""

    def file(name: str) -> tuple[str, int]:
        return name, (table.parent / name).stat().st_size

    return {
        "subject": [f"00{row}" for row in range(ROWS)],
        "age": [20 + row for row in range(ROWS)],
        "t1w": [file(f"sub-{row}_T1w.nii.gz") for row in range(ROWS)],
        "bold": [
            [file(f"sub-{row}_run-{run}_bold.nii") for run in range(row % 3)] for row in range(ROWS)
        ],
    }


def test_push_of_a_table_says_little_and_loads(hub: Hub, table: Path) -> None:
    with start_cold("push", table, REPO) as process:
        output, error = process.communicate()
    assert (process.returncode, error) == (0, "")
    head = HfApi().dataset_info(REPO).sha
    summary, url, commit = output.splitlines()
    assert summary.startswith("4 rows with 7 files of 338.")
    assert " in 1 shard, " in summary
    assert (url, commit) == (f"{hub.url}/datasets/{REPO}", f"commit {head}")
    assert loaded() == expected(table)


@pytest.mark.usefixtures("hub")
def test_push_of_a_bids_folder_loads(
    make_bids_tree: Callable[..., BidsTree], capsys: pytest.CaptureFixture[str]
) -> None:
    tree = make_bids_tree(2, sessions=2, size=20_000)
    assert call(capsys, "push", tree.root, REPO)[0] == 0
    rows = loaded()
    assert rows["subject_id"] == [row["subject_id"] for row in tree.rows]
    assert rows["bold_run"] == [[1, 2]] * 4
    sizes = [
        [(path.name, path.stat().st_size) for path in map(Path, row["bold"] or ())]
        for row in tree.rows
    ]
    assert rows["bold"] == sizes


def test_json_is_one_object(hub: Hub, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, output, error = call(capsys, "push", table, REPO, "--json", "--num-shards", 2)
    result = json.loads(output)
    assert (status, error) == (0, "")
    assert result.pop("seconds") >= 0
    assert result == {
        "url": f"{hub.url}/datasets/{REPO}",
        "commit": HfApi().dataset_info(REPO).sha,
        "pull_request": None,
        "rows": 4,
        "files": 7,
        "file_bytes": sum(path.stat().st_size for path in table.parent.glob("*.nii*")),
        "shards": 2,
        "resumed": 0,
    }


@pytest.mark.parametrize("as_json", [True, False])
def test_resumed_push_counts_the_shards_that_were_there(
    hub: Hub, table: Path, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    hub.fail("POST", "/commit/", status=403)
    assert call(capsys, "push", table, REPO, "--num-shards", 2)[0] == 1
    hub.clear_faults()
    options = ["--json"] if as_json else []
    status, output, _ = call(capsys, "push", table, REPO, "--num-shards", 2, *options)
    assert status == 0
    if as_json:
        assert json.loads(output)["resumed"] == 2
    else:
        assert output.splitlines()[1] == "2 of 2 shards were there already"


def test_shards_of_an_update_are_those_that_were_written(
    hub: Hub, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ["--key", "subject"]
    assert call(capsys, "push", table, REPO, "--num-shards", 4)[0] == 0
    options = ["--append", "--update", *key, "--json"]
    status, output, error = call(capsys, "push", table, REPO, *options)
    assert (status, error) == (0, "")
    assert json.loads(output)["shards"] == 4


@pytest.mark.usefixtures("hub")
def test_push_with_processes_loads(table: Path) -> None:
    assert run("push", table, REPO, "--num-proc", 2, "--num-shards", 2)[0::2] == (0, "")
    assert loaded() == expected(table)


@pytest.mark.usefixtures("hub")
def test_options_reach_the_hub(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = {
        "--split": "validation",
        "--config": "raw",
        "--data-dir": "files",
        "--revision": "next",
        "--commit-message": "First light",
        "--max-shard-size": "100kB",
    }
    flat = [part for option in options.items() for part in option]
    assert call(capsys, "push", table, REPO, "--private", *flat)[0] == 0
    api = HfApi()
    info = api.dataset_info(REPO, revision="next")
    assert info.private
    assert (
        api.list_repo_commits(REPO, repo_type="dataset", revision="next")[0].title == "First light"
    )
    paths = parquet_files(REPO, "next")
    assert len(paths) == 4
    assert paths[0] == "files/validation-00000-of-00004.parquet"
    assert load_dataset(REPO, "raw", split="validation", revision="next").num_rows == ROWS


def test_a_pull_request_is_named(hub: Hub, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    HfApi().create_repo(REPO, repo_type="dataset")
    _, output, _ = call(capsys, "push", table, REPO, "--create-pr")
    assert f"pull request {hub.url}/datasets/{REPO}/discussions/1" in output
    assert parquet_files(REPO) == []
    assert parquet_files(REPO, "refs/pr/1") != []
    assert call(capsys, "verify", REPO, "--against", table, "--revision", "refs/pr/1")[0] == 0


@pytest.mark.parametrize(
    ("number", "status", "processes"), [(signal.SIGINT, 130, 1), (signal.SIGTERM, 143, 2)]
)
def test_interrupted_push_says_that_it_goes_on(
    hub: Hub,
    table: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    status: int,
    processes: int,
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    hub.fail("POST", "/commit/", status=503, count=1000)
    with start("push", table, REPO, "--num-proc", processes) as process:
        while not hub.requests("POST", "/commit/"):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        output, error = process.communicate()
    assert (process.returncode, output) == (status, "")
    last = error.splitlines()[-1]
    assert last == "workaround: interrupted: the same command resumes the upload"
    assert "Traceback" not in error
    assert list(temporary.iterdir()) == []
    hub.clear_faults()
    assert run("push", table, REPO)[0] == 0
    assert loaded() == expected(table)


@pytest.mark.timeout(60)
def test_push_that_waits_for_a_busy_hub_can_be_interrupted(hub: Hub, table: Path) -> None:
    hub.fail("POST", "/preupload/", status=503, count=1000, headers={"Retry-After": "3000"})
    with start("push", table, REPO) as process:
        while not hub.requests("POST", "/preupload/"):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate()
    assert process.returncode == 130, error


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("verbose", [[], ["--verbose"]])
def test_a_refused_token_is_one_line_that_does_not_have_it(
    table: Path, monkeypatch: pytest.MonkeyPatch, verbose: list[str]
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    status, output, error = run("push", table, REPO, *verbose)
    assert (status, output) == (1, "")
    last = error.splitlines()[-1]
    assert last.startswith("workaround: ")
    assert "hf auth login" in last
    assert "Traceback" not in error
    assert "hf_secret" not in error
    assert DEFAULT_TOKEN not in error


def test_push_of_broken_data_sends_nothing(
    hub: Hub, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, output, error = call(capsys, "push", broken, REPO, "--json")
    assert status == 1
    assert error.startswith("workaround: 2 problems; nothing was uploaded:\n  row 1, ")
    result = json.loads(output)
    assert [problem["row"] for problem in result["problems"]] == [1, 2]
    assert hub.requests("POST") == []


@pytest.mark.usefixtures("hub")
def test_verify_finds_what_differs(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "push", table, REPO)[0] == 0
    again = ("verify", REPO, "--against", table)
    status, output, _ = call(capsys, *again)
    assert (status, output.startswith(f"{REPO} matches {table}: 4 rows, 1 shard")) == (0, True)
    assert output.splitlines()[1].startswith("not read: the pages of the shards")
    _, output, _ = call(capsys, *again, "--level", "full")
    assert "not read" not in output
    _, output, _ = call(capsys, *again, "--json")
    assert json.loads(output)["rows"] == ROWS
    changed = table.parent / "sub-2_T1w.nii.gz"
    content = bytearray(changed.read_bytes())
    content[-1] ^= 1
    changed.write_bytes(content)
    assert call(capsys, *again)[0] == 0
    status, output, error = call(capsys, *again, "--level", "full")
    assert (status, output) == (1, "")
    assert f"row 2, column 't1w', {changed}" in error
    changed.write_bytes(content + b"0")
    status, _, error = call(capsys, *again)
    assert status == 1
    assert "column 't1w'" in error


@pytest.mark.usefixtures("hub")
def test_what_is_not_on_the_hub_cannot_be_verified(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, error = call(capsys, "verify", REPO, "--against", table)
    assert status == 1
    assert error.startswith("workaround: ")


@pytest.mark.processes
@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("json_option", [(), ("--json",)])
def test_full_disk_of_standard_output_does_not_hide_a_good_push(
    table: Path, json_option: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("w") as full:
        process = start_cold("push", table, REPO, *json_option, stdout=full)
        _, error = process.communicate()
    assert process.returncode == 0
    assert "standard output cannot be written: No space left on device" in error
    assert "4 rows" in error or '"rows": 4' in error
    assert "Traceback" not in error
    assert "Exception ignored" not in error
    assert loaded() == expected(table)


def test_dry_run_shows_the_plan_and_asks_no_hub(
    hub: Hub, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, output, _ = call(capsys, "push", table, REPO, "--dry-run", "--json")
    assert status == 0
    assert json.loads(output)["splits"][0]["rows"] == ROWS
    assert hub.requests() == []


def test_commit_has_the_description(
    hub: Hub, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(capsys, "push", table, REPO, "-q", "--commit-description", "of today")[0] == 0
    assert HfApi().list_repo_commits(REPO, repo_type="dataset")[0].message == "of today"
