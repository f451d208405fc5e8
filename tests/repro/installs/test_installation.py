"""The versions that a Python reports, asked from within and from outside."""

import getpass
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from repro.installs import installation
from repro.installs.installation import Installation, environment


def test_environment_is_the_versions_and_nothing_of_the_user() -> None:
    versions = environment()
    assert versions.keys() - {"commit"} == {*installation.PACKAGES, "python", "platform"}
    assert versions["datasets"] == version("datasets")
    assert versions["python"] == platform.python_version()
    text = " ".join(versions.values())
    assert not {getpass.getuser(), platform.node()} & set(text.split())
    assert str(Path.home()) not in text.replace(sys.prefix, "")


def test_missing_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "PACKAGES", ("no-such-package",))
    assert environment()["no-such-package"] == "not installed"


def test_another_python_says_the_same_of_itself() -> None:
    assert Installation.of(Path(sys.executable)) == Installation.this()
    assert Installation.this().datasets == version("datasets")


def test_python_without_packages_says_so(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    assert Installation.of(tmp_path / "bin" / "python").datasets == "not installed"


def test_program_that_is_no_python_is_an_error() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        Installation.of(Path("/bin/false"))


@pytest.mark.parametrize(
    ("origin", "commit"),
    [
        ('{"url": "https://x", "vcs_info": {"vcs": "git", "commit_id": "0e1289a"}}', "0e1289a"),
        ('{"url": "file:///home/ada/datasets", "dir_info": {}}', None),
        (None, None),
    ],
)
def test_commit_is_reported_where_it_was_installed_from_git(
    origin: str | None, commit: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Installed:
        def read_text(self, name: str) -> str | None:
            return origin if name == "direct_url.json" else None

    monkeypatch.setattr(installation, "distribution", lambda _: Installed())
    assert environment().get("commit") == commit
