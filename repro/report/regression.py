"""The regression test of a bug, in upstream's style, and the few lines to paste into a REPL.

The test is `repro/bugs/regressions/<id>.py`. It fails with the bug and passes with its fix. The
**core** is its body with values in the place of fixtures.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import dedent

from repro.catalog import bugs as catalog
from repro.catalog.bugs import Bug

FOLDER = "regressions"
WITH_REPO = re.compile(r"with ((?:temporary_repo\(\) as \w+(?:, )?)+)(.*):")
ACCOUNT = "hf_api.whoami()['name']"
FIXTURES = {  # in this order
    "hf_token": (
        'hf_token = os.environ.pop("HF_TOKEN")  # nobody is logged in from here on',
        ("os",),
    ),
    "hf_api": ("hf_api = HfApi()", ("huggingface_hub.HfApi",)),
    "tmp_path": ("tmp_path = Path(tempfile.mkdtemp())", ("tempfile", "pathlib.Path")),
    "monkeypatch": ("monkeypatch = pytest.MonkeyPatch()", ("pytest",)),
    "temporary_repo": ("", ("uuid",)),
}


def find(bug: Bug) -> Path | None:
    """Return the regression test of a bug; None if it has none."""
    file = catalog.SCRIPTS / FOLDER / f"{bug.id}.py"
    return file if file.exists() else None


def core(test: str) -> str:
    """Return the body of a test as a program of its own.

    Args:
        test: A module of imports and one test.
    """
    tree = ast.parse(test)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    fixtures = {argument.arg for argument in function.args.args}
    if "temporary_repo" in fixtures:
        fixtures.add("hf_api")
    needed = [(name, *FIXTURES[name]) for name in FIXTURES if name in fixtures]
    account = "hf_api.whoami(token=hf_token)['name']" if "hf_token" in fixtures else ACCOUNT
    first, last = function.body[0].lineno, function.body[-1].end_lineno
    body = _without_fixtures(dedent("\n".join(test.split("\n")[first - 1 : last])), account)
    lines = [line for _, line, _ in needed if line] + body.split("\n")
    code = "\n".join(lines)
    names = [*_imported(tree), *(name for _, _, names in needed for name in names)]
    return "\n".join([*_imports(names, code), *_pasted(lines)]) + "\n"


def _without_fixtures(body: str, account: str) -> str:
    """Return the body with named repositories in the place of temporary ones."""
    lines: list[str] = []
    margins: list[int] = []  # of blocks whose header is gone
    for line in body.split("\n"):
        indent = len(line) - len(line.lstrip())
        margins = [margin for margin in margins if not line or indent > margin]
        line = line[4 * len(margins) :]
        if (match := WITH_REPO.fullmatch(line.strip())) is None:
            lines.append(line)
            continue
        margin = " " * (len(line) - len(line.lstrip()))
        for name in re.findall(r"as (\w+)", match[1]):
            lines.append(f'{margin}{name} = f"{{{account}}}/test-{{uuid.uuid4()}}"')
        if match[2]:
            lines.append(f"{margin}with {match[2]}:")
        else:
            margins.append(indent)
    return "\n".join(lines)


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield the imports of a module, as in `numpy as np` or `datasets.Dataset`."""
    for node in tree.body:
        prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield prefix + alias.name + (f" as {alias.asname}" if alias.asname else "")


def _imports(names: Iterable[str], code: str) -> Iterator[str]:
    """Yield the import statements of what the code uses, on as few lines as there can be."""
    modules: list[str] = []
    members = defaultdict[str, set[str]](set)
    for name in dict.fromkeys(names):
        module, _, member = name.rpartition(".")
        bound = name.rpartition(" ")[2].rpartition(".")[2]
        if name == "pyarrow.parquet as pq" or not module:
            if re.search(rf"(?<![\w.\"]){bound}\.", code):
                modules.append(name)
        elif re.search(rf"\b{bound}\b", code):
            members[module].add(member)
    if modules:
        yield f"import {', '.join(sorted(modules))}"
    for module in sorted(members):
        yield f"from {module} import {', '.join(sorted(members[module]))}"


def _pasted(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines as a REPL takes them: an empty one ends a block, and is nowhere else."""
    block = False
    for line in lines:
        if not line.strip():
            continue
        if block and not line.startswith((" ", ")", "]", "}")):
            yield ""
        block = line.startswith(" ")
        yield line
