"""Output of a run without what it tells of the machine: folders, user and host."""

from __future__ import annotations

import getpass
import os
import re
import socket
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

NOBODY = {"", "localhost", "root", "user"}  # names that tell nothing
RUN_FOLDER = re.compile(r"\$TMP/repro-run-\w+/tmp\b")
START = r"(?:(?:file://)?|(?P<place>\$(?:HOME|TMP|PWD|PYTHONPATH)))/"
WORD = r"[^\s/'\"<>|:$]+"
PATHS = (
    # Between quotes, up to the closing one.
    re.compile(rf'(?<="){START}(?P<inside>[^"\n]*)(?=")'),
    re.compile(rf"(?<='){START}(?P<inside>[^'\n]*)(?=')"),
    # At the start of a line, up to its number, as in a warning.
    re.compile(rf"^{START}(?P<inside>[^\"'\n]*?)(?=:\d+: )", re.MULTILINE),
    # Elsewhere a folder may have a few spaces in its name, if a slash follows them.
    re.compile(rf"(?<![\w/:.$…]){START}(?P<inside>(?:{WORD}(?: {WORD}){{0,3}}/)+[^\s'\"<>|]*)"),
)
INSTALLED = "site-packages/"  # what is below it anybody can have


@dataclass(frozen=True)
class Private:
    """The names that must not leave this machine.

    Attributes:
        folders: what each is called instead, as in `$HOME`.
        users: names of the user, who is called `user` in paths and in addresses only: a name may be
            a word, such as `train`.
        hosts: names of the machine, which is called `host`; whole words only.
    """

    folders: Mapping[Path, str]
    users: Collection[str]
    hosts: Collection[str]

    @classmethod
    def here(cls, script: Path, python: Path) -> Private:
        """Collect the private names of this machine.

        Args:
            script: that is run; its folder is called `$PWD`, as if it had been run from there.
            python: the interpreter that runs it; its environment is called `$PYTHON`.
        """
        folders = {
            Path(tempfile.gettempdir()): "$TMP",
            Path("/var/tmp"): "$TMP",  # noqa: S108 - where runs are if the usual place is memory
            Path.home(): "$HOME",
            **dict.fromkeys(_import_path(), "$PYTHONPATH"),
            Path.cwd(): "$PWD",
            script.parent: "$PWD",
            Path(sys.base_prefix): "$PYTHON",
            python.parent.parent: "$PYTHON",
        }
        resolved = {folder.resolve(): name for folder, name in folders.items()}
        host = socket.gethostname()
        users = {Path.home().name, *_logins()}
        return cls(resolved | folders, users, {host, host.partition(".")[0]})

    def hide(self, text: str) -> str:
        """The text with placeholders; of folders that have none, only the names of files stay."""
        places = {str(folder): name for folder, name in self.folders.items() if folder.name}
        for folder in sorted(places, key=len, reverse=True):
            pattern = rf"(?<![\w.-]){re.escape(folder)}(?![\w-])"
            text = re.sub(pattern, places[folder], text)
        text = without_folders(RUN_FOLDER.sub("$TMP", text))
        if users := _any_of(self.users):
            text = re.sub(rf"(?<=[/~]){users}(?![\w-])|(?<![\w$]){users}(?=@)", "user", text)
        if hosts := _any_of(self.hosts):
            text = re.sub(rf"(?<![\w$]){hosts}(?![\w-])", "host", text)
        return text


def without_folders(text: str) -> str:
    """The text without where things are on a disk: names of files stay, and what is installed."""
    for path in PATHS:
        text = path.sub(_shortened, text)
    return text


def _shortened(match: re.Match[str]) -> str:
    place, inside = match["place"], match["inside"]
    folders, installed, rest = inside.rpartition(INSTALLED)
    if not installed:
        folders, _, rest = inside.rpartition("/")
    if not folders:
        return match[0]
    return f"{place}/…/{installed}{rest}" if place else f"…/{installed}{rest}"


def _import_path() -> list[Path]:
    """The folders that the user has added to those that Python imports from."""
    added = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [Path(folder).absolute() for folder in added if folder]


def _logins() -> Iterator[str]:
    try:
        yield getpass.getuser()
    except (KeyError, OSError):  # nobody in particular, as in a container
        return


def _any_of(names: Iterable[str]) -> str:
    """A pattern for any of these names that tells something, the longest first; empty for none."""
    telling = sorted({*names} - NOBODY, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, telling))})" if telling else ""
