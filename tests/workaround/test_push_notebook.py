"""A push in a notebook: what its reader sees of it."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from tests.support.constants import REPO, SOURCE
from tests.support.workaround.pushing import MakeNifti

CELL = """
import sys
sys.path.insert(0, {source!r})
from datasets import Dataset, Nifti
from workaround import push_to_hub
rows = Dataset.from_dict({{"t1w": [{image!r}]}}).cast_column("t1w", Nifti())
commit = push_to_hub(rows, {repo!r})
"""
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.mark.processes
@pytest.mark.usefixtures("hub")
def test_bars_of_all_stages_are_shown_to_their_end(
    make_nifti: MakeNifti, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_DISABLE_PROGRESS_BARS", raising=False)
    cell = CELL.format(source=SOURCE, image=str(make_nifti()), repo=REPO)
    code = nbformat.v4.new_code_cell(cell)  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=[code])  # type: ignore[no-untyped-call]
    config = Config({"KernelManager": {"transport": "ipc"}})
    NotebookClient(notebook, config=config).execute()
    outputs = notebook.cells[0].outputs
    assert [output.data["text/plain"].partition(":")[0] for output in outputs] == [
        "Checking",
        "Uploading",
        "Verifying",
    ]
    assert all(WIDGET in output.data for output in outputs)
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    ends = [
        (widget["state"]["value"], widget["state"]["max"])
        for widget in states.values()
        if widget["model_name"] == "FloatProgressModel"
    ]
    assert len(ends) == 3
    assert all(value == most > 0 for value, most in ends)
