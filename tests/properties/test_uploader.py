"""Random datasets pushed by the uploader come back whole, on every release."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from datasets import load_dataset
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from mockhub.server.process import Hub
from tests.support.properties.budget import budget
from tests.support.properties.reading import opened
from tests.support.properties.schemas import Files, cells
from tests.support.properties.trials import Example, after, examples, first_stage
from workaround import push_to_hub


@given(example=examples(), num_shards=st.integers(1, 3))
@budget(15, shrink=False)
def test_rows_arrive_with_their_files_and_no_other_is_read(
    hub: Hub, files: Files, example: Example, num_shards: int
) -> None:
    with TemporaryDirectory() as folder:
        now = first_stage(example, files, Path(folder))
        for step in example.chain:
            try:
                now = after(now, step)
            except Exception:  # upstream's, before the uploader has its turn
                reject()
        assume(now.rows)  # no release loads a split without rows
        shards = min(num_shards, len(now.rows))
        with opened(files.folder) as read:  # in the place of the example before
            push_to_hub(now.dataset, "user/data", num_shards=shards, strict=False)
    assert read.keys() <= {files.path(cell) for cell in cells(now.rows)}
    loaded = load_dataset("user/data", split="train").with_format("arrow")[:]
    assert loaded.to_pylist() == files.embedded(now.rows)
