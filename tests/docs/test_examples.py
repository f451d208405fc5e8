"""Every example of the documentation runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mockhub.server.process import Hub
from tests.support.constants import ROOT
from tests.support.examples import Examples, check_extras, commands

DOCS = ROOT / "docs"
ELSEWHERE = ("mockhub.md", "uploading.md", "mutants.md")  # read as text; tests/mockhub runs one
DOCUMENTS = sorted(
    path.relative_to(DOCS).as_posix()
    for folder in (".", "tutorials", "howto", "explanation", "reference")
    for path in (DOCS / folder).glob("*.md")
    if path.name not in ELSEWHERE
    if "```python" in path.read_text() or "```console" in path.read_text()
)
PREPARED = ("howto/resume.md", "howto/memory.md", "howto/workers.md", "index.md")
"""Documents that begin with a table, scans.csv, which their readers have."""


@pytest.mark.hub(users=["user:hf_mockhub"], orgs=["your-name:user"])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_examples_run(
    document: str,
    hub: Hub,
    tmp_path: Path,
    make_nifti: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "0")  # an example may change it
    if document in PREPARED:
        names = [make_nifti(f"{number}.nii.gz").name for number in range(2)]
        (tmp_path / "scans.csv").write_text("\n".join(["t1w", *names]))
    assert Examples(hub, tmp_path).run(DOCS / document)


def test_session_is_read_as_commands_with_their_outputs() -> None:
    session = "$ workaround check a.csv\n0 problems found\n$ echo $?\n0\n"
    assert list(commands(session)) == [
        ("workaround check a.csv", "0 problems found\n"),
        ("echo $?", "0\n"),
    ]


def test_extra_that_does_not_exist_is_noticed() -> None:
    check_extras(["nifti-hub-workaround[hub]", "pytest"])
    with pytest.raises(AssertionError, match="typo"):
        check_extras(["nifti-hub-workaround[typo]"])
