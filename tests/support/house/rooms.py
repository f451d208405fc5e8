"""The folders of this project, the files in them, and the tests that belong to a module."""

from pathlib import Path

from tests.support.constants import ROOT

# Python files by top folder; a script in .github counts as one.
TOPS = ("src", "repro", "tests", "benchmarks", "docs", ".github")

# Folders of scripts: they are run, never imported, and tested by what runs them.
SCRIPTS = {
    "repro/bugs": "a script for each bug: `tests/repro/measured/test_bugs.py` runs all of them",
    "repro/experiments": "scripts that `tests/repro/measured` runs",
}

# Folders of tests that mirror no module.
TOPICS = {
    "tests/docs": "what the documents say",
    "tests/github": "the workflows and their script",
    "tests/house": "the layout and the language of the project itself",
    "tests/mockhub/clients": "a real client against the whole of the local Hub (marked `clients`)",
    "tests/properties": "random examples against the whole of a package",
    "tests/repro/measured": "the installed `datasets` itself (marked `repro`)",
    "tests/support": "helpers",
    "tests/workaround/survival": "what upstream fails at, against the uploader and upstream alike",
}


def python_files() -> list[Path]:
    """Return all Python files of the project, relative to its root."""
    files = [ROOT / "conftest.py"]
    files += (path for top in TOPS for path in (ROOT / top).rglob("*.py"))
    return sorted(path.relative_to(ROOT) for path in files)


def room(path: Path) -> str:
    """Return the room of a file: its folder, which a module shares with its tests."""
    folder = path.parent.as_posix()
    if not within(path, TOPICS):
        folder = folder.removeprefix("tests/").removeprefix("src/")
    return folder


def within(path: Path, folders: dict[str, str]) -> bool:
    """Return True if a file lies in one of the folders or below."""
    return any(parent.as_posix() in folders for parent in path.parents)


def modules(files: list[Path]) -> list[Path]:
    """Return the modules among the files: importable, and more than a package's docstring."""
    return [
        path
        for path in files
        if path.parts[0] in ("src", "repro")
        and path.name != "__init__.py"
        and not within(path, SCRIPTS)
    ]


def mirroring(files: list[Path]) -> list[Path]:
    """Return the files of tests that mirror a module."""
    return [
        path
        for path in files
        if path.parts[0] == "tests" and path.name.startswith("test_") and not within(path, TOPICS)
    ]


def mirror(module: Path) -> Path:
    """Return the path of a module's tests."""
    package = module.relative_to("src") if module.parts[0] == "src" else module
    return Path("tests", package.parent, f"test_{module.stem.strip('_')}.py")
