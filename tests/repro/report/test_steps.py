"""The way to run a script, for somebody who has nothing yet."""

import subprocess
from pathlib import Path

import pytest

from repro.catalog import bugs as catalog
from repro.report.steps import WITHOUT_A_HUB, public_origin, steps

URL = "https://github.com/ada/nifti-hub-workaround"


def steps_of(bug_id: str, origin: str | None = None, **environment: str) -> str:
    """The way to run the script of a bug."""
    bug = catalog.find(bug_id)
    versions = {"datasets": "5.2.0", **environment}
    return "\n".join(steps(bug, versions, bug.script.read_text(), origin))


@pytest.mark.parametrize("bug_id", ["commit-conflict-not-retried", "half-a-dataset-visible"])
def test_local_hub_is_started_with_one_command_from_where_the_project_is(bug_id: str) -> None:
    command = (
        f"\nuv run --no-project --with 'nifti-hub-workaround[hub] @ git+{URL}' python -m mockhub"
    )
    assert command in steps_of(bug_id, URL)
    assert "started in another terminal:" in steps_of(bug_id, URL)


@pytest.mark.parametrize("bug_id", ["commit-conflict-not-retried", "half-a-dataset-visible"])
def test_without_a_published_address_no_local_hub_is_spoken_of(bug_id: str) -> None:
    text = steps_of(bug_id)
    assert "mockhub" not in text
    assert "127.0.0.1" not in text


def test_script_that_can_do_without_a_hub_says_so() -> None:
    text = steps_of("sliced-list-embed")
    assert WITHOUT_A_HUB in text
    assert "HF_TOKEN=" not in text


def test_kill_has_a_command_that_caps_memory() -> None:
    text = steps_of("additions-retain-bytes")
    assert "On Linux with systemd, the kill in 700 MiB" in text
    assert (
        "HF_TOKEN=hf_... systemd-run --user --scope -p MemoryMax=700M -p MemorySwapMax=0 uv" in text
    )
    assert "systemd" not in steps_of("half-a-dataset-visible")


@pytest.mark.parametrize(("versions", "at"), [({}, ""), ({"commit": "a" * 40}, f"@{'a' * 40}")])
def test_development_version_is_installed_from_git_at_its_commit_if_that_is_known(
    versions: dict[str, str], at: str
) -> None:
    text = steps_of("embed-zero-bytes", datasets="5.3.1.dev0", **versions)
    assert f"--with 'datasets @ git+https://github.com/huggingface/datasets{at}' embed" in text


@pytest.mark.parametrize(
    ("url", "public"),
    [
        (f"{URL}.git", f"{URL}.git"),
        ("https://ada:secret@github.com/ada/x", "https://github.com/ada/x"),
        ("git@github.com:ada/x", None),
        ("https://git.acme-secret.example/ada/x", None),
        ("/home/ada/x", None),
        (None, None),
    ],
)
def test_url_that_only_some_can_reach_is_shown_to_nobody(
    url: str | None, public: str | None, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    if url is not None:
        subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", url], check=True)
    assert public_origin(tmp_path) == public


def test_without_git_no_url_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert public_origin(tmp_path) is None
