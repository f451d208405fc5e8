"""Recipes as TOML documents, and the places of what is wrong in them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from workaround.errors import RecipeError
from workaround.recipes.document import parse
from workaround.recipes.recipe import BesideColumn, FileColumn, LabelColumn, TableColumn

VALID = """\
key = ["case"]
ignore = ["old/*"]
[tables]
clinic = { pattern = "clinic.csv", key = { case = "Case" } }
[columns]
case_id = { take = "case" }
gender = { table = "clinic", name = "Sex" }
age = { table = "clinic", type = "int8" }
dose = { of = "ct", extension = ".json", kind = "json", field = "Dose.mGy" }
ct = { pattern = "raw/{case}/{case}[_{phase}].nii.gz", many = true }
phase = { of = "ct", take = "phase", many = true, names = { a = "arterial" } }
note = { pattern = "raw/{case}/note.txt", kind = "text" }
ct_path = { of = "ct", kind = "path" }
"""


def test_columns_are_read_in_their_order() -> None:
    recipe = parse(VALID, "a.toml")
    assert [column.name for column in recipe.columns] == [
        *("case_id", "gender", "age", "dose", "ct", "phase", "note", "ct_path")
    ]
    case, gender, age, dose, ct, phase, note, path = recipe.columns
    assert isinstance(ct, FileColumn)
    assert (ct.kind, ct.many) == ("nifti", True)
    assert isinstance(note, FileColumn)
    assert (note.kind, note.many) == ("text", False)
    assert isinstance(dose, BesideColumn)
    assert (dose.of, dose.field) == (ct, "Dose.mGy")
    assert isinstance(path, BesideColumn)
    assert (path.of, path.extension) == (ct, None)
    assert isinstance(case, LabelColumn)
    assert case.of is None
    assert isinstance(phase, LabelColumn)
    assert (phase.of, phase.names) == (ct, {"a": "arterial"})
    assert isinstance(gender, TableColumn)
    assert (gender.table.name, gender.source) == ("clinic", "Sex")
    assert isinstance(age, TableColumn)
    assert (age.source, age.type) == ("age", pa.int8())


HEAD = 'key = ["case"]\n[columns]\ncase = { take = "case" }\nct = { pattern = "{case}.nii" }\n'


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ('a = { patern = "{case}.nii" }', 7, "unknown key 'patern'; did you mean 'pattern'?"),
        ('a = { pattern = "{cas}.nii" }', 7, "unknown placeholder {cas}; did you mean 'case'?"),
        ('a = { pattern = "x.nii" }', 7, "the pattern lacks {case}"),
        ('a = { pattern = "x[{case}].nii" }', 7, "{case}: it is in brackets"),
        ('a = { pattern = "{case}/{run}.nii" }', 7, "unknown placeholder {run}: it is not in"),
        ('a = { pattern = "/{case}.nii" }', 7, "can never match: paths start at"),
        ('a = { pattern = ["{case}.nii", "x"] }', 32, "the pattern lacks {case}"),
        ('a = { pattern = "{case}.png", kind = "nifti" }', 7, "can never match: files of the kind"),
        ('a = { pattern = "{case}.nii", kind = "nifty" }', 31, "did you mean 'nifti'?"),
        ('a = { pattern = "{case}.txt" }', 1, "it needs a kind"),
        ('a = { pattern = "{case}.nii", many = 1 }', 31, "many has to be true or false"),
        ('a = { pattern = "{case}.nii", type = "int8" }', 31, "the kind nifti has its own type"),
        ('a = { pattern = "{case}.nii", field = "x" }', 31, "only json has fields"),
        ('a = { pattern = "{case}.nii", take = "case" }', 7, "pattern does not go together with"),
        ("a = { many = true }", 1, "a has no take, of, table, pattern"),
        ('a = "{case}.nii"', 1, "a has to be a table"),
        ('a = { take = "cases" }', 7, "{cases} is not a placeholder of the key; did you mean"),
        ('a = { of = "ct", take = "run" }', 18, "{run} is not a placeholder of the pattern of ct"),
        ('a = { of = "ct", take = "case", many = true }', 33, "it is about one file"),
        ('a = { of = ["ct"], take = "case" }', 7, "of has to be text in quotation marks"),
        ('a = { of = "cta", take = "case" }', 7, "'cta' is not a column with a pattern; did you"),
        ('a = { of = "ct", extension = "json", kind = "json" }', 18, "is not an extension"),
        ('a = { of = "ct", kind = "json" }', 1, "the key 'extension' is missing"),
        ('a = { take = "case", type = "integer" }', 22, "'integer' is not a type"),
        ('a = { table = "clinic" }', 7, "'clinic' is not a table: use none, there is none"),
        ('ct = { pattern = "{case}.nii" }', 1, "duplicate: "),
        ('" " = { take = "case" }', 1, "a column needs a name"),
        ('a = { take = "case" ', 21, "not TOML"),
        ("[table]", 2, "unknown key 'table'; did you mean 'tables'?"),
        ('[tables]\nt = { pattern = "t.csv" }', 1, "nothing joins its rows"),
        ('[tables]\nt = { pattern = "{case}.doc" }', 7, "tables end in .csv, .tsv, .xlsx"),
        ('[tables]\nt = { pattern = "t.csv", key = { cas = "c" } }', 34, "{cas} is not a"),
        ('[tables]\nt = { pattern = "{case}.csv", key = { case = "c" } }', 39, "in the pattern"),
    ],
)
def test_mistakes_have_their_line_and_column(line: str, column: int, reason: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse(HEAD + line + "\n", "a.toml")
    error = caught.value
    assert (error.line, error.column) == (5 + line.count("\n"), column), error
    assert reason in error.reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the key 'key' is missing"),
        ('key = []\n[columns]\nct = { pattern = "{case}.nii" }', 1, "a list of different texts"),
        ('key = ["case"]', 1, "the key 'columns' is missing"),
        ('key = ["a"]\n[columns]\na = { take = "a" }', 2, "no column has a pattern of files"),
        ('\nkey = ["a"]\n[columns]\nct = { pattern = "{a}.nii" }', 2, "no column takes {a}"),
        (f'ignore = ["a",\n "/b"]\n{HEAD}', 2, "can never match"),
        ("key = [\n", 2, "not TOML"),
    ],
)
def test_mistakes_of_the_whole_have_their_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse(text, "a.toml")
    assert caught.value.line == line
    assert reason in caught.value.reason
