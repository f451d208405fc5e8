"""Run upstream's own tests of `push_to_hub` with ours in its place, against the local Hub.

    python benchmarks/upstream_suite.py --git CLONE        # a clone of huggingface/datasets

The tests are those of a release of `datasets` (`tests/test_upstream_hub.py`), unchanged but for the
address of the Hub; they run with whatever `datasets` is installed. Buckets and streams are left
out, since `push_to_hub` here takes neither, and so is the one test that asks for several commits:
an upload is one commit, or readers see a part of it. The tests run in the folder of the images:
without embedding, upstream uploads the paths of this machine, and we their names alone
(catalog: ``absolute-path-leak``).

`tox run -e upstream -- --git CLONE` installs what the tests import besides.
"""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
import tarfile
import tempfile
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

from mockhub.server import Hub

RELEASE = "5.0.1"
TESTS = "tests/test_upstream_hub.py"
HUB = "tests/fixtures/hub.py"
IMAGES = "tests/features/data"
FILES = (
    *("tests/__init__.py", "tests/conftest.py", "tests/utils.py", "tests/fixtures", TESTS),
    *(f"{IMAGES}/test_audio_44100.wav", f"{IMAGES}/test_image_rgb.jpg"),
)
LEFT_OUT = ("bucket", "iterable", "multiple_commits")


def pytest_configure(config: Any) -> None:  # noqa: ARG001 - the name is part of the hook
    """Put our `push_to_hub` in place of the methods, as this module is a plugin of the tests."""
    from datasets import Dataset, DatasetDict

    from workaround import push_to_hub

    for kind in (Dataset, DatasetDict):
        kind.push_to_hub = push_to_hub


def run(clone: Path, release: str, *, ours: bool, options: list[str]) -> int:
    """Run the tests of a release.

    Args:
        clone: Clone of huggingface/datasets.
        release: Tag of the release.
        ours: Put our `push_to_hub` in place of upstream's.
        options: More options of pytest.

    Returns:
        The exit status of pytest.
    """
    archive = subprocess.run(  # noqa: S603 - the clone is the caller's
        ["git", "-C", str(clone), "archive", release, *FILES],  # noqa: S607
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    with (
        ExitStack() as running,
        tempfile.TemporaryDirectory(prefix="upstream-suite-") as folder,
        tarfile.open(fileobj=BytesIO(archive)) as tar,
    ):
        tar.extractall(folder, filter="data")
        fixtures = Path(folder, HUB)
        account = _constants(fixtures)
        hub = running.enter_context(
            Hub.start(users=[f"{account['CI_HUB_USER']}:{account['CI_HUB_USER_TOKEN']}"])
        )
        fixtures.write_text(fixtures.read_text().replace(account["CI_HUB_ENDPOINT"], hub.url))
        path = os.pathsep.join([str(Path(__file__).parent), folder])
        return subprocess.run(  # noqa: S603 - the tests of the release that was asked for
            [
                *(
                    sys.executable,
                    "-m",
                    "pytest",
                    str(Path(folder, TESTS)),
                    "-c",
                    os.devnull,
                    "--rootdir",
                    folder,
                ),
                *(("-p", "upstream_suite") if ours else ()),
                *("-k", " and ".join(f"not {word}" for word in LEFT_OUT), *options),
            ],
            cwd=Path(folder, IMAGES),
            env={**os.environ, **hub.env(), "PYTHONPATH": path},
            check=False,
        ).returncode


def _constants(file: Path) -> dict[str, str]:
    """Return the texts that a module assigns to names: the account and the Hub of the tests."""
    return {
        target.id: node.value.value
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


def main() -> int:
    """Run the script and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--git", type=Path, required=True, help="clone of huggingface/datasets")
    parser.add_argument("--release", default=RELEASE, help="whose tests (default: %(default)s)")
    parser.add_argument("--upstream", action="store_true", help="test the method of upstream")
    parser.add_argument("options", nargs="*", help="options of pytest, after --")
    arguments = parser.parse_args()
    return run(
        arguments.git, arguments.release, ours=not arguments.upstream, options=arguments.options
    )


if __name__ == "__main__":
    sys.exit(main())
