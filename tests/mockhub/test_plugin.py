"""The pytest plugin in other test suites, which have nothing else of this project."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.constants import ROOT, SOURCE

EXAMPLE = (ROOT / "docs" / "mockhub.md").read_text().split("```python\n")[1].split("```")[0]
IMPORTS = "import huggingface_hub\nimport pytest\nfrom datasets import Dataset\n"
SUITE = {
    "test_plugin_serves_any_suite": """
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
    "test_example": f"{IMPORTS}{EXAMPLE}",
    "test_options": """
import pytest

@pytest.mark.hub(pagesize=1)
def test_it(hub):
    pass
""",
    "test_traceback": """
import os, shutil
from pathlib import Path
from urllib.request import urlopen
from huggingface_hub import HfApi

def test_it(hub):
    HfApi().create_repo("user/data", repo_type="dataset")
    for repos in Path(os.environ["TMPDIR"]).glob("mockhub-*/*/repos"):
        shutil.rmtree(repos)
    urlopen(hub.url + "/api/datasets/user/data?blobs=1")
""",
}
OFFLINE = {
    "test_offline": """
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
}


Result = tuple[str, str, str]
"""File, outcome and output of a test."""

Results = list[Result]


def run(folder: Path, files: dict[str, str], **environment: str) -> Iterator[Result]:
    """Run test files with the plugin; yields a result for each test."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    # Installed in this environment: pytest loads it by its entry point.
    options = ["-p", "no:cacheprovider", "--strict-markers"]
    options += ["--junitxml=report.xml", "-o", "junit_logging=all"]
    hub_variables = ("HF_ENDPOINT", "HF_TOKEN", "HF_HOME")
    outer = {name: text for name, text in os.environ.items() if name not in hub_variables}
    subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=folder,
        env={**outer, "PYTHONPATH": SOURCE, "TMPDIR": str(folder), **environment},
        check=False,
        capture_output=True,
        timeout=100,
    )
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        yield case.get("classname", ""), (*kinds, "passed")[0], "".join(case.itertext())


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """All test files in one process."""
    return list(run(tmp_path_factory.mktemp("suite"), SUITE))


def outcomes(suite: Results, name: str) -> list[str]:
    return [outcome for file, outcome, _ in suite if file == name]


def output(suite: Results, name: str) -> str:
    return "".join(text for file, _, text in suite if file == name)


def test_plugin_serves_any_test_suite(suite: Results) -> None:
    name = "test_plugin_serves_any_suite"
    assert outcomes(suite, name) == ["passed", "passed"], output(suite, name)


def test_example_of_the_documentation_runs(suite: Results) -> None:
    assert outcomes(suite, "test_example") == ["passed"] * 3, output(suite, "test_example")


def test_impossible_options_are_named(suite: Results) -> None:
    assert outcomes(suite, "test_options") == ["error"]
    assert "@pytest.mark.hub: no such option: pagesize" in output(suite, "test_options")


def test_traceback_of_the_server_is_in_the_report(
    suite: Results,
) -> None:
    assert outcomes(suite, "test_traceback") == ["failure"]
    assert "FileNotFoundError" in output(suite, "test_traceback")


def test_hub_is_reached_though_clients_were_offline_before(tmp_path: Path) -> None:
    results = list(run(tmp_path, OFFLINE, HF_HUB_OFFLINE="1"))
    assert outcomes(results, "test_offline") == ["passed"] * 3, output(results, "test_offline")


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--markers", "@pytest.mark.hub(**options)"),
        (
            "--fixtures",
            "An empty local Hub, used by clients in this process and in child processes.",
        ),
    ],
)
def test_marker_and_fixtures_describe_themselves(
    pytester: pytest.Pytester, option: str, text: str
) -> None:
    result = pytester.runpytest_inprocess("-p", "mockhub.plugin", option)
    assert text in result.stdout.str()


def test_plugin_that_is_named_as_well_is_loaded_once(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ("mockhub.plugin",)')
    pytester.makepyfile("def test_it(hub): assert hub.url")
    result = pytester.runpytest_subprocess("-p", "mockhub.plugin", "--fixtures")
    assert result.ret == 0
    assert str(result.stdout).count("An empty local Hub, used by clients") == 1


def test_suites_without_the_fixture_import_no_server() -> None:
    code = "import sys, mockhub.plugin; print({'starlette', 'uvicorn', 're2'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"


def test_fixture_without_the_extra_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys\nsys.modules['starlette'] = None\n")
    pytester.makepyfile("def test_hub(hub): pass")
    result = pytester.runpytest_subprocess("-p", "mockhub.plugin", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*UsageError: the fixture of the local Hub needs*: pip install *"])
