"""`pytest --pyargs repro -m repro`, which loads the plugin while it collects."""

import pytest

from tests.support.constants import ROOT
from tests.support.repro import fakes

TEST = """
import pytest
from tests.support.repro import fakes

@pytest.mark.repro
@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", [fakes.bug("present")], ids=lambda bug: bug.id)
def test_bug(bug, judgement_of):
    assert judgement_of(bug).agrees
"""


def test_plugin_is_loaded_below_the_package(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'src'}")
    package = pytester.mkpydir("package")
    (package / "test_bugs.py").write_text(TEST)
    text = (ROOT / "repro" / "conftest.py").read_text()
    scripts = pytester.mkdir("scripts")
    fakes.write(scripts, "present", fakes.REPRODUCED)
    (package / "conftest.py").write_text(
        f"from pathlib import Path\nfrom repro.catalog import bugs\n"
        f"bugs.SCRIPTS = Path({str(scripts)!r})\n{text}"
    )
    result = pytester.runpytest_subprocess(
        "--pyargs", "package", "-m", "repro", "--strict-markers", "-p", "no:timeout"
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*== upstream bugs ==*"])
