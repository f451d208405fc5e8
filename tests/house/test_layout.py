"""The layout: small files in small folders, and tests that mirror the modules."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.support.constants import ROOT
from tests.support.house.rooms import (
    SCRIPTS,
    mirror,
    mirroring,
    modules,
    python_files,
    room,
    within,
)

MOST_LINES = 400
MOST_MODULES = 15

FILES = python_files()


def violations(files: list[Path], lines: dict[Path, int]) -> dict[str, list[str]]:
    """Return what breaks the layout, by room."""
    result = defaultdict(list)
    for path in files:
        if lines[path] > MOST_LINES:
            result[room(path)].append(f"{path} has {lines[path]} lines: split it")
    sizes = Counter(path.parent for path in files if path.name != "__init__.py")
    for folder, size in sizes.items():
        if size > MOST_MODULES and not within(folder / "any", SCRIPTS):
            result[room(folder / "any")].append(f"{folder} has {size} modules: make rooms in it")
    mirrors = {mirror(module): module for module in modules(files)}
    for missing in mirrors.keys() - set(files):
        result[room(missing)].append(f"{mirrors[missing]} has no {missing}")
    for test in mirroring(files):
        if not _parts_of(test) & mirrors.keys():
            result[room(test)].append(f"{test} is named after no module")
    return dict(result)


def _parts_of(test: Path) -> set[Path]:
    """Return a test file and those that it may be a topic of: `test_a.py` of `test_a_topic.py`."""
    words = test.stem.split("_")
    return {test.with_name("_".join(words[:end]) + ".py") for end in range(2, len(words) + 1)}


def layout() -> dict[str, list[str]]:
    """Return what breaks the layout in this project, by room."""
    return violations(FILES, {path: len((ROOT / path).read_bytes().splitlines()) for path in FILES})


def test_files_and_folders_are_small_and_tests_mirror_the_modules() -> None:
    """A topic may follow the module's name: `test_verify_card.py` tests `verify.py` too."""
    broken = [text for texts in layout().values() for text in texts]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    ("files", "lines", "expected"),
    [
        (["src/p/a.py", "tests/p/test_a.py"], 400, {}),
        (["src/p/a.py", "tests/p/test_a.py", "tests/p/test_a_topic.py"], 1, {}),
        (["src/p/__init__.py", "repro/bugs/x.py", "tests/properties/test_all.py"], 1, {}),
        (["repro/__main__.py", "tests/repro/test_main.py"], 1, {}),
        (["src/p/a.py"], 1, {"p": ["src/p/a.py has no tests/p/test_a.py"]}),
        (["tests/p/test_a.py"], 1, {"p": ["tests/p/test_a.py is named after no module"]}),
        (
            ["benchmarks/a.py"],
            401,
            {"benchmarks": ["benchmarks/a.py has 401 lines: split it"]},
        ),
        (
            [f"benchmarks/{number}.py" for number in range(16)],
            1,
            {"benchmarks": ["benchmarks has 16 modules: make rooms in it"]},
        ),
    ],
)
def test_violations_name_the_room(
    files: list[str], lines: int, expected: dict[str, list[str]]
) -> None:
    paths = [Path(file) for file in files]
    assert violations(paths, dict.fromkeys(paths, lines)) == expected
