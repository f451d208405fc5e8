"""The bundle of an issue, made from runs that never ran."""

import datetime
import re
from pathlib import Path

import msgspec
import pytest

from repro.catalog import bugs as catalog
from repro.catalog.bugs import BUGS, Bug, Change
from repro.installs.installation import environment
from repro.judge.verdict import Judgement
from repro.report import issue
from repro.report.private import Private
from repro.report.proof import Proof
from repro.results.document import Document
from repro.sandbox.run import Exited, Killed, Run
from tests.support.constants import MIB
from tests.support.repro import fakes
from tests.support.repro.documents import document, not_installable

ENVIRONMENT = environment() | {"datasets": "5.3.0"}
HOME = Path("/home/ada")
PRIVATE = Private(folders={HOME: "$HOME"}, users={"ada"}, hosts=())
CAP = 700 * MIB
SECTIONS = (  # of the form
    "Describe the bug",
    "Steps to reproduce the bug",
    "Expected behavior",
    "Environment info",
)
MOST_OF_GITHUB = 65536  # characters of an issue


@pytest.fixture(autouse=True)
def _script(scripts: Path) -> None:
    fakes.write(scripts, "rows-lost", fakes.REPRODUCED)


def measured(release: str, figure: str, verdict: str = "reproduced") -> Document:
    """Return a document about the bug on a release."""
    entry = {
        "id": "rows-lost",
        "verdict": verdict,
        "reason": "",
        "figure": figure,
        "ended": "exited 1",
        "peak_rss_bytes": 100 * MIB,
        "samples": [],
        "capped": None,
    }
    return document(release, entry)


def bundle(
    run: Run | None = None,
    capped: Run | None = None,
    *documents: Document,
    bug: Bug | None = None,
) -> dict[str, str]:
    """The bundle of a run on datasets 5.3.0."""
    bug = bug or fakes.bug(cap_bytes=CAP if capped else None)
    judgement: Judgement = fakes.judgement(bug, run or fakes.run(), capped)
    return issue.bundle(judgement, ENVIRONMENT, documents, PRIVATE)


def blocks(text: str) -> list[str]:
    """The contents of the fenced blocks, as CommonMark reads them.

    Raises:
        AssertionError: one of them does not end.
    """
    headings, lines, fence = [], list[str](), ""
    for line in text.splitlines():
        opening = re.match(r"(`{3,})\w*$", line)
        if fence and re.fullmatch(rf"{fence}`*", line):
            headings.append("\n".join(lines))
            lines, fence = [], ""
        elif fence:
            lines.append(line)
        elif opening:
            fence = opening[1]
    assert not fence
    return headings


def section(text: str, name: str) -> str:
    """Return the text below a heading."""
    return text.partition(f"### {name}\n")[2].partition("\n### ")[0]


def test_sections_are_those_of_the_form() -> None:
    text = bundle()[issue.TEXT]
    assert tuple(re.findall(r"^##+ (.*)$", text, re.MULTILINE)) == SECTIONS


def test_text_says_what_is_wrong_why_and_what_is_expected() -> None:
    text = bundle()[issue.TEXT]
    described = section(text, "Describe the bug")
    assert "Rows get lost." in described
    assert "On datasets 5.3.0: **7 rows lost**." in described
    assert "**Cause.** They are not counted." in described
    assert section(text, "Expected behavior").strip() == "All rows stay."


def test_summary_of_the_script_comes_first(scripts: Path) -> None:
    fakes.write(scripts, "rows-lost", f'"""Rows of f_g get lost.\n\nMore."""\n{fakes.REPRODUCED}')
    described = section(bundle()[issue.TEXT], "Describe the bug")
    assert described.strip().startswith("Rows of `f_g` get lost.\n\nOn datasets 5.3.0")


def test_script_is_in_the_text_and_a_file() -> None:
    files = bundle()
    assert files["rows-lost.py"] == fakes.REPRODUCED
    assert fakes.REPRODUCED in blocks(files[issue.TEXT])


def test_environment_is_what_upstream_asks_for() -> None:
    environment_info = section(bundle()[issue.TEXT], "Environment info")
    assert environment_info.strip().startswith("- `datasets` version: 5.3.0\n- Platform: ")
    for name in ("Python", "`huggingface_hub`", "PyArrow", "Pandas", "`fsspec`", "`nibabel`"):
        assert re.search(rf"^- {re.escape(name)} version: \S", environment_info, re.MULTILINE)


def test_output_is_shown_with_how_it_ended() -> None:
    files = bundle(fakes.run(stderr="working\r 10 %\r100 %\nTraceback\n"))
    shown = (
        '$ python rows-lost.py\n{"rows_lost": 7}\n100 %\nTraceback\n'
        "# exited 1, after 1.2 s, peak RSS 100 MiB"
    )
    assert shown in blocks(files[issue.TEXT])
    assert files[issue.OUTPUT] == f"{shown}\n"


def test_capped_run_says_how_it_ended_and_by_whom() -> None:
    large = fakes.run(Killed(9, "kernel-oom"), "", cap_bytes=CAP, enforced_by="cgroup-v2")
    text = bundle(capped=large)[issue.TEXT]
    assert "--large  # in 700 MiB of memory, enforced by cgroup-v2\n" in text
    assert "# killed by SIGKILL (kernel-oom), status 137, after " in text


def test_fences_hold_whatever_the_output_is() -> None:
    quoted = "```\n### Expected behavior\n````"
    text = bundle(fakes.run(stderr=quoted))[issue.TEXT]
    assert any(quoted in block for block in blocks(text))


def test_folders_and_names_are_in_no_file() -> None:
    leaky = fakes.run(stdout=f'{HOME}/a.nii\n{{"rows_lost": 7}}', stderr=f"{HOME}/x.py of ada@box")
    large = fakes.run(Exited(1), f"{HOME}/b.nii", "ada@box", cap_bytes=CAP, enforced_by="watchdog")
    earlier = measured("5.2.0", f"lost in {HOME}/c.nii")
    for text in bundle(leaky, large, earlier).values():
        assert "/home" not in text
        assert not re.search(r"\bada\b", text)


def test_why_it_cannot_be_tested_tells_no_folder() -> None:
    untestable = fakes.run(Exited(125), "", f"FileNotFoundError: '{HOME}/secret/a.nii' of ada@box")
    for text in bundle(untestable).values():
        assert "/home" not in text
        assert not re.search(r"\bada\b", text)


def test_table_has_the_releases_and_this_run() -> None:
    documents = [
        measured("5.1.0", "8 | <9>"),
        measured("5.2.0", "8 | <9>"),
        not_installable("5.2.1"),
    ]
    described = section(bundle(None, None, *documents)[issue.TEXT], "Describe the bug")
    rows = [line for line in described.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]
    assert [row[:3] for row in cells] == [
        ["5.1.0 to 5.2.0", "reproduced", r"8 \| &lt;9>"],
        ["5.3.0", "reproduced", "7 rows lost"],
    ]
    assert "measured to have it: 5.1.0 to 5.3.0." in described


def test_this_run_takes_the_place_of_an_earlier_one() -> None:
    text = bundle(None, None, measured("5.3.0", "3 rows lost"))[issue.TEXT]
    assert "3 rows lost" not in text


def test_fixed_bug_is_not_to_be_reported() -> None:
    newer = measured("5.4.0", "0 rows lost", "absent")
    text = bundle(None, None, newer)[issue.TEXT]
    assert "Upgrade, do not report" in text
    assert "to have it: 5.3.0; the newest release measured does not have it." in text


def test_absent_bug_is_not_claimed() -> None:
    text = bundle(fakes.run(Exited(0), '{"rows_lost": 0}'))[issue.TEXT]
    assert "**On datasets 5.3.0 it is absent**: 0 rows lost." in text


def test_bug_that_cannot_be_tested_says_why() -> None:
    text = bundle(fakes.run(Exited(125), "", "no Nifti feature"))[issue.TEXT]
    assert "**On datasets 5.3.0 it cannot be tested**:" in text
    assert "the script ended without a verdict: exited 125, no Nifti feature" in blocks(text)
    assert "Fixed" not in text


def test_known_issue_is_to_be_commented_on() -> None:
    text = bundle()[issue.TEXT]
    assert "Known: https://example.org/issues/1\nComment there" in text
    assert "Follow-up to [#1](https://example.org/issues/1)." in text


def test_unknown_one_is_opened_with_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    text = real_bundle(catalog.find("regular-shard-file-deleted"), monkeypatch)[issue.TEXT]
    assert issue.FORM in text
    assert "Follow-up" not in text
    assert "See also [#8030](https://github.com/huggingface/datasets/pull/8030)." in text


def test_plot_is_there_where_memory_was_sampled() -> None:
    large = fakes.run(Killed(9, "kernel-oom"), "", cap_bytes=CAP, enforced_by="cgroup-v2")
    files = bundle(capped=large)
    assert files[issue.PLOT].startswith("<svg")
    assert f"Drop {issue.PLOT} here" in files[issue.TEXT]


def test_plot_is_missing_where_it_was_not() -> None:
    files = bundle()
    assert files.keys() == {issue.TEXT, issue.OUTPUT, "rows-lost.py"}
    assert issue.PLOT not in files[issue.TEXT]


def test_text_fits_into_an_issue_and_the_output_file_has_it_all() -> None:
    lines = "\n".join(f"line {number}" for number in range(20_000))
    files = bundle(fakes.run(stdout=f'{lines}\n{{"rows_lost": 7}}', stderr="x" * 100_000))
    assert len(files[issue.TEXT]) < MOST_OF_GITHUB
    assert "[...]\n" in files[issue.TEXT]
    assert '\n{"rows_lost": 7}\n' in files[issue.TEXT]
    assert lines in files[issue.OUTPUT]
    assert "x" * 100_000 in files[issue.OUTPUT]


@pytest.mark.parametrize(
    ("bug_id", "says"),
    {
        "embed-zero-bytes": "\nuv run --with datasets==5.3.0 embed-zero-bytes.py\n",
        "sliced-list-embed": "\nsystemd-run --user --scope -p MemoryMax=700M -p MemorySwapMax=0"
        " uv run --with datasets==5.3.0 sliced-list-embed.py --large\n",
        "num-proc-loses-rows": "\nHF_ENDPOINT=https://huggingface.co HF_TOKEN=hf_... uv run ",
        "commit-conflict-not-retried": "The script tells the Hub to fail",
    }.items(),
)
def test_way_to_run_it_follows_from_the_script(
    bug_id: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = real_bundle(catalog.find(bug_id), monkeypatch)[issue.TEXT]
    assert says in section(text, "Steps to reproduce the bug")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
def test_bundle_of_every_bug_is_complete(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    text = real_bundle(bug, monkeypatch)[issue.TEXT]
    for name in SECTIONS:
        assert section(text, name).strip()
    assert bug.script.read_text().rstrip("\n") in blocks(text)
    assert len(text) < MOST_OF_GITHUB
    for thread in bug.threads:
        assert thread in section(text, "Describe the bug")


CORE = "from datasets import Dataset\nassert Dataset\n"
TRACEBACK = "Traceback (most recent call last):\nAssertionError\n"


def proof(without: Run, fixed: Run | None = None) -> Proof:
    """The proof of the bug."""
    return Proof(
        CORE, "def test_rows():\n    assert Dataset\n", without, "Keep them.", "+kept", fixed
    )


def with_proof(of: Proof) -> dict[str, str]:
    """The bundle of a bug with its proof."""
    judgement = fakes.judgement(fakes.bug(), fakes.run())
    return issue.bundle(judgement, ENVIRONMENT, [], PRIVATE, proof=of)


def test_core_comes_first_and_fix_and_test_last() -> None:
    failed, passed = fakes.run(stdout="", stderr=TRACEBACK), fakes.run(Exited(0), "")
    files = with_proof(proof(failed, passed))
    first, output, *_ = blocks(files[issue.TEXT])
    assert (first, output) == (CORE.rstrip(), TRACEBACK.rstrip())
    expected = section(files[issue.TEXT], "Expected behavior")
    assert blocks(expected) == ["+kept", "def test_rows():\n    assert Dataset"]
    assert "Keep them. With this change the lines at the top pass" in expected
    assert files[issue.DIFF] == "+kept"
    assert files["test_rows_lost.py"].startswith("def test_rows")


def test_fix_that_does_not_suffice_is_not_praised() -> None:
    failed = fakes.run(stdout="", stderr=TRACEBACK)
    text = with_proof(proof(failed, failed))[issue.TEXT]
    assert "still fail" in text
    assert "passes with it" not in text


@pytest.mark.parametrize(
    "without", [fakes.run(Exited(0), ""), fakes.run(stderr="No module named 'pytest'")]
)
def test_core_that_shows_nothing_is_left_out(without: Run) -> None:
    assert CORE.rstrip() not in blocks(with_proof(proof(without))[issue.TEXT])


def test_upstream_change_is_linked(scripts: Path) -> None:
    change = Change(commit="f" * 40, pr=5331, date=datetime.date(2023, 7, 13))
    began = msgspec.structs.replace(fakes.bug(), introduced=change)
    link = "[#5331](https://github.com/huggingface/datasets/pull/5331) of 2023-07-13"
    assert f"It began with {link}." in bundle(bug=began)[issue.TEXT]


def test_range_does_not_end_with_a_commit_that_nobody_knows() -> None:
    git = msgspec.structs.replace(measured("5.4.0.dev0", "8"), asked={"datasets": "git"})
    assert "to have it: 5.3.0." in bundle(None, None, git)[issue.TEXT]


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("rows are lost", "rows are lost"),
        ("err.__context__ is it", "`err.__context__` is it"),
        ("in a/b.py:Cls._f, twice.", "in `a/b.py:Cls._f`, twice."),
        ("huggingface_hub's f(x=True)", "`huggingface_hub`'s `f(x=True)`"),
        ("f_g(x=1, y=2) loses", "`f_g(x=1, y=2)` loses"),
        ("Nifti().encode(image). So", "`Nifti().encode(image)`. So"),
        ("a Sequence(Nifti()) column", "a `Sequence(Nifti())` column"),
        ("an array (of pa.array)", "an array (of `pa.array`)"),
        ("answers `a_b: c`", "answers `a_b: c`"),
        ("up to 4.8.4, i.e. all", "up to 4.8.4, i.e. all"),
    ],
)
def test_names_of_code_become_code(text: str, markdown: str) -> None:
    assert issue.prose(text) == markdown


def real_bundle(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The bundle of a bug of the catalog that could not be tested."""
    monkeypatch.setattr(catalog, "SCRIPTS", Path(catalog.__file__).parents[1] / "bugs")
    return bundle(fakes.run(Exited(125), "", "no Hub"), bug=bug)
