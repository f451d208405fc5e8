"""The pytest plugin: one server for all tests, and nothing left over from one to the next."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.constants import ROOT, SOURCE


def inner_pytest(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tests: str, *options: str
) -> pytest.RunResult:
    """Run tests elsewhere, which have only the plugin."""
    pytester.makepyfile(tests)
    monkeypatch.setenv("PYTHONPATH", SOURCE)
    for variable in ("HF_ENDPOINT", "HF_TOKEN", "HF_HOME"):
        monkeypatch.delenv(variable, raising=False)
    options = ("-p", "mockhub.plugin", "-p", "no:cacheprovider", *options)
    command = (sys.executable, "-m", "pytest", *options)
    return pytester.run(*command, timeout=100)


def test_plugin_serves_any_test_suite(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = inner_pytest(
        pytester,
        monkeypatch,
        """
        import os, subprocess, sys
        import huggingface_hub
        from huggingface_hub import constants, hf_api

        before = constants.ENDPOINT

        def test_with(hub):
            assert constants.ENDPOINT == hub.url != before
            assert huggingface_hub.HfApi().whoami()["name"] == huggingface_hub.whoami()["name"]
            code = "import huggingface_hub; print(huggingface_hub.whoami()['name'])"
            child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
            assert child.stdout == hub.user + "\\n"

        def test_without():
            assert constants.ENDPOINT == before
            assert hf_api.api.endpoint == before
            assert not {"HF_ENDPOINT", "HF_TOKEN", "HF_HOME"} & set(os.environ)
        """,
        "--strict-markers",
    )
    result.assert_outcomes(passed=2)


def test_example_of_the_documentation_runs(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "mockhub.md").read_text()
    example = text.split("```python\n")[1].split("```")[0]
    imports = "import pytest\nfrom datasets import Dataset\n"
    ignore = "ignore:Use 'content=:DeprecationWarning"
    result = inner_pytest(pytester, monkeypatch, imports + example, "-W", ignore)
    result.assert_outcomes(passed=2)


def test_hub_is_reached_though_clients_were_offline_before(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    result = inner_pytest(
        pytester,
        monkeypatch,
        """
        import pytest
        from huggingface_hub import HfApi
        from huggingface_hub.errors import OfflineModeIsEnabled

        def test_offline():
            with pytest.raises(OfflineModeIsEnabled):
                HfApi(token="hf_x").whoami()

        def test_online(hub):
            assert HfApi().whoami()["name"] == hub.user

        def test_offline_again():
            test_offline()
        """,
    )
    result.assert_outcomes(passed=3)


def test_impossible_options_are_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = inner_pytest(
        pytester,
        monkeypatch,
        """
        import pytest

        @pytest.mark.hub(pagesize=1)
        def test_it(hub):
            pass
        """,
        "--strict-markers",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*@pytest.mark.hub: no such option: pagesize*"])


def test_marker_and_fixtures_describe_themselves(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = inner_pytest(pytester, monkeypatch, "", "--markers").stdout.str()
    assert "@pytest.mark.hub(**options)" in shown
    shown = inner_pytest(pytester, monkeypatch, "", "--fixtures").stdout.str()
    assert "An empty Hub that child processes and loaded clients use." in shown


def test_traceback_of_the_server_stands_beside_the_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    result = inner_pytest(
        pytester,
        monkeypatch,
        """
        import os, shutil
        from pathlib import Path
        from huggingface_hub import HfApi

        def test_it(hub):
            HfApi().create_repo("user/data", repo_type="dataset")
            for repos in Path(os.environ["TMPDIR"]).glob("mockhub-*/*/repos"):
                shutil.rmtree(repos)
            HfApi().dataset_info("user/data", revision="main", files_metadata=True)
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Captured stderr teardown*", "*FileNotFoundError*"])
