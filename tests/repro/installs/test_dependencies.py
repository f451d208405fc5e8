"""Combinations of dependencies, resolved by the real uv from an index of small packages."""

from pathlib import Path

import pytest

from repro.installs.dependencies import with_dependencies
from repro.installs.environments import InstallError, Pins, install
from tests.support.repro.index import Index

BOUNDS = ("pyarrow>=21", "huggingface_hub>=0.25,<2", "pandas")


@pytest.fixture(autouse=True)
def released(index: Index) -> None:
    """Release 5.0, and more versions of its dependencies than it accepts."""
    index.add("datasets", "5.0", requires=BOUNDS)
    for version in ("20.0", "21.0", "26.0", "27.0rc1"):
        index.add("pyarrow", version)
    index.add("huggingface_hub", "0.24")
    index.add("huggingface_hub", "0.25")
    index.add("huggingface_hub", "1.9", requires=("hf_xet>=1.2",))
    index.add("huggingface_hub", "2.0", requires=("hf_xet>=1.2",))
    for version in ("1.0", "1.2", "1.8"):
        index.add("hf_xet", version)
    for version in ("1.5", "2.2", "2.3", "3.1"):
        index.add("pandas", version)


def test_one_package_at_a_time_is_at_the_end_of_what_the_release_accepts() -> None:
    assert with_dependencies(Pins("5.0")) == [
        Pins("5.0"),
        Pins("5.0", huggingface_hub="0.25"),
        Pins("5.0", pyarrow="21.0"),
        Pins("5.0", hf_xet="1.2"),
        Pins("5.0", pandas="2.3"),
        Pins("5.0", pyarrow="27.0rc1"),
    ]


def test_combination_is_installed_with_its_prerelease(tmp_path: Path) -> None:
    pins = Pins("5.0", pyarrow="27.0rc1", pandas="2.3")
    environment = install(pins, tmp_path / "kept").environment
    assert (environment["pyarrow"], environment["pandas"]) == ("27.0rc1", "2.3")
    assert environment["huggingface_hub"] == "1.9"


def test_package_that_has_one_version_only_adds_no_combination(index: Index) -> None:
    index.add("datasets", "6.0", requires=("pyarrow==26.0", "huggingface_hub==1.9", "pandas==3.1"))
    assert with_dependencies(Pins("6.0"))[1:] == [Pins("6.0", hf_xet="1.2")]


def test_release_that_is_not_there_cannot_be_resolved() -> None:
    with pytest.raises(InstallError, match=r"no version of datasets==7\.0"):
        with_dependencies(Pins("7.0"))
