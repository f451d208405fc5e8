"""The examples of the documentation, run: blocks of Python, and of a console with its output."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest import SkipTest

from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.myst import CodeBlockParser, SkipParser

from mockhub.__main__ import make_parser
from mockhub.server.process import Hub
from tests.support import warm
from tests.support.constants import ROOT, SOURCE

SHOWN_URL = "http://127.0.0.1:8000"
"""The local Hub in the documentation."""
OURS = ("workaround", "repro", "mockhub")
INSTALLED = re.compile(r"(?:nifti-hub-workaround|\.)\[([\w,]+)\]")


class Examples:
    """Runs the examples of a document, in order, in one folder and against one Hub.

    Names of Python live on from block to block. Installing is not done, but checked: extras and
    environments of tox must exist. A server is not started: the Hub is there already.
    """

    def __init__(self, hub: Hub, folder: Path) -> None:
        self._hub, self._folder = hub, folder
        self._python = PythonEvaluator()
        self._status = 0

    def run(self, document: Path) -> int:
        """Run a document; return the number of its examples.

        Raises:
            AssertionError: A command failed, or its output is another.
        """
        parsers = (
            CodeBlockParser("python", self._block),
            CodeBlockParser("console", self._session),
            SkipParser(),
        )
        examples = list(Sybil(parsers=parsers).parse(document).examples())
        for example in examples:
            with suppress(SkipTest):  # its reason is written above the example
                example.evaluate()
        return len(examples)

    def _block(self, example: Example) -> None:
        """Run a block of Python; if it has tests, run these with pytest."""
        if re.search(r"^def test_", str(example.parsed), re.MULTILINE):
            file = self._folder / "test_example.py"
            file.write_text(example.parsed)
            arguments = ["-p", "mockhub.plugin", "-p", "no:cacheprovider", "-q", file]
            output = self._process("-m", "pytest", *arguments)
            assert self._status == 0, output
        else:
            self._python(example)

    def _session(self, example: Example) -> None:
        """Run the commands of a console and compare their outputs."""
        session = list(commands(example.parsed))
        for (command, expected), following in zip(session, [*session[1:], ("", "")], strict=True):
            output = self._command(command)
            ends_well = self._status == 0 or following[0] == "echo $?"
            assert ends_well, f"{command}: status {self._status}\n{output}"
            if expected:
                output = output.replace(self._hub.url, SHOWN_URL)
                flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
                same = doctest.OutputChecker().check_output(expected, output, flags)
                assert same, f"{command} printed\n{output}\ninstead of\n{expected}"

    def _command(self, command: str) -> str:
        """Run a command and return its output."""
        if command == "echo $?":
            return f"{self._status}\n"
        self._status = 0
        words = shlex.split(command)
        match words:
            case ["export", *_] | ["hf", "auth", "login"]:
                for name, text in re.findall(r"(HF_HUB_DISABLE_XET)=(\S+)", command):
                    os.environ[name] = text
                return ""
            case ["pip", "install", *packages]:
                check_extras(packages)
                return ""
            case ["mockhub", *arguments]:
                make_parser().parse_args(arguments)
                return ""
            case ["python", "-m", module, *arguments] if module in OURS:
                return self._process("-m", module, *arguments)
            case ["workaround", *arguments]:
                return self._process("-m", "workaround", *arguments)
            case ["ls" | "cat" | "head", *_]:
                done = subprocess.run(
                    words, cwd=self._folder, capture_output=True, text=True, check=False
                )
                self._status = done.returncode
                return done.stdout
        raise AssertionError(f"the tests do not know how to run {command!r}")

    def _process(self, *arguments: object) -> str:
        path = os.pathsep.join([SOURCE, str(ROOT), *sys.path])
        env = {**os.environ, "PYTHONPATH": path, "COLUMNS": "80"}
        with warm.start(*arguments, env=env, cwd=self._folder) as process:
            output, errors = process.communicate()
            self._status = process.wait()
        return output if self._status == 0 else output + errors


def commands(session: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console, without its prompt, and the output below it."""
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def check_extras(packages: list[str]) -> None:
    """Fail if an extra of this project is named that it does not have."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for package in packages:
        for names in INSTALLED.findall(package):
            unknown = {*names.split(",")} - {*project["optional-dependencies"]}
            assert not unknown, f"{package} names extras that do not exist: {unknown}"
