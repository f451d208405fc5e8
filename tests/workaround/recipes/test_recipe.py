"""The objects of a recipe."""

from __future__ import annotations

from workaround.recipes.document import parse

TEXT = """\
key = ["case", "time"]
[tables]
clinic = { pattern = "tables/{case}.csv", key = { time = "visit" } }
[columns]
case = { take = "case" }
time = { take = "time" }
ct = { pattern = ["raw/{case}_{time}.nii", "old/{case}_{time}[_{acq}].nii"] }
acq = { of = "ct", take = "acq" }
"""


def test_placeholders_of_a_column_are_those_of_all_its_patterns() -> None:
    (column,) = parse(TEXT, "a.toml").file_columns
    assert column.placeholders == {"case", "time", "acq"}


def test_placeholders_of_a_table_are_those_of_its_path_and_its_columns() -> None:
    (table,) = parse(TEXT, "a.toml").tables
    assert (table.placeholders, table.shared) == (("case", "time"), False)


def test_the_columns_of_the_key_name_a_row() -> None:
    text = TEXT.replace('case = { take = "case" }\ntime', 'visit = { take = "time" }\nid')
    text = text.replace('id = { take = "time" }', 'id = { take = "case" }')
    text += 'patient = { take = "case" }\n'
    assert parse(text, "a.toml").key_columns == ("id", "visit")


def test_errors_have_the_line() -> None:
    error = parse(TEXT, "a.toml").error(("columns", "ct", "pattern"), "no")
    assert str(error) == "a.toml:7:8: no"
