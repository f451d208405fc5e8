"""Environments made by the real uv, from an index of small packages."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from repro.installs.environments import InstallError, Pins, install
from tests.support.repro.index import Index


def git(*arguments: str | Path) -> str:
    """Run git and return its output."""
    done = subprocess.run(["git", *map(str, arguments)], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(clone: Path, version: str) -> None:
    """Commit a package `datasets` of that version."""
    (clone / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (clone / "backend.py").write_text(
        "import zipfile\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        f"    name, info = 'datasets-{version}-py3-none-any.whl', 'datasets-{version}.dist-info/'\n"
        "    with zipfile.ZipFile(f'{folder}/{name}', 'w') as wheel:\n"
        f"        wheel.writestr('datasets.py', '')\n"
        "        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: datasets\\n'\n"
        f"            'Version: {version}\\n')\n"
        "        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: tests\\n'\n"
        "            'Root-Is-Purelib: true\\nTag: py3-none-any\\n')\n"
        "        wheel.writestr(info + 'RECORD', '')\n"
        "    return name\n"
    )
    git("-C", clone, "add", ".")
    author = ("-c", "user.name=tester", "-c", "user.email=tester@example.org")
    git("-C", clone, *author, "commit", "--quiet", "-m", version)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of datasets 9.0.dev0, named by DATASETS_GIT."""
    folder = tmp_path / "clone"
    git("init", "--quiet", folder)
    commit(folder, "9.0.dev0")
    monkeypatch.setenv("DATASETS_GIT", str(folder))
    return folder


def test_named_versions_are_installed(index: Index, tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        index.add("datasets", version, requires=("pyarrow",))
        index.add("pyarrow", version)
        index.add("huggingface_hub", version)
    installed = install(Pins("1.0", huggingface_hub="1.0", pyarrow="1.0"), tmp_path).environment
    assert (installed["datasets"], installed["huggingface_hub"], installed["pyarrow"]) == (
        "1.0",
        "1.0",
        "1.0",
    )
    assert (installed["nibabel"], installed["numpy"]) == ("99", "99")
    version = ".".join(map(str, sys.version_info[:3]))
    assert installed["python"] == version


def test_what_is_not_named_is_the_newest(index: Index, tmp_path: Path) -> None:
    index.add("datasets", "1.0", requires=("pyarrow<3",))
    for version in ("1.0", "2.0", "3.0"):
        index.add("pyarrow", version)
    installed = install(Pins("1.0"), tmp_path).environment
    assert (installed["pyarrow"], installed["huggingface_hub"]) == ("2.0", "not installed")


def test_newer_packages_do_not_count_before_a_day(index: Index, tmp_path: Path) -> None:
    for name in ("datasets", "pyarrow"):
        index.add(name, "1.0", metadata={"upload-time": "2025-11-01T00:00:00Z"})
    index.add("pyarrow", "2.0", metadata={"upload-time": "2025-11-03T00:00:00Z"})
    for name in ("nibabel", "numpy", "pillow"):
        index.add(name, "98", metadata={"upload-time": "2025-10-01T00:00:00Z"})
    pins = Pins("1.0", pyarrow="2.0", before=datetime(2025, 11, 2, tzinfo=UTC))
    with pytest.raises(InstallError, match="pyarrow"):
        install(pins, tmp_path)
    pins = Pins("1.0", pyarrow="1.0", before=datetime(2025, 11, 2, tzinfo=UTC))
    assert install(pins, tmp_path).environment["numpy"] == "98"


def test_environment_is_kept(index: Index, tmp_path: Path) -> None:
    index.add("datasets", "1.0")
    first = install(Pins("1.0"), tmp_path)
    (tmp_path / "index" / "datasets").unlink()  # nothing can be installed any more
    assert install(Pins("1.0"), tmp_path) == first


def test_unfinished_environment_is_made_again(index: Index, tmp_path: Path) -> None:
    index.add("datasets", "1.0")
    python = install(Pins("1.0"), tmp_path).python
    (python.parents[1] / "finished.json").unlink()
    left = python.parents[1] / "left"
    left.touch()
    assert install(Pins("1.0"), tmp_path).python == python
    assert not left.exists()


def test_environment_without_its_interpreter_is_made_again(index: Index, tmp_path: Path) -> None:
    index.add("datasets", "1.0")
    python = install(Pins("1.0"), tmp_path).python
    python.unlink()
    python.symlink_to(tmp_path / "removed")
    assert install(Pins("1.0"), tmp_path).datasets == "1.0"


def test_other_versions_are_another_environment(index: Index, tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        index.add("datasets", version)
    first, second = (install(Pins(version), tmp_path) for version in ("1.0", "2.0"))
    assert (first.datasets, second.datasets) == ("1.0", "2.0")
    assert first.python != second.python


def test_version_that_there_is_not_is_an_error_of_one_line(index: Index, tmp_path: Path) -> None:
    index.add("datasets", "1.0")
    with pytest.raises(InstallError) as caught:
        install(Pins("1.1"), tmp_path)
    assert "no version of datasets==1.1" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value)[0].isalpha()


def test_python_that_there_is_not_is_an_error(index: Index, tmp_path: Path) -> None:
    index.add("datasets", "1.0")
    with pytest.raises(InstallError, match=r"3\.6"):
        install(Pins("1.0", python="3.6"), tmp_path)


def test_git_main_is_that_of_the_clone_and_of_now(
    index: Index, clone: Path, tmp_path: Path
) -> None:
    first = install(Pins("git"), tmp_path)
    assert first.datasets == "9.0.dev0"
    first_commit = git("-C", clone, "rev-parse", "HEAD")
    assert install(Pins("git"), tmp_path) == first
    commit(clone, "9.1.dev0")
    assert install(Pins("git"), tmp_path).datasets == "9.1.dev0"
    assert install(Pins(f"git+{clone.as_uri()}@{first_commit}"), tmp_path).datasets == "9.0.dev0"


def test_build_that_fails_says_so_and_not_where_it_was(
    index: Index, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (clone / "backend.py").write_text("raise SystemExit('x' * 10_000)")
    git("-C", clone, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qam", "broken")
    with pytest.raises(InstallError) as caught:
        install(Pins("git"), tmp_path)
    message = str(caught.value)
    assert "Failed to" in message
    assert str(tmp_path) not in message
    assert len(message) <= 500


def test_repository_that_there_is_not_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATASETS_GIT", (tmp_path / "no-clone").as_uri())
    with pytest.raises(InstallError, match="does not") as caught:
        install(Pins("git"), tmp_path)
    assert str(tmp_path) not in str(caught.value)


def test_pins_are_read_as_versions() -> None:
    assert str(Pins("4.4.2")) == "datasets 4.4.2"
    dated = Pins("4.4.2", pyarrow="21.0.0", before=datetime(2025, 11, 2, tzinfo=UTC))
    assert str(dated) == "datasets 4.4.2, pyarrow 21.0.0, before 2025-11-02"
    assert "datasets==4.4.2" in Pins("4.4.2").requirements()
    assert json.dumps(Pins("4.4.2").requirements())
