"""Documents in a folder: how they are kept and found again."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from repro.catalog import bugs as catalog
from repro.report import page
from repro.results import build as verdicts
from repro.results import store as collected
from repro.results.document import release
from repro.results.drift import drifts
from repro.results.store import MOST_SAMPLES, DocumentError
from repro.sandbox.run import Killed
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry, not_installable


def test_what_is_published_is_read_in_order_of_releases() -> None:
    releases = [release(document) for document in collected.read(collected.MEASURED)]
    assert releases[0] == "4.4.0"
    assert "5.2.0" in releases


def test_documents_are_read_in_order_of_releases(tmp_path: Path) -> None:
    documents = [document("4.9.0"), document("4.10.0"), not_installable("git")]
    for kept in reversed(documents):
        collected.write(tmp_path / "new" / "folder", kept)
    assert collected.read(tmp_path / "new" / "folder") == documents


def test_other_files_and_missing_folders_hold_no_documents(tmp_path: Path) -> None:
    (tmp_path / "drift.json").write_text("[]")
    (tmp_path / "upload").mkdir()
    assert collected.read(tmp_path) == []
    assert collected.read(tmp_path / "no-folder") == []


def test_document_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    file = collected.write(tmp_path, document("5.2.0", entry("old", "absent")))
    new = document("5.2.0", entry("new", "absent"))
    assert collected.write(tmp_path, new) == file
    (kept,) = collected.read(tmp_path)
    assert [measured.id for measured in kept.bugs] == ["new"]
    assert list(tmp_path.iterdir()) == [file]


def test_file_is_named_after_what_was_asked_for(tmp_path: Path) -> None:
    main = msgspec.structs.replace(
        document("5.2.1.dev0"), asked={"datasets": "git", "pyarrow": "21.0.0"}
    )
    names = [collected.write(tmp_path, kept).name for kept in (document("5.2.0"), main)]
    assert names == ["datasets-5.2.0.json", "datasets-git-pyarrow-21.0.0.json"]


def test_samples_are_thinned_and_their_peak_stays(tmp_path: Path) -> None:
    samples = tuple((at / 100, 1000 + at % 7) for at in range(1000))
    samples = (*samples[:500], (5.0, 9999), *samples[501:])
    run = fakes.run(Killed(9, "kernel-oom"), cap_bytes=700, enforced_by="cgroup-v2")
    run = replace(run, samples=samples)
    judged = fakes.judgement(fakes.bug(cap_bytes=700), run, run)
    collected.write(tmp_path, verdicts.document([judged], {"datasets": "5.2.0"}))
    (measured,) = collected.read(tmp_path)[0].bugs
    assert measured.capped is not None
    for kept in (measured.samples, measured.capped.samples):
        assert MOST_SAMPLES / 2 < len(kept) <= MOST_SAMPLES
        assert (5.0, 9999) in kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "5",
        '{"environment": {"datasets": "5.2.0"}}',
        '{"environment": {"datasets": "5.2.0"}, "bugs": [{"id": "a"}]}',
        '{"environment": {"datasets": "5.2.0"}, "bugs": [{"id": "a", "verdict": "maybe"}]}',
        '{"environment": {"datasets": "main"}, "bugs": []}',
        *(
            '{"environment": {"datasets": "5.2.0"}, "bugs": [{"id": "a", "verdict": "absent", '
            f"{more}}}]}}"
            for more in (
                '"reason": 5',
                '"figure": null',
                '"peak_rss_bytes": "much"',
                '"samples": [[0.1]]',
                '"samples": 5',
                '"capped": {"samples": 5}',
            )
        ),
    ],
)
def test_file_that_holds_something_else_is_an_error(text: str, tmp_path: Path) -> None:
    file = tmp_path / "datasets-5.2.0.json"
    file.write_text(text)
    with pytest.raises(DocumentError, match=r"datasets-5\.2\.0\.json does not hold verdicts"):
        collected.read(tmp_path)


def test_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.json"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(DocumentError, match="does not hold verdicts"):
        collected.read_file(file)


def test_keys_of_the_contract_are_enough(tmp_path: Path) -> None:
    """`pytest -m repro --verdicts` promises no more; the figure follows from the evidence."""
    minimal: dict[str, Any] = {"id": "temp-files-left", "verdict": "absent", "expected": "absent"}
    minimal |= {"evidence": {"files_left": 0, "shards_pushed": 4}, "peak_rss_bytes": 7, "exit": 0}
    minimal |= {"seconds": 1.5, "samples": [[0.1, 5]]}
    file = tmp_path / "verdicts.json"
    file.write_text(json.dumps({"environment": {"datasets": "5.2.0"}, "bugs": [minimal]}))
    (measured,) = collected.read_file(file).bugs
    assert (measured.reason, measured.ended) == ("", "status 0")
    assert measured.figure == "0 files left of 4 shards"
    assert page.text([collected.read_file(file)], catalog.BUGS)
    assert drifts([collected.read_file(file)], []) == []


def test_what_is_published_is_where_a_wheel_looks_for_it() -> None:
    root = Path(__file__).parents[3]
    wheel = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    shipped = wheel["targets"]["wheel"]["force-include"]["docs/measured"]
    assert root / shipped == collected.SHIPPED
