"""File tables of every format, and the features of their columns."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, Image, List, Nifti, Value

from tests.support.workaround.nested import FIXED_SIZE, shard_of
from tests.support.workaround.tables import FORMATS, Rows, paths, problem, write_csv
from workaround.errors import CheckError, TableError
from workaround.tables.infer import read_table


def test_every_format_gives_the_same_dataset(write: Callable[[Rows], Path], tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "001", "age": 31, "t1w": "a.nii.gz", "bold": ["b.nii", "/data/c.nii.gz"]},
        {"id": "002", "age": None, "t1w": None, "bold": []},
        {"id": "010", "age": 29, "t1w": "hf://datasets/u/r/d.nii", "bold": ["e.NII"]},
    ]
    result = read_table(write(rows))
    assert result.features == Features(
        {
            "id": Value("string"),
            "age": Value("int64"),
            "t1w": Nifti(),
            "bold": List(Nifti()),
        }
    )
    plain = result.select_columns(["id", "age"]).to_dict()
    assert plain == {"id": ["001", "002", "010"], "age": [31, None, 29]}
    assert paths(result, "t1w") == [f"{tmp_path}/a.nii.gz", None, "hf://datasets/u/r/d.nii"]
    bold = [[f"{tmp_path}/b.nii", "/data/c.nii.gz"], [], [f"{tmp_path}/e.NII"]]
    assert paths(result, "bold") == bold


def test_n_a_and_empty_cells_are_null(write: Callable[[Rows], Path], tmp_path: Path) -> None:
    result = read_table(write([{"t1w": "n/a", "n": 1}, {"t1w": "", "n": 2}, {"t1w": "a.nii"}]))
    assert paths(result, "t1w") == [None, None, f"{tmp_path}/a.nii"]


def test_relative_paths_start_at_the_table_and_not_where_it_is_read(
    table: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table("t1w\nimages/a.nii\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert paths(read_table(Path("../table.csv")), "t1w") == [f"{elsewhere}/../images/a.nii"]
    assert paths(read_table(path), "t1w") == [f"{tmp_path}/images/a.nii"]


def test_kinds_are_guessed_by_suffix(table: Callable[..., Path]) -> None:
    header = "scan,slice,sound,film,report,note\n"
    result = read_table(table(header + "a.nii,b.PNG,c.wav,d.mp4,e.pdf,see f.nii.gz there\n"))
    kinds = {name: type(feature).__name__ for name, feature in result.features.items()}
    assert kinds == {
        "scan": "Nifti",
        "slice": "Image",
        "sound": "Audio",
        "film": "Video",
        "report": "Pdf",
        "note": "Value",
    }


def test_a_named_kind_needs_no_suffix(table: Callable[..., Path], tmp_path: Path) -> None:
    result = read_table(table('a,b\nx,"[""y""]"\n'), {"a": "image", "b": "nifti"})
    assert result.features == Features({"a": Image(), "b": List(Nifti())})
    assert paths(result, "b") == [[f"{tmp_path}/y"]]


def test_a_named_string_stays_text(write: Callable[[Rows], Path]) -> None:
    kinds = {"n": "string", "where": "string"}
    result = read_table(write([{"n": 1, "where": "a.nii"}]), kinds)
    assert result.to_list() == [{"n": "1", "where": "a.nii"}]


def test_a_column_without_any_value_has_the_named_kind(table: Callable[..., Path]) -> None:
    path = table('{"t1w": null, "bold": [], "note": null}\n', "table.jsonl")
    result = read_table(path, {"t1w": "nifti", "bold": "nifti"})
    kinds = {"t1w": Nifti(), "bold": List(Nifti()), "note": Value("string")}
    assert result.features == Features(kinds)
    assert result.to_list() == [{"t1w": None, "bold": [], "note": None}]


def test_an_object_cannot_be_text(table: Callable[..., Path]) -> None:
    result = problem(table('{"scan": {"t1w": "a.nii"}}\n', "table.jsonl"), {"scan": "string"})
    assert (result.column, result.reason) == ("scan", "holds struct<t1w: string>, not text")


def test_large_and_dictionary_text_of_parquet_is_text(tmp_path: Path) -> None:
    names = pa.array(["a.nii", None])
    columns = {
        "large": names.cast(pa.large_string()),
        "dictionary": names.dictionary_encode(),
        "lists": pa.array([["a.nii"], None], pa.large_list(pa.large_string())),
    }
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    result = read_table(tmp_path / "table.parquet")
    assert paths(result, "large") == paths(result, "dictionary") == [f"{tmp_path}/a.nii", None]
    assert paths(result, "lists") == [[f"{tmp_path}/a.nii"], None]


def test_columns_of_types_that_datasets_lacks_are_all_problems(tmp_path: Path) -> None:
    columns = {
        "t1w": pa.array(["a.nii"]),
        "pairs": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        "uid": pa.array([b"a" * 16], pa.uuid()),
    }
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    with pytest.raises(CheckError, match="no type for") as caught:
        read_table(tmp_path / "table.parquet")
    assert [problem.column for problem in caught.value.problems] == ["pairs", "uid"]


def test_features_in_parquet_are_kept(tmp_path: Path) -> None:
    features = Features({"t1w": Nifti(decode=False), "sex": Value("string")})
    cells = {"t1w": [{"path": "a.nii", "bytes": None}], "sex": ["F"]}
    Dataset.from_dict(cells, features=features).to_parquet(tmp_path / "table.parquet")
    result = read_table(tmp_path / "table.parquet")
    assert result.features == features
    assert paths(result, "t1w") == [f"{tmp_path}/a.nii"]


def embedded(rows: Dataset, column: str) -> Any:
    """Return the cells of a column as a shard has them."""
    return pq.read_table(io.BytesIO(shard_of(rows)))[column].to_pylist()


A, B, C = ({"bytes": name.encode(), "path": f"{name}.nii"} for name in "abc")


@pytest.mark.parametrize(
    ("cells", "feature", "result"),
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
    tmp_path: Path, name: str, cells: list[Any], feature: Any, result: Any
) -> None:
    for letter in "abc":
        (tmp_path / f"{letter}.nii").write_text(letter)
    FORMATS[name](tmp_path / name, [{"scans": cell} for cell in cells])
    rows = read_table(tmp_path / name)
    assert rows.features == Features({"scans": feature})
    values = embedded(rows, "scans")
    assert str(tmp_path) not in str(values)
    assert "b'a'" in str(values)
    if result is not None:
        assert values == result


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
    with pytest.raises(TableError, match=r"no column 'scans.bold', but .*scans.t1w"):
        read_table(path, {"scans.bold": "nifti"})


def test_a_nested_value_that_is_no_path_is_a_problem_with_its_row(
    table: Callable[..., Path],
) -> None:
    cells = [[{"t": ["a.nii"]}, {"t": []}], None, [], [{"t": ["b.nii"]}, {"t": ["c.nii", "d"]}]]
    text = "".join(json.dumps({"scans": cell}) + "\n" for cell in cells)
    result = problem(table(text, "table.jsonl"))
    assert (result.row, result.column, result.path) == (3, "scans.t", "d")
    assert "--column scans.t=string" in result.reason


def test_a_table_without_files_is_refused_if_strict(
    table: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    path = table("id,note\n1,x\n")
    assert len(read_table(path)) == 1
    assert "no column holds files" in caplog.text
    with pytest.raises(CheckError, match="no column holds files") as caught:
        read_table(path, strict=True)
    assert [problem.severity for problem in caught.value.problems] == ["omission"]


def test_a_column_with_something_else_in_it_is_a_problem_with_its_row(
    table: Callable[..., Path],
) -> None:
    result = problem(table("id,t1w\n1,a.nii\n2,\n3,b.txt\n4,c.txt\n"))
    assert (result.row, result.column, result.path) == (2, "t1w", "b.txt")
    assert "2 of 3 paths do not" in result.reason
    assert "--column t1w=string" in result.reason


def test_in_lists_the_row_counts_and_not_the_element(table: Callable[..., Path]) -> None:
    lines = [{"bold": ["a.nii", "b.nii"]}, {"bold": []}, {"bold": ["c.nii", "d.png"]}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    result = problem(table(text, "table.jsonl"))
    assert (result.row, result.column, result.path) == (2, "bold", "d.png")


@pytest.mark.parametrize("cell", ["['b.nii', 'c.nii']", "b.nii", "[1]", "[", '{"a": 1}'])
def test_a_list_that_is_not_json_is_a_problem(tmp_path: Path, cell: str) -> None:
    write_csv(tmp_path / "table.csv", [{"bold": '["a.nii"]'}, {"bold": cell}])
    result = problem(tmp_path / "table.csv")
    assert (result.row, result.column, result.path) == (1, "bold", cell)
    assert "JSON list" in result.reason


def test_a_list_that_pandas_wrote_is_a_problem(tmp_path: Path) -> None:
    pd.DataFrame({"bold": [["a.nii", "b.nii"]]}).to_csv(tmp_path / "table.csv", index=False)
    assert problem(tmp_path / "table.csv").row == 0


def test_a_number_cannot_be_an_image(table: Callable[..., Path]) -> None:
    result = problem(table('{"t1w": 1}\n', "table.jsonl"), {"t1w": "nifti"})
    assert result.column == "t1w"
    assert "int64" in result.reason


def test_the_problems_of_all_columns_are_listed(table: Callable[..., Path]) -> None:
    with pytest.raises(CheckError) as caught:
        read_table(table("a,b\nx.nii,x.nii\ny,z\n"))
    assert [problem.column for problem in caught.value.problems] == ["a", "b"]


def test_an_unknown_column_is_an_error_that_says_which_there_are(
    table: Callable[..., Path],
) -> None:
    with pytest.raises(TableError, match=r"no column 'T1w', but id, t1w"):
        read_table(table("id,t1w\n1,a.nii\n"), {"T1w": "nifti"})


def test_a_table_without_rows_has_columns(table: Callable[..., Path]) -> None:
    result = read_table(table("id,t1w\n"))
    assert (len(result), result.column_names) == (0, ["id", "t1w"])


def test_rows_far_down_a_table_count(table: Callable[..., Path]) -> None:
    lines = ["bold", *(f'"[""{row:060}.nii""]"' for row in range(30_000)), "last.nii", ""]
    result = problem(table("\n".join(lines)))
    assert (result.row, result.path) == (30_000, "last.nii")


@pytest.mark.parametrize(
    ("path", "is_file"),
    [
        ("s3://bucket/a.nii.gz?versionId=x.Y", True),
        ("HTTPS://host/a.nii?download=1", True),
        ("zip://sub/a.nii.gz::/data/all.zip", True),
        ("zip://a.nii::https://host/all.zip?sig=x", True),
        ("zip://a.txt::https://host/all.zip", False),
        ("is this a.nii? yes", False),
    ],
)
def test_suffix_of_a_url_may_be_followed_by_a_query_or_an_archive(
    tmp_path: Path, path: str, is_file: bool
) -> None:
    (tmp_path / "table.csv").write_text(f"scan,other\n{path},/a.nii\n")
    feature = read_table(tmp_path / "table.csv").features["scan"]
    assert isinstance(feature, Nifti) is is_file


def with_metadata(path: Path, metadata: bytes, table: pa.Table | None = None) -> Path:
    """Write a table with metadata of `datasets`."""
    table = pa.table({"t1w": ["a.nii"]}) if table is None else table
    pq.write_table(table.replace_schema_metadata({b"huggingface": metadata}), path)
    return path


@pytest.mark.parametrize(
    "metadata",
    [
        b"no JSON",
        b"\xff",
        b"5",
        b'{"info": {"features": []}}',
        b'{"info": {"features": {"t1w": 5}}}',
        b'{"info": {"features": {"t1w": {"_type": "NoSuchType"}}}}',
        b'{"info": {"features": {"t1w": {"_type": "Value", "dtype": "no such"}}}}',
        b'{"info": {"features": {"t1w": {"_type": "ClassLabel", "names": 5}}}}',
        b'{"info": 5}',
    ],
)
def test_metadata_that_datasets_cannot_read_are_an_error(tmp_path: Path, metadata: bytes) -> None:
    with pytest.raises(TableError, match="metadata"):
        read_table(with_metadata(tmp_path / "table.parquet", metadata))


def test_label_out_of_range_is_an_error(tmp_path: Path) -> None:
    label = b'{"info": {"features": {"label": {"_type": "ClassLabel", "names": ["a", "b"]}}}}'
    path = with_metadata(tmp_path / "table.parquet", label, pa.table({"label": [0, 7]}))
    with pytest.raises(TableError, match="does not match the features"):
        read_table(path)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_thousands_of_columns_are_read_at_once(tmp_path: Path, name: str) -> None:
    names = [f"column{number}" for number in range(10_000)]
    if name == "table.csv":
        (tmp_path / name).write_text(f"{','.join(names)}\n{','.join(['1'] * 10_000)}\n")
    else:
        pq.write_table(pa.table({column: [1] for column in names}), tmp_path / name)
    assert read_table(tmp_path / name).num_columns == 10_000
