"""Verdicts that are drift, and their words."""

import json

import msgspec
import pytest
from packaging.specifiers import SpecifierSet

from repro.catalog import bugs as catalog
from repro.results.drift import as_json, drifts
from tests.support.repro import fakes
from tests.support.repro.documents import document, entry, not_installable


@pytest.fixture(autouse=True)
def bugs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog of two bugs: one of all releases before 5.2, and one of none."""
    fixed = fakes.bug("fixed", affected=SpecifierSet("<5.2.0"))
    monkeypatch.setattr(catalog, "BUGS", (fixed, fakes.bug("gone", affected=fakes.NONE)))


REPRODUCED, ABSENT = entry("fixed", "reproduced"), entry("fixed", "absent")
EARLIER = [document("5.0.0", REPRODUCED), document("5.1.0", REPRODUCED), document("5.2.0", ABSENT)]


def test_what_the_catalog_expects_is_no_drift() -> None:
    assert drifts(EARLIER, EARLIER) == []
    assert drifts(EARLIER, []) == []


def test_regression_says_where_the_bug_was_absent() -> None:
    (drift,) = drifts([document("5.3.0", REPRODUCED)], EARLIER)
    line = "drift: fixed absent -> reproduced on datasets 5.3.0 (last seen 5.2.0)"
    assert str(drift) == line


def test_fix_says_where_the_bug_was_seen() -> None:
    (drift,) = drifts([document("5.1.1", ABSENT)], EARLIER)
    assert str(drift) == "drift: fixed reproduced -> absent on datasets 5.1.1 (last seen 5.1.0)"


def test_newer_releases_do_not_count_as_seen_before() -> None:
    (drift,) = drifts([document("4.9.0", ABSENT)], EARLIER)
    assert str(drift) == "drift: fixed reproduced -> absent on datasets 4.9.0 (never seen)"


def test_release_of_today_may_be_other_than_it_was() -> None:
    """As with a newer pyarrow: the catalog knows releases of datasets only."""
    (drift,) = drifts([document("5.1.0", ABSENT)], EARLIER)
    assert (drift.was, drift.now, drift.last_seen) == ("reproduced", "absent", "5.1.0")


def test_return_to_what_is_expected_is_drift_too() -> None:
    broken = document("5.2.0", entry("fixed", "untestable", reason="timed out"))
    (drift,) = drifts([document("5.2.0", ABSENT)], [broken])
    assert (drift.was, drift.now, drift.last_seen) == ("untestable", "absent", "5.2.0")


def test_other_installation_of_the_release_is_not_compared_with() -> None:
    broken = document("5.2.0", entry("fixed", "untestable", reason="no"), pyarrow="18.0.0")
    assert drifts([document("5.2.0", ABSENT)], [broken]) == []


def test_untestable_says_why() -> None:
    untestable = entry("fixed", "untestable", reason="timed out after 120 s", figure="")
    (drift,) = drifts([document("5.1.0", untestable, pyarrow="18.0.0")], EARLIER)
    assert str(drift) == (
        "drift: fixed reproduced -> untestable on datasets 5.1.0, pyarrow 18.0.0"
        " (last seen 5.1.0): timed out after 120 s"
    )


def test_verdict_that_its_capped_run_contradicts_is_drift() -> None:
    survived = entry("fixed", "reproduced", reason="its large run was not killed")
    (drift,) = drifts([document("5.1.0", survived)], EARLIER)
    assert (drift.was, drift.now) == ("reproduced", "contradicted")
    assert drift.reason == "its large run was not killed"


def test_masked_bug_is_no_drift_while_the_masking_bug_is_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    masked = msgspec.structs.replace(fakes.bug("masked"), masked_by={"fixed": "it ends before"})
    monkeypatch.setattr(catalog, "BUGS", (*catalog.BUGS, masked))
    masked_entry = entry("masked", "untestable", reason="masked by fixed") | {"masked_by": "fixed"}
    crashed = entry("masked", "untestable", reason="timed out")
    assert drifts([document("5.1.0", masked_entry)], []) == []
    for version, one, was, now in (
        ("5.1.0", entry("masked", "reproduced"), "masked", "reproduced"),
        ("5.1.0", entry("masked", "absent"), "masked", "absent"),
        ("5.1.0", crashed, "masked", "untestable"),
        ("5.2.0", masked_entry, "reproduced", "masked"),
    ):
        (drift,) = drifts([document(version, one)], [])
        assert (drift.was, drift.now) == (was, now)


def test_bugs_that_one_side_does_not_know_are_passed_over() -> None:
    unknown = entry("not-in-the-catalog", "reproduced")
    assert drifts([document("5.2.0", unknown, entry("gone", "absent"))], EARLIER) == []
    assert drifts([document("5.2.0")], [not_installable("git")]) == []


def test_release_that_could_not_be_installed_was_not_seen() -> None:
    earlier = [*EARLIER, not_installable("5.2.1"), not_installable("git")]
    (drift,) = drifts([document("5.3.0", REPRODUCED)], earlier)
    assert drift.last_seen == "5.2.0"


def test_development_version_comes_before_its_release() -> None:
    (drift,) = drifts([document("5.1.1.dev0", ABSENT)], EARLIER)
    assert (drift.was, drift.last_seen) == ("reproduced", "5.1.0")


def test_json_has_all_of_it() -> None:
    (change,) = json.loads(as_json(drifts([document("5.3.0", REPRODUCED)], EARLIER)))
    assert change == {
        "bug": "fixed",
        "datasets": "5.3.0",
        "was": "absent",
        "now": "reproduced",
        "last_seen": "5.2.0",
        "figure": "7 of 9",
        "reason": "",
    }
    assert json.loads(as_json([])) == []


def test_release_that_cannot_be_installed_is_drift() -> None:
    (drift,) = drifts([not_installable("5.1.0", "no such version")], EARLIER)
    assert str(drift) == (
        "drift: every bug installable -> not installable on datasets 5.1.0 (last seen 5.1.0): "
        "no such version"
    )


def test_git_main_is_compared_with_the_git_main_of_before() -> None:
    before = document("5.2.1.dev0", entry("gone", "untestable", reason="no"), datasets="git")
    now = document("5.3.1.dev0", entry("gone", "absent"), datasets="git")
    (drift,) = drifts([now], [before])
    assert (drift.was, drift.now) == ("untestable", "absent")


def test_bug_was_last_seen_on_the_newest_version_that_had_it() -> None:
    main = document("5.0.2.dev0", REPRODUCED, datasets="git")
    (drift,) = drifts([document("5.1.1", ABSENT)], [*EARLIER, main])
    assert drift.last_seen == "5.1.0"
