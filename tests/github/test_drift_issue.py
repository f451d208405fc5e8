"""The issue about drift, with a `gh` that records what it is asked."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from repro.results.drift import Drift, as_json
from repro.results.figure_drift import FigureDrift
from tests.support.constants import ROOT

SCRIPT = ROOT / ".github" / "drift_issue.py"
RUN = "https://github.com/some/where/actions/runs/1"
# Answers `issue list` with the numbers in ISSUES; fails at what FAILS says.
GH = f"""#!{sys.executable}
import json, os, sys
text = sys.stdin.read() if "--body-file" in sys.argv else ""
with open(os.environ["CALLS"], "a") as calls:
    print(json.dumps([sys.argv[1:], text]), file=calls)
if sys.argv[1:3] == os.environ.get("FAILS", "").split():
    sys.exit("HTTP 403: not allowed")
print(os.environ["ISSUES"] if sys.argv[1:3] == ["issue", "list"] else "https://the.issue/7")
"""


def drift(**changed: Any) -> dict[str, Any]:
    drift = {
        "bug": "sliced-list-embed",
        "datasets": "5.3.0",
        "was": "absent",
        "now": "reproduced",
        "last_seen": "5.2.0",
        "figure": "30 MiB read",
        "reason": "",
    }
    return drift | changed


@dataclass
class Gh:
    """The recording `gh`, and the script that calls it."""

    folder: Path

    def run(self, drifts: object, **env: str) -> "subprocess.CompletedProcess[str]":
        file = self.folder / "drift.json"
        file.write_text(drifts if isinstance(drifts, str) else json.dumps(drifts))
        return subprocess.run(
            [sys.executable, "-I", SCRIPT, self.folder, RUN],
            env={
                "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
                "CALLS": str(self.folder / "calls"),
                "ISSUES": "[]",
                **env,
            },
            capture_output=True,
            text=True,
        )

    def calls(self) -> list[tuple[list[str], str]]:
        calls = self.folder / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [(arguments, text) for arguments, text in map(json.loads, lines)]


@pytest.fixture
def gh(tmp_path: Path) -> Gh:
    program = tmp_path / "gh"
    program.write_text(GH)
    program.chmod(0o755)
    return Gh(tmp_path)


def test_nothing_that_drifts_is_no_issue(gh: Gh) -> None:
    done = gh.run([])
    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing drifts\n", "")
    assert gh.calls() == []


def test_issue_is_opened_with_its_label(gh: Gh) -> None:
    done = gh.run([drift(), drift(bug="temp-files-left", now="untestable", reason="timed out")])
    assert (done.returncode, done.stdout) == (0, "https://the.issue/7\n")
    label, listing, (create, text) = gh.calls()
    assert label[0][:3] == ["label", "create", "drift"]
    assert "--force" in label[0]  # no error where there is one already
    assert listing[0][:4] == ["issue", "list", "--label", "drift"]
    assert create == [
        *("issue", "create", "--title", "Verdicts drift", "--label", "drift", "--body-file", "-")
    ]
    assert "\nsliced-list-embed: absent -> reproduced on datasets 5.3.0 (30 MiB read)\n" in text
    assert "\ntemp-files-left: absent -> untestable on datasets 5.3.0 (timed out)\n" in text
    assert RUN in text


def test_open_issue_gets_the_new_text(gh: Gh) -> None:
    issues = json.dumps([{"number": 12, "body": "```text\r\nother: lines\r\n```"}])
    done = gh.run([drift()], ISSUES=issues)
    assert (done.returncode, done.stdout) == (0, "https://the.issue/7\n")
    (edit, text), (comment, body) = gh.calls()[-2:]
    assert edit == ["issue", "edit", "12", "--body-file", "-"]
    assert comment == ["issue", "comment", "12", "--body-file", "-"]
    assert "sliced-list-embed" in text
    assert text in body


def test_issue_that_says_it_already_gets_no_comment(gh: Gh) -> None:
    assert gh.run([drift()]).returncode == 0
    body = gh.calls()[-1][1].replace("\n", "\r\n")
    assert gh.run([drift()], ISSUES=json.dumps([{"number": 12, "body": body}])).returncode == 0
    assert gh.calls()[-1][0][:3] == ["issue", "edit", "12"]


def test_text_of_scripts_stays_in_its_block_and_within_limits(gh: Gh) -> None:
    assert gh.run([drift(reason="```\n@everyone" + "x" * 100_000)]).returncode == 0
    text = gh.calls()[-1][1]
    assert text.count("```") == 2
    assert text.index("```text") < text.index("@everyone") < text.rindex("```")
    assert len(text) < 65_536


@pytest.mark.parametrize("fails", ["label create", "issue list", "issue create"])
def test_failure_of_gh_is_status_1_and_its_words(gh: Gh, fails: str) -> None:
    done = gh.run([drift()], FAILS=fails)
    assert done.returncode == 1
    assert "HTTP 403: not allowed" in done.stderr
    assert gh.calls()[-1][0][:2] == fails.split()


@pytest.mark.parametrize("text", ["", "{}x", "5", "[1]", '[{"bug": "a"}]', '[{"bug": 1}]'])
def test_file_of_something_else_is_status_2(gh: Gh, text: str) -> None:
    done = gh.run(text)
    assert done.returncode == 2
    assert done.stderr.startswith("drift_issue: no list of drifts: ")
    assert gh.calls() == []


def test_drift_of_the_harness_is_what_is_read(gh: Gh) -> None:
    drift = Drift("some-bug", "5.3.0", "absent", "reproduced", None, "7 of 9", "")
    assert gh.run(as_json([drift])).returncode == 0
    assert "some-bug: absent -> reproduced on datasets 5.3.0 (7 of 9)" in gh.calls()[-1][1]


def test_figure_that_moved_is_news_once(gh: Gh) -> None:
    def moved(now: int) -> str:
        return as_json([FigureDrift("some-bug", "5.3.0", "shards", 1, now, 0, "pyarrow 27.0.0")])

    assert gh.run(moved(5)).returncode == 0
    text = gh.calls()[-1][1]
    assert "some-bug: shards moved on datasets 5.3.0: 1 -> 5 (noise 0); pyarrow 27.0.0" in text
    issues = json.dumps([{"number": 12, "body": text.replace("\n", "\r\n")}])
    assert gh.run(moved(6), ISSUES=issues).returncode == 0
    assert gh.calls()[-1][0][:3] == ["issue", "edit", "12"]


def test_drifts_of_folders_below_are_reported(gh: Gh) -> None:
    below = gh.folder / "dependencies"
    below.mkdir()
    (below / "drift.json").write_text(json.dumps([drift(datasets="5.3.0, pyarrow 21.0.0")]))
    assert gh.run([]).returncode == 0
    assert "reproduced on datasets 5.3.0, pyarrow 21.0.0 (30 MiB read)" in gh.calls()[-1][1]


def test_folder_without_a_list_is_status_2(gh: Gh) -> None:
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, gh.folder, RUN], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"drift_issue: no drift.json in {gh.folder}\n"
