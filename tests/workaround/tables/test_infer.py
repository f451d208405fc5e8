"""File tables of every format, and what becomes of their columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, Image, List, Nifti, Value

from tests.support.workaround.nested import FIXED_SIZE, shard_of
from workaround.errors import CheckError, Problem, TableError
from workaround.tables.infer import read_table

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
        (["1.10", "34.50"], "float64", [1.1, 34.5]),
        (["0.30000000000000004", "1e-300"], "float64", [0.1 + 0.2, 1e-300]),
        (["0.10000000000000000555", "3"], "float64", [0.1, 3.0]),
        (["9007199254740993", "0.5"], "string", ["9007199254740993", "0.5"]),
        (["0.12345678901234567890", "3"], "string", ["0.12345678901234567890", "3"]),
        (["1e999", "3"], "string", ["1e999", "3"]),
        (["1e-999", "3"], "string", ["1e-999", "3"]),
    ],
)
def test_only_numbers_become_numbers(
    table: Callable[..., Path], cells: list[str], kind: str, values: list[Any]
) -> None:
    found = read_table(table("\n".join(["a", *cells, ""])))
    assert found.features == Features({"a": Value(kind)})
    assert found["a"][:] == values


@pytest.mark.parametrize(
    "day",
    ["2020-01-01", ["2020-01-01"], {"when": "2020-01-01", "n": 1}, [{"when": ["2020-01-01"]}]],
)
def test_text_that_looks_like_a_date_stays_text_in_json_lines(
    table: Callable[..., Path], day: Any
) -> None:
    row = {"a": 1, "day": day, "b": 2}
    found = read_table(table(json.dumps(row) + "\n", "table.jsonl"))
    assert found.column_names == ["a", "day", "b"]
    assert found.to_list() == [row]


@pytest.mark.parametrize(
    ("values", "row", "column"),
    [
        ([1, 12345678901234567890], 1, "n"),
        ([0.5, None, 9007199254740993], 2, "n"),
        ([[1.5], [], [2, 9007199254740993]], 2, "n"),
        ([{"a": [{"b": 2**63}]}], 0, "n.a.b"),
    ],
)
def test_an_integer_that_json_lines_would_change_is_a_problem(
    table: Callable[..., Path], values: list[Any], row: int, column: str
) -> None:
    lines = [json.dumps({"n": value}) + "\n" for value in values]
    found = problem(table("".join(lines), "table.jsonl"))
    assert (found.row, found.column) == (row, column)
    assert found.path in {"12345678901234567890", "9007199254740993", "9223372036854775808"}


def test_large_integers_and_floats_that_stay_what_they_are_are_kept(
    table: Callable[..., Path],
) -> None:
    rows = [{"n": 9007199254740993, "x": 2**53}, {"n": -(2**63), "x": 1e300}]
    found = read_table(table("".join(json.dumps(row) + "\n" for row in rows), "table.jsonl"))
    assert found.to_list() == rows


def test_text_that_is_not_utf8_is_a_problem_of_each_column(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("t1w,a,b\na.nii,x,\nb.nii,é,\nc.nii,ü,ö\n".encode("latin-1"))
    with pytest.raises(CheckError, match="save the table as UTF-8") as caught:
        read_table(path)
    places = [(each.row, each.column) for each in caught.value.problems]
    assert places == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(
    ("lines", "row", "column"),
    [
        (['{"n": "x"}', '{"n": "é"}'], 1, "n"),
        (['{"n": ["x", "é"]}'], 0, "n"),
        (['{"n": 1}', '{"n": "é"}'], 1, "n"),
    ],
)
def test_json_lines_that_are_not_utf8_are_a_problem(
    tmp_path: Path, lines: list[str], row: int, column: str
) -> None:
    path = tmp_path / "table.jsonl"
    path.write_bytes("\n".join(lines).encode("latin-1"))
    found = problem(path)
    assert (found.row, found.column) == (row, column)


@pytest.mark.parametrize(("name", "text"), [("a.csv", "é\n1\n"), ("a.jsonl", '{"é": 1}\n')])
def test_names_that_are_not_utf8_are_an_error(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(TableError, match="not UTF-8"):
        read_table(tmp_path / name)


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


def test_an_object_cannot_be_text(table: Callable[..., Path]) -> None:
    found = problem(table('{"scan": {"t1w": "a.nii"}}\n', "table.jsonl"), {"scan": "string"})
    assert (found.column, found.reason) == ("scan", "holds struct<t1w: string>, not text")


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


def test_views_of_parquet_are_text_and_bytes(tmp_path: Path) -> None:
    columns = {
        "t1w": pa.array(["a.nii"], pa.string_view()),
        "note": pa.array([{"a": ["x"]}], pa.struct({"a": pa.list_(pa.string_view())})),
        "data": pa.array([b"x"], pa.binary_view()),
    }
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    found = read_table(tmp_path / "table.parquet")
    kinds = {"t1w": Nifti(), "note": {"a": List(Value("string"))}, "data": Value("binary")}
    assert found.features == Features(kinds)


def test_columns_of_types_that_datasets_lacks_are_all_problems(tmp_path: Path) -> None:
    columns = {
        "t1w": pa.array(["a.nii"]),
        "pairs": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        "uid": pa.array([b"a" * 16], pa.uuid()),
    }
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    with pytest.raises(CheckError, match="no type for") as caught:
        read_table(tmp_path / "table.parquet")
    assert [each.column for each in caught.value.problems] == ["pairs", "uid"]


def test_features_in_parquet_are_kept(tmp_path: Path) -> None:
    features = Features({"t1w": Nifti(decode=False), "sex": Value("string")})
    cells = {"t1w": [{"path": "a.nii", "bytes": None}], "sex": ["F"]}
    Dataset.from_dict(cells, features=features).to_parquet(tmp_path / "table.parquet")
    found = read_table(tmp_path / "table.parquet")
    assert found.features == features
    assert paths(found, "t1w") == [f"{tmp_path}/a.nii"]


def embedded(rows: Dataset, column: str) -> Any:
    """What the files of a column are in a shard."""
    return pq.read_table(io.BytesIO(shard_of(rows)))[column].to_pylist()


A, B, C = ({"bytes": name.encode(), "path": f"{name}.nii"} for name in "abc")


@pytest.mark.parametrize(
    ("cells", "feature", "found"),
    [
        ([{"t1w": "a.nii", "n": 1}, None], {"t1w": Nifti(), "n": Value("int64")}, None),
        ([{"t1w": "a.nii"}, {"t1w": "n/a"}], {"t1w": Nifti()}, [{"t1w": A}, {"t1w": None}]),
        ([["a.nii", "n/a"], []], List(Nifti()), [[A, None], []]),
        ([[["a.nii"], [], None], [["b.nii"]]], List(List(Nifti())), [[[A], [], None], [[B]]]),
        (
            [[{"path": "a.nii", "run": 1}, {"path": "b.nii", "run": 2}], []],
            List({"path": Nifti(), "run": Value("int64")}),
            [[{"path": A, "run": 1}, {"path": B, "run": 2}], []],
        ),
        ([{"bold": ["a.nii"]}, {"bold": ["b.nii", None]}], {"bold": List(Nifti())}, None),
        ([{"x": {"y": [{"z": "a.nii"}]}}], {"x": {"y": List({"z": Nifti()})}}, None),
        ([{"path": "a.nii", "bytes": None}, None], Nifti(), [A, None]),
    ],
)
@pytest.mark.parametrize("name", ["table.jsonl", "table.parquet"])
def test_paths_at_any_depth_are_files(
    tmp_path: Path, name: str, cells: list[Any], feature: Any, found: Any
) -> None:
    for letter in "abc":
        (tmp_path / f"{letter}.nii").write_text(letter)
    FORMATS[name](tmp_path / name, [{"scans": cell} for cell in cells])
    rows = read_table(tmp_path / name)
    assert rows.features == Features({"scans": feature})
    values = embedded(rows, "scans")
    assert str(tmp_path) not in str(values)
    assert "b'a'" in str(values)
    if found is not None:
        assert values == found


@pytest.mark.parametrize(
    "kind",
    [
        pa.large_list(pa.large_string()),
        *([pa.list_(pa.string(), 1)] if FIXED_SIZE else []),
        pa.list_(pa.dictionary(pa.int32(), pa.string())),
    ],
    ids=str,
)
def test_lists_of_any_type_in_objects_may_hold_paths(tmp_path: Path, kind: pa.DataType) -> None:
    of = pa.struct({"bold": kind, "n": pa.int8()})
    (tmp_path / "a.nii").write_text("a")
    cells = pa.array([None, {"bold": None, "n": 1}, {"bold": ["a.nii"], "n": 2}], of)
    pq.write_table(pa.table({"scans": cells}), tmp_path / "table.parquet")
    rows = read_table(tmp_path / "table.parquet")
    assert rows.features == Features({"scans": {"bold": List(Nifti()), "n": Value("int8")}})
    assert embedded(rows, "scans") == [None, {"bold": None, "n": 1}, {"bold": [A], "n": 2}]


def test_bytes_and_paths_of_parquet_are_files_with_their_contents(tmp_path: Path) -> None:
    cells = [{"bytes": b"a", "path": "/elsewhere/a.nii"}, {"bytes": None, "path": None}, None]
    pq.write_table(pa.table({"t1w": pa.array(cells)}), tmp_path / "table.parquet")
    rows = read_table(tmp_path / "table.parquet")
    assert rows.features == Features({"t1w": Nifti()})
    assert embedded(rows, "t1w")[::2] == [A, None]
    plain = read_table(tmp_path / "table.parquet", {"t1w.path": "string"})
    assert plain.features == Features({"t1w": {"bytes": Value("binary"), "path": Value("string")}})


def test_nested_columns_can_be_named(table: Callable[..., Path]) -> None:
    row = {"scans": [{"t1w": "a", "log": "b.nii"}], "note": ["c.nii"]}
    path = table(json.dumps(row) + "\n", "table.jsonl")
    kinds = {"scans.t1w": "nifti", "scans.log": "string", "note": "string"}
    assert read_table(path, kinds).features == Features(
        {"scans": List({"t1w": Nifti(), "log": Value("string")}), "note": List(Value("string"))}
    )
    with pytest.raises(TableError, match=r"no column 'scans.bold' in the table, but .*scans.t1w"):
        read_table(path, {"scans.bold": "nifti"})


def test_a_nested_value_that_is_no_path_is_a_problem_with_its_row(
    table: Callable[..., Path],
) -> None:
    cells = [[{"t": ["a.nii"]}, {"t": []}], None, [], [{"t": ["b.nii"]}, {"t": ["c.nii", "d"]}]]
    text = "".join(json.dumps({"scans": cell}) + "\n" for cell in cells)
    found = problem(table(text, "table.jsonl"))
    assert (found.row, found.column, found.path) == (3, "scans.t", "d")
    assert "--column scans.t=string" in found.reason


def test_a_table_without_files_is_refused_if_strict(
    table: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    path = table("id,note\n1,x\n")
    assert len(read_table(path)) == 1
    assert "no column holds files" in caplog.text
    with pytest.raises(CheckError, match="no column holds files") as caught:
        read_table(path, strict=True)
    assert [each.tolerable for each in caught.value.problems] == [True]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table.csv", "t1w;note\na.nii;x\nb.nii;y\n"),
        ("table.csv", "t1w\tnote\na.nii\tx\n"),
        ("table.tsv", "t1w,note\na.nii,x\n"),
    ],
)
def test_another_delimiter_than_that_of_the_suffix_is_an_error(
    table: Callable[..., Path], name: str, text: str
) -> None:
    with pytest.raises(TableError, match=r"is separated by '.*', not by"):
        read_table(table(text, name))


def test_suffixes_may_be_upper_case(table: Callable[..., Path]) -> None:
    found = read_table(table("t1w,n\na.nii,1\n", "table.CSV"))
    assert found.features == Features({"t1w": Nifti(), "n": Value("int64")})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table.tsv", 'id\tnote\n1\t"big head\n2\tok\n3\tend"\n'),
        ("table.tsv", 'id\tnote\n1\t"big head\n2\tok\n'),
        ("table.csv", 'note,id,n\n"big head,1,2\nok,2,3\nend",3,4\n'),
    ],
)
def test_a_quote_that_swallows_rows_is_a_problem_unless_the_column_is_text(
    table: Callable[..., Path], name: str, text: str
) -> None:
    found = problem(table(text, name))
    assert (found.row, found.column) == (0, "note")
    assert "quotation mark" in found.reason
    assert len(read_table(table(text, name), {"note": "string"})) == 1


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
        ("table.csv", ",t1w\n0,a.nii\n", "without a name.*index=False"),
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
