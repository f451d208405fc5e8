"""Tables beside images as lists of rows."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from datasets import List, Value

from tests.support.workaround.bids import plain
from workaround.bids.table import bids_table
from workaround.bids.tabular.records import Records, column_types, parse
from workaround.errors import ArgumentError, CheckError

Touch = Callable[..., Path]
STEM = "sub-1/func/sub-1_task-rest"


def test_rows_have_typed_cells(touch: Touch) -> None:
    root = touch(*(f"{STEM}_run-{run}_bold.nii" for run in (1, 2)))
    text = "onset\tduration\ttrial_type\n1\tn/a\t007\n2.5\t3\tgo\n"
    touch(f"{STEM}_run-1_events.tsv", text=text)
    touch(f"{STEM}_run-2_events.tsv", text="onset\tduration\tstim_file\tHED\n4\t5\ta.png\t\n")
    rows = bids_table(root, sidecars=["events"], tables="rows", strict=True)
    text_value, number = Value("string"), Value("float64")
    assert rows.features["bold_events"] == List(
        List(
            {
                "onset": number,
                "duration": number,
                "trial_type": text_value,
                "stim_file": text_value,
                "HED": text_value,
            }
        )
    )
    ((first, second),) = rows["bold_events"]
    assert [list(record.values())[:3] for record in first] == [[1, None, "007"], [2.5, 3, "go"]]
    assert [list(record.values()) for record in second] == [[4.0, 5.0, None, "a.png", None]]
    assert rows["bold_events_path"] == [[f"{STEM}_run-{run}_events.tsv" for run in (1, 2)]]


@pytest.mark.parametrize("layout", ["session", "subject", "image"])
def test_every_layout_has_the_rows(touch: Touch, layout: Any) -> None:
    root = touch("sub-1/perf/sub-1_asl.nii", "sub-2/perf/sub-2_asl.nii")
    touch("sub-1/perf/sub-1_aslcontext.tsv", text="volume_type\ncontrol\nlabel\n")
    rows = bids_table(root, layout=layout, sidecars=["aslcontext"], tables="rows")
    name = "aslcontext" if layout == "image" else "asl_aslcontext"
    expected = [{"volume_type": "control"}, {"volume_type": "label"}]
    assert rows[name] == [expected, None]


def test_physio_has_the_columns_of_its_description(touch: Touch) -> None:
    root = touch(f"{STEM}_bold.nii")
    touch("task-rest_physio.json", text='{"Columns": ["cardiac", "trigger"]}')
    (root / f"{STEM}_recording-heart_physio.tsv.gz").write_bytes(gzip.compress(b"0.5\t0\nn/a\t1\n"))
    rows = bids_table(root, sidecars=["physio"], tables="rows", strict=True)
    expected = [{"cardiac": 0.5, "trigger": 0}, {"cardiac": None, "trigger": 1}]
    assert rows["bold_physio_heart"] == [expected]


def test_a_table_that_cannot_be_read_is_an_omission(touch: Touch) -> None:
    root = touch(f"{STEM}_bold.nii")
    touch(f"{STEM}_events.tsv", text="onset\tduration\n1\t2\n3\n")
    with pytest.raises(CheckError, match=r"events\.tsv: left out: line 3 has 1 cells"):
        bids_table(root, sidecars=["events"], tables="rows", strict=True)
    (row,) = plain(bids_table(root, sidecars=["events"], tables="rows"))
    assert row.get("bold_events") is None


@pytest.mark.parametrize(
    ("text", "description", "message"),
    [
        ("a\ta\n", {}, "a column has no name"),
        ("a\t\n", {}, "a column has no name"),
        ("", {}, "a column has no name"),
        ("a\n1\t2\n", {}, "line 2 has 2 cells, and there are 1 columns"),
    ],
)
def test_tables_of_another_shape_are_refused(
    text: str, description: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text, description, header=True)
    with pytest.raises(ValueError, match="names its Columns"):
        parse("1\t2\n", {"Columns": 3}, header=False)


def test_marks_and_line_ends_are_no_cells() -> None:
    table = parse("\ufeffa\tb\r\n1 \t n/a\r\n\r\n", {}, header=True)
    assert table.columns == {"a": ["1"], "b": [None]}


@pytest.mark.parametrize(
    ("name", "cells", "description", "kind"),
    [
        ("onset", ["1", "2"], None, pa.float64()),
        ("onset", ["1", "soon"], None, pa.string()),
        ("own", ["1", None], None, pa.int64()),
        ("own", ["1", "2"], {"Levels": {"1": "left"}}, pa.string()),
        ("own", ["1", "2"], {"Format": "number"}, pa.float64()),
        ("own", ["1", "2.5"], {"Format": "integer"}, pa.float64()),
        ("own", ["true", "false"], {"Format": "boolean"}, pa.bool_()),
        ("own", [None], "text", pa.string()),
    ],
)
def test_types_are_described_or_those_of_bids_or_of_the_cells(
    name: str, cells: list[str | None], description: Any, kind: pa.DataType
) -> None:
    assert column_types([Records({name: cells}, {name: description})]) == {name: kind}


def test_a_form_that_does_not_exist_is_refused(touch: Touch) -> None:
    with pytest.raises(ArgumentError, match="tables is one of text, rows"):
        bids_table(touch(f"{STEM}_bold.nii"), tables="json")  # type: ignore[arg-type]
