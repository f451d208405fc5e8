"""The pytest plugin: one server for all tests, and nothing left over from one to the next."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest
from datasets import Dataset, config, load_dataset
from huggingface_hub import HfApi, HfFileSystem, constants, hf_hub_download, snapshot_download

from mockhub.plugin import StartHub
from mockhub.server.process import Hub
from tests.support.constants import ROOT, SOURCE

pytestmark = pytest.mark.clients


@pytest.mark.parametrize("xet", [True, pytest.param(False, marks=pytest.mark.hub(xet=False))])
@pytest.mark.parametrize("numbers", [[1, 2, 3], [4, 5]])
@pytest.mark.usefixtures("hub")
def test_nothing_of_another_test_is_left(numbers: list[int], xet: bool) -> None:
    """Four tests that use the same names for other contents, each of which must be the first."""
    api, content = HfApi(), bytes(numbers) * 50_000
    assert not api.repo_exists("user/data", repo_type="dataset")
    api.create_repo("user/data", repo_type="dataset")
    api.upload_file(
        path_or_fileobj=content, path_in_repo="a.bin", repo_id="user/data", repo_type="dataset"
    )
    assert HfFileSystem().info("datasets/user/data/a.bin")["size"] == len(content)
    assert HfFileSystem().cat_file("datasets/user/data/a.bin") == content
    found = hf_hub_download("user/data", "a.bin", repo_type="dataset")
    assert Path(found).read_bytes() == content
    folder = snapshot_download("user/data", repo_type="dataset")
    assert (Path(folder) / "a.bin").read_bytes() == content
    Dataset.from_dict({"n": numbers}).push_to_hub("user/numbers")
    assert load_dataset("user/numbers", split="train")["n"][:] == numbers
    stream = load_dataset("user/numbers", split="train", streaming=True)
    assert [row["n"] for row in stream] == numbers
    for home in (constants.HF_HOME, constants.HF_HUB_CACHE, config.HF_DATASETS_CACHE):
        assert str(home).startswith(os.environ["HF_HOME"])
    assert constants.HF_HUB_DISABLE_XET is not xet
    assert Path(os.environ["HF_XET_CACHE"]).exists() is xet


@pytest.mark.parametrize("turn", [1, 2])
def test_clients_ask_again_what_they_asked_in_another_test(hub: Hub, turn: int) -> None:
    name = f"user/data{turn}"
    HfApi().create_repo(name, repo_type="dataset")
    agents = pytest.importorskip("huggingface_hub.utils._detect_agent")
    if not hasattr(agents, "_get_registry"):
        pytest.skip("this client does not ask the Hub what a coding agent is")
    agents.is_agent()
    assert [each.path for each in hub.requests("GET")] == ["/api/agent-harnesses"]


@pytest.mark.parametrize("version", ["1", "2"])
def test_settings_of_hf_xet_hold_for_the_test_that_makes_them(
    hub: Hub, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(importlib.import_module("huggingface_hub.utils._xet"), "get_xet_session"):
        pytest.skip("this client keeps no session of hf_xet")
    monkeypatch.setenv("HF_XET_CLIENT_RECONSTRUCTION_API_VERSION", version)
    HfApi().create_repo("user/data", repo_type="dataset")
    HfApi().upload_file(
        path_or_fileobj=bytes(1000), path_in_repo="a.bin", repo_id="user/data", repo_type="dataset"
    )
    hf_hub_download("user/data", "a.bin", repo_type="dataset")
    assert f"/v{version}/" in hub.requests("GET", "/reconstructions/")[0].path


@pytest.mark.hub(users=["ann:hf_ann", "ben:hf_ben:read"], orgs=["lab:ann"], page_size=7)
def test_marker_says_how_the_hub_behaves(hub: Hub) -> None:
    assert (hub.user, hub.token) == ("ann", "hf_ann")
    me = HfApi().whoami()
    assert (me["name"], [each["name"] for each in me["orgs"]]) == ("ann", ["lab"])
    assert HfApi(token="hf_ben").whoami()["name"] == "ben"


def test_several_hubs_stand_side_by_side(start_hub: StartHub, tmp_path: Path) -> None:
    first = start_hub(tmp_path, xet=False)
    second = start_hub(users=["ann:hf_ann"])
    assert HfApi().whoami()["name"] == "ann"
    assert HfApi(endpoint=first.url, token=first.token).whoami()["name"] == "user"
    assert second.url == constants.ENDPOINT
    assert (tmp_path / "blobs").exists()


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
