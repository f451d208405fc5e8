"""Claims of the seeds that no bug script shows, measured on the installed `datasets`."""

import inspect
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import Dataset, DatasetDict, Features, Nifti
from datasets.table import embed_table_storage

from repro.catalog.bugs import Bug, find
from repro.catalog.headlines import Evidence
from repro.judge.outcome import Verdict
from repro.judge.verdict import Judgement

pytestmark = [pytest.mark.repro, pytest.mark.timeout(600)]  # some wait for a script


@pytest.mark.parametrize("kind", [Dataset, DatasetDict])
def test_embedding_is_the_default(kind: type[Dataset | DatasetDict]) -> None:
    assert inspect.signature(kind.push_to_hub).parameters["embed_external_files"].default is True


@pytest.mark.parametrize("kind", [Dataset, DatasetDict])
def test_documentation_of_push_to_hub_does_not_mention_nifti(
    kind: type[Dataset | DatasetDict],
) -> None:
    assert "image" in kind.push_to_hub.__doc__.lower()
    assert "nifti" not in kind.push_to_hub.__doc__.lower()


def test_relative_path_embeds_the_same_bytes(
    make_nifti: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def embedded(path: str) -> bytes | None:
        scans = Dataset.from_dict({"scan": [path]}, features=Features({"scan": Nifti()}))
        cell = embed_table_storage(scans.data.table)["scan"][0].as_py()
        return None if cell["bytes"] is None else bytes(cell["bytes"])

    scan = make_nifti("scan.nii.gz")
    monkeypatch.chdir(scan.parent)
    assert embedded("scan.nii.gz") == embedded(str(scan))


def test_leaked_semaphore_warning_follows_any_sigkill() -> None:
    suicide = (
        "import multiprocessing, os, signal;"
        "lock = multiprocessing.get_context('spawn').Lock();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    child = subprocess.run([sys.executable, "-c", suicide], stderr=subprocess.PIPE, text=True)
    assert child.returncode == -signal.SIGKILL
    assert "leaked semaphore objects" in child.stderr


@pytest.mark.parametrize("bug", [find("sliced-list-embed")], ids=["sliced-list-embed"])
def test_kill_leaves_no_traceback(bug: Bug, judgement_of: Callable[[Bug], Judgement]) -> None:
    judgement = judgement_of(bug)
    assert judgement.capped is not None
    assert "Traceback" not in judgement.capped.stderr
    killed = judgement.capped.ended.status == 128 + signal.SIGKILL
    assert killed == (judgement.verdict is Verdict.REPRODUCED)


def test_list_of_images_is_read_as_a_list_of_nifti_is(
    evidence_of: Callable[[str], Evidence], note: Callable[[str, str], None]
) -> None:
    row = evidence_of("slice-hypotheses")
    images, nifti = (row[name]["files_read"] for name in ("list_of_images", "as_it_is"))
    note("List(Image())", f"{images} files read to embed a row of {row['files_needed']}")
    assert images == (nifti or row["files"])  # 0 where Nifti cannot embed, and Image has the bug


def test_minimal_reproduction_as_printed_lacks_an_import() -> None:
    printed = """
from datasets import Dataset, Features, Sequence
from datasets.features import Nifti
from datasets.table import embed_table_storage
features = Features({"id": Value("string"), "images": Sequence(Nifti())})
"""
    with pytest.raises(NameError, match="Value"):
        exec(printed, {})
