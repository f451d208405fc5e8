"""File tables of every format, and what becomes of their columns."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, Image, List, Nifti, Value

from workaround.errors import CheckError, Problem
from workaround.tables import TableError, read_table

Rows = Sequence[Mapping[str, Any]]


def write_csv(path: Path, rows: Rows) -> None:
    with path.open("w", newline="") as file:
        table = csv.DictWriter(
            file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ","
        )
        table.writeheader()
        for row in rows:
            cells = {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
            table.writerow(cells)


def write_json_lines(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_parquet(path: Path, rows: Rows) -> None:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)


FORMATS = {
    "table.csv": write_csv,
    "table.tsv": write_csv,
    "table.jsonl": write_json_lines,
    "table.ndjson": write_json_lines,
    "table.parquet": write_parquet,
}


@pytest.fixture(params=FORMATS)
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Rows], Path]:
    """A function that writes a table of each format."""
    name: str = request.param

    def write(rows: Rows) -> Path:
        FORMATS[name](tmp_path / name, rows)
        return tmp_path / name

    return write


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a table with this text."""

    def write(text: str, name: str = "table.csv") -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def paths(rows: Dataset, column: str) -> list[Any]:
    """The paths in a column of files."""

    def path(cell: Any) -> Any:
        return [path(each) for each in cell] if isinstance(cell, list) else cell and cell["path"]

    return [path(cell) for cell in rows.data.column(column).to_pylist()]


def problem(path: Path, kinds: Mapping[str, str] | None = None) -> Problem:
    """The one problem of a table."""
    with pytest.raises(CheckError) as caught:
        read_table(path, kinds)
    (found,) = caught.value.problems
    return found


def test_every_format_gives_the_same_dataset(write: Callable[[Rows], Path], tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "001", "age": 31, "t1w": "a.nii.gz", "bold": ["b.nii", "/data/c.nii.gz"]},
        {"id": "002", "age": None, "t1w": None, "bold": []},
        {"id": "010", "age": 29, "t1w": "hf://datasets/u/r/d.nii", "bold": ["e.NII"]},
    ]
    found = read_table(write(rows))
    assert found.features == Features(
        {
            "id": Value("string"),
            "age": Value("int64"),
            "t1w": Nifti(),
            "bold": List(Nifti()),
        }
    )
    plain = found.select_columns(["id", "age"]).to_dict()
    assert plain == {"id": ["001", "002", "010"], "age": [31, None, 29]}
    assert paths(found, "t1w") == [f"{tmp_path}/a.nii.gz", None, "hf://datasets/u/r/d.nii"]
    bold = [[f"{tmp_path}/b.nii", "/data/c.nii.gz"], [], [f"{tmp_path}/e.NII"]]
    assert paths(found, "bold") == bold


def test_n_a_and_empty_cells_are_null(write: Callable[[Rows], Path], tmp_path: Path) -> None:
    found = read_table(write([{"t1w": "n/a", "n": 1}, {"t1w": "", "n": 2}, {"t1w": "a.nii"}]))
    assert paths(found, "t1w") == [None, None, f"{tmp_path}/a.nii"]


def test_relative_paths_start_at_the_table_and_not_where_it_is_read(
    table: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table("t1w\nimages/a.nii\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert paths(read_table(Path("../table.csv")), "t1w") == [f"{elsewhere}/../images/a.nii"]
    assert paths(read_table(path), "t1w") == [f"{tmp_path}/images/a.nii"]


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "-2", "0"], "int64", [1, -2, 0]),
        (["1", "2.50", "-1e3"], "float64", [1.0, 2.5, -1000.0]),
        (["1", "n/a", "3"], "int64", [1, None, 3]),
        (["01", "2"], "string", ["01", "2"]),
        (["01.5", "2"], "string", ["01.5", "2"]),
        (["+1", "2"], "string", ["+1", "2"]),
        (["123456789012345678901", "2"], "string", ["123456789012345678901", "2"]),
        (["1", "true"], "string", ["1", "true"]),
        (["NA", "nan"], "string", ["NA", "nan"]),
        (["2020-01-01", "2021-01-01"], "string", ["2020-01-01", "2021-01-01"]),
        (["n/a", "n/a"], "string", [None, None]),
    ],
)
def test_only_numbers_become_numbers(
    table: Callable[..., Path], cells: list[str], kind: str, values: list[Any]
) -> None:
    found = read_table(table("\n".join(["a", *cells, ""])))
    assert found.features == Features({"a": Value(kind)})
    assert found["a"][:] == values


def test_text_that_looks_like_a_date_stays_text_in_json_lines(
    table: Callable[..., Path],
) -> None:
    found = read_table(table('{"a": 1, "day": "2020-01-01", "b": 2}\n', "table.jsonl"))
    assert found.column_names == ["a", "day", "b"]
    assert found.to_list() == [{"a": 1, "day": "2020-01-01", "b": 2}]


def test_kinds_are_told_by_suffix(table: Callable[..., Path]) -> None:
    header = "scan,slice,sound,film,report,note\n"
    found = read_table(table(header + "a.nii,b.PNG,c.wav,d.mp4,e.pdf,see f.nii.gz there\n"))
    kinds = {name: type(feature).__name__ for name, feature in found.features.items()}
    assert kinds == {
        "scan": "Nifti",
        "slice": "Image",
        "sound": "Audio",
        "film": "Video",
        "report": "Pdf",
        "note": "Value",
    }


def test_a_named_kind_needs_no_suffix(table: Callable[..., Path], tmp_path: Path) -> None:
    found = read_table(table('a,b\nx,"[""y""]"\n'), {"a": "image", "b": "nifti"})
    assert found.features == Features({"a": Image(), "b": List(Nifti())})
    assert paths(found, "b") == [[f"{tmp_path}/y"]]


def test_a_named_string_stays_text(write: Callable[[Rows], Path]) -> None:
    kinds = {"n": "string", "where": "string"}
    found = read_table(write([{"n": 1, "where": "a.nii"}]), kinds)
    assert found.to_list() == [{"n": "1", "where": "a.nii"}]


def test_a_column_without_any_value_is_what_it_is_said_to_be(table: Callable[..., Path]) -> None:
    path = table('{"t1w": null, "bold": [], "note": null}\n', "table.jsonl")
    found = read_table(path, {"t1w": "nifti", "bold": "nifti"})
    kinds = {"t1w": Nifti(), "bold": List(Nifti()), "note": Value("string")}
    assert found.features == Features(kinds)
    assert found.to_list() == [{"t1w": None, "bold": [], "note": None}]


def test_a_list_cannot_be_text(table: Callable[..., Path]) -> None:
    found = problem(table('{"bold": ["a.nii"]}\n', "table.jsonl"), {"bold": "string"})
    assert (found.column, found.reason) == ("bold", "holds list<item: string>, not text")


def test_large_and_dictionary_text_of_parquet_is_text(tmp_path: Path) -> None:
    names = pa.array(["a.nii", None])
    columns = {
        "large": names.cast(pa.large_string()),
        "dictionary": names.dictionary_encode(),
        "lists": pa.array([["a.nii"], None], pa.large_list(pa.large_string())),
    }
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    found = read_table(tmp_path / "table.parquet")
    assert paths(found, "large") == paths(found, "dictionary") == [f"{tmp_path}/a.nii", None]
    assert paths(found, "lists") == [[f"{tmp_path}/a.nii"], None]


def test_features_in_parquet_are_kept(tmp_path: Path) -> None:
    features = Features({"t1w": Nifti(decode=False), "sex": Value("string")})
    cells = {"t1w": [{"path": "a.nii", "bytes": None}], "sex": ["F"]}
    Dataset.from_dict(cells, features=features).to_parquet(tmp_path / "table.parquet")
    found = read_table(tmp_path / "table.parquet")
    assert found.features == features
    assert paths(found, "t1w") == [f"{tmp_path}/a.nii"]


def test_a_column_with_something_else_in_it_is_a_problem_with_its_row(
    table: Callable[..., Path],
) -> None:
    found = problem(table("id,t1w\n1,a.nii\n2,\n3,b.txt\n4,c.txt\n"))
    assert (found.row, found.column, found.path) == (2, "t1w", "b.txt")
    assert "2 of 3 paths do not" in found.reason
    assert "--column t1w=string" in found.reason


def test_in_lists_the_row_counts_and_not_the_element(table: Callable[..., Path]) -> None:
    lines = [{"bold": ["a.nii", "b.nii"]}, {"bold": []}, {"bold": ["c.nii", "d.png"]}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    found = problem(table(text, "table.jsonl"))
    assert (found.row, found.column, found.path) == (2, "bold", "d.png")


@pytest.mark.parametrize("cell", ["['b.nii', 'c.nii']", "b.nii", "[1]", "[", '{"a": 1}'])
def test_a_list_that_is_not_json_is_a_problem(tmp_path: Path, cell: str) -> None:
    write_csv(tmp_path / "table.csv", [{"bold": '["a.nii"]'}, {"bold": cell}])
    found = problem(tmp_path / "table.csv")
    assert (found.row, found.column, found.path) == (1, "bold", cell)
    assert "JSON list" in found.reason


def test_a_list_that_pandas_wrote_is_a_problem(tmp_path: Path) -> None:
    pd.DataFrame({"bold": [["a.nii", "b.nii"]]}).to_csv(tmp_path / "table.csv", index=False)
    assert problem(tmp_path / "table.csv").row == 0


def test_a_number_cannot_be_an_image(table: Callable[..., Path]) -> None:
    found = problem(table('{"t1w": 1}\n', "table.jsonl"), {"t1w": "nifti"})
    assert found.column == "t1w"
    assert "int64" in found.reason


@pytest.mark.parametrize(
    ("lines", "row", "column", "value"),
    [
        (['{"a": "x"}', '{"a": null}', '{"a": ["y"]}'], 2, "a", '["y"]'),
        (['{"a": 1}', '{"a": 1.5}', '{"a": "x"}'], 2, "a", '"x"'),
        (['{"a": 1}', "", '{"a": '], 1, None, None),
        (['{"a": 1}', "[1]"], 1, None, None),
    ],
)
def test_json_lines_that_do_not_go_together_are_a_problem(
    table: Callable[..., Path], lines: list[str], row: int, column: str | None, value: str | None
) -> None:
    found = problem(table("\n".join([*lines, ""]), "table.jsonl"))
    assert (found.row, found.column, found.path) == (row, column, value)


def test_the_problems_of_all_columns_are_listed(table: Callable[..., Path]) -> None:
    with pytest.raises(CheckError) as caught:
        read_table(table("a,b\nx.nii,x.nii\ny,z\n"))
    assert [each.column for each in caught.value.problems] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("table.csv", "", "Empty CSV"),
        ("table.csv", "a,b\n1\n", "Expected 2 columns, got 1"),
        ("table.csv", "a,a\n1,2\n", "several columns named 'a'"),
        ("table.jsonl", "", "Empty JSON"),
        ("table.parquet", "PAR", "Parquet"),
        ("table.txt", "a", "is not a file table"),
    ],
)
def test_an_unreadable_table_is_an_error_that_says_why(
    table: Callable[..., Path], name: str, text: str, message: str
) -> None:
    with pytest.raises(TableError, match=message):
        read_table(table(text, name))


def test_an_unknown_column_is_an_error_that_says_which_there_are(
    table: Callable[..., Path],
) -> None:
    with pytest.raises(TableError, match=r"no column 'T1w' in the table, but id, t1w"):
        read_table(table("id,t1w\n1,a.nii\n"), {"T1w": "nifti"})


def test_a_table_without_rows_has_columns(table: Callable[..., Path]) -> None:
    found = read_table(table("id,t1w\n"))
    assert (len(found), found.column_names) == (0, ["id", "t1w"])


def test_quoted_cells_may_have_commas_and_line_breaks(table: Callable[..., Path]) -> None:
    rows = 200_000  # many times what Arrow reads at a time
    found = read_table(table("\n".join(["id,note", *['1,"one, two\nthree, four"'] * rows, ""])))
    assert found.data.column("note").unique().to_pylist() == ["one, two\nthree, four"]
    assert len(found) == rows


def test_rows_far_down_a_table_count(table: Callable[..., Path]) -> None:
    lines = ["bold", *(f'"[""{row:060}.nii""]"' for row in range(30_000)), "last.nii", ""]
    found = problem(table("\n".join(lines)))
    assert (found.row, found.path) == (30_000, "last.nii")
