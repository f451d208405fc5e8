"""Edits of sources that are nobody's."""

import ast

import pytest

from repro.fixes import patch
from repro.fixes.edits import Edit
from repro.fixes.patch import EditError

SOURCE = '''\
"""A module."""

LIMIT = 3


class Feature:
    @property
    def size(self):
        if self.path is None:
            return 0
        elif self.remote:
            return ask(
                self.path,
                timeout=LIMIT,
            )
        else:
            return stat(self.path)

    def read(self):
        try:
            return fetch(self.path, LIMIT)
        except OSError:
            return b""


def size(path):
    return stat(path), stat(path)
'''


def edited(function: str, anchor: str, **action: str | bool) -> list[str]:
    """The lines that an edit removes and adds, in the order of the diff."""
    edit = Edit(module="package.module", function=function, anchor=anchor, **action)  # type: ignore[arg-type]
    old = {"package.module": SOURCE}
    new = patch.apply(old, [edit])
    ast.parse(new["package.module"])
    lines = patch.diff(old, new).splitlines()[2:]
    return [line for line in lines if line[0] in "+-"]


@pytest.mark.parametrize(
    ("function", "anchor", "action", "lines"),
    [
        ("size", "return", {"before": "check(path)"}, ["+    check(path)"]),
        (
            "Feature.size",
            "timeout=LIMIT",
            {"replace": "return 1"},
            [
                "-            return ask(",
                "-                self.path,",
                "-                timeout=LIMIT,",
                "-            )",
                "+            return 1",
            ],
        ),
        (
            "Feature.size",
            "is None",
            {"replace": "if not self.path:"},
            ["-        if self.path is None:", "+        if not self.path:"],
        ),
        (
            "Feature.size",
            "elif",
            {"after": "# far away\nlog()"},
            ["+            # far away", "+            log()"],
        ),
        (
            "Feature.read",
            "OSError",
            {"substitute": "(OSError, ValueError)"},
            ["-        except OSError:", "+        except (OSError, ValueError):"],
        ),
        (
            "Feature.read",
            "except",
            {"after": "log()"},
            ["+            log()"],
        ),
        ("", "LIMIT = 3", {"after": "MORE = 4"}, ["+MORE = 4"]),
        ("Feature.size", "@property", {"replace": ""}, ["-    @property"]),
        (
            "size",
            "stat(path)",
            {"substitute": "1", "every": True},
            ["-    return stat(path), stat(path)", "+    return 1, 1"],
        ),
    ],
)
def test_edit_changes_its_statement_alone(
    function: str, anchor: str, action: dict[str, str | bool], lines: list[str]
) -> None:
    assert edited(function, anchor, **action) == lines


def test_edits_see_the_result_of_those_before_them() -> None:
    first = Edit(module="m", function="f", anchor="1", substitute="2")
    second = Edit(module="m", function="f", anchor="2", substitute="3")
    assert patch.apply({"m": "def f():\n    return 1\n"}, [first, second]) == {
        "m": "def f():\n    return 3\n"
    }


def test_function_may_be_defined_below_a_condition() -> None:
    source = "if True:\n    def f():\n        return 1\nelse:\n    f = None\n"
    edit = Edit(module="m", function="f", anchor="1", substitute="2")
    assert "return 2" in patch.apply({"m": source}, [edit])["m"]


@pytest.mark.parametrize(
    ("function", "anchor", "complaint"),
    [
        ("Feature.read", "gone()", r"'gone\(\)' is gone: look at package\.module:Feature\.read"),
        ("size", "stat(path)", "is there 2 times: see package.module:size"),
        ("Feature.write", "open", "no package.module:Feature.write in this release"),
        ("", "gone()", "is gone: look at package.module$"),
    ],
)
def test_edit_that_fits_no_more_names_the_function(
    function: str, anchor: str, complaint: str
) -> None:
    with pytest.raises(EditError, match=complaint):
        edited(function, anchor, substitute="")


def test_edit_that_leaves_no_python_is_an_error() -> None:
    with pytest.raises(EditError, match=r"leaves no Python .*package\.module:size"):
        edited("size", "return", replace="return (")


def test_diff_has_the_paths_of_a_clone() -> None:
    old, new = {"datasets.table": "a = 1\n"}, {"datasets.table": "a = 2"}
    assert patch.diff(old, new) == (
        "--- a/src/datasets/table.py\n+++ b/src/datasets/table.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n"
        "\\ No newline at end of file\n"
    )
