"""The metadata of the two distributions, and of what cites them."""

import re
import tomllib
from typing import Any

import yaml

from tests.support.constants import ROOT

ALONE = ROOT / "packages" / "mockhub"


def project(folder: Any) -> dict[str, Any]:
    """Return the table `project` of a pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return table


def test_mockhub_alone_has_the_dependencies_of_the_extra() -> None:
    assert project(ALONE)["dependencies"] == project(ROOT)["optional-dependencies"]["hub"]


def test_mockhub_alone_is_the_package_of_this_project() -> None:
    assert (ALONE / "mockhub").resolve() == ROOT / "src" / "mockhub"
    assert (ALONE / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    plugin = {"mockhub.plugin": "mockhub.plugin"}
    assert project(ALONE)["entry-points"]["pytest11"] == plugin
    assert project(ROOT)["entry-points"]["pytest11"] == plugin


def test_urls_are_the_same_everywhere() -> None:
    urls = project(ROOT)["urls"]
    assert project(ALONE)["urls"] == urls
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["repository-code"] == urls["Homepage"]
    assert citation["url"] == urls["Documentation"]
    form = (ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml").read_text()
    assert f"{urls['Homepage']}/security/advisories/new" in form


def test_python_versions_are_those_that_the_wheel_is_tried_on() -> None:
    pattern = r"Programming Language :: Python :: (3\.\d+)"
    named = re.findall(pattern, "\n".join(project(ROOT)["classifiers"]))
    for name in ("tests", "release"):
        workflow = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
        assert workflow["jobs"]["wheel"]["strategy"]["matrix"]["python"] == named
