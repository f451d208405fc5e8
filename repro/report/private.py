"""Output of a run without what it tells of the machine: folders, user and host."""

from __future__ import annotations

import getpass
import re
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from repro.report.stories import without_folders

NOBODY = {"", "localhost", "root", "user"}  # names that tell nothing
RUN_FOLDER = re.compile(r"\$TMP/repro-run-\w+/tmp\b")


@dataclass(frozen=True)
class Private:
    """What is not to leave this machine.

    Attributes:
        folders: what each is called instead, as in `$HOME`.
        names: what each is called instead; whole words only.
    """

    folders: Mapping[Path, str]
    names: Mapping[str, str]

    @classmethod
    def here(cls, script: Path, python: Path) -> Private:
        """What is private on this machine.

        Args:
            script: that is run; its folder is called `$PWD`, as if it had been run from there.
            python: the interpreter that runs it; its environment is called `$PYTHON`.
        """
        folders = {
            Path(tempfile.gettempdir()): "$TMP",
            Path("/var/tmp"): "$TMP",  # noqa: S108 - where runs are if the usual place is memory
            Path.home(): "$HOME",
            Path.cwd(): "$PWD",
            script.parent: "$PWD",
            Path(sys.base_prefix): "$PYTHON",
            python.parent.parent: "$PYTHON",
        }
        resolved = {folder.resolve(): name for folder, name in folders.items()}
        host = socket.gethostname()
        names = {Path.home().name: "user", host: "host", host.partition(".")[0]: "host"}
        names |= dict.fromkeys(_logins(), "user")
        return cls(resolved | folders, names)

    def hide(self, text: str) -> str:
        """The text with placeholders; of folders that have none, only the names of files stay."""
        places = {str(folder): name for folder, name in self.folders.items() if folder.name}
        text = RUN_FOLDER.sub("$TMP", _replaced(text, places, before=r"[\w.-]"))
        names = {name: called for name, called in self.names.items() if name not in NOBODY}
        return _replaced(without_folders(text), names, before=r"[\w$]")


def _logins() -> Iterator[str]:
    try:
        yield getpass.getuser()
    except (KeyError, OSError):  # nobody in particular, as in a container
        return


def _replaced(text: str, by: Mapping[str, str], before: str) -> str:
    """The longest first, where neither a character `before` nor the rest of a name touches it."""
    if not by:
        return text
    longest_first = sorted(by, key=len, reverse=True)
    any_of = "|".join(map(re.escape, longest_first))
    return re.sub(rf"(?<!{before})(?:{any_of})(?![\w-])", lambda found: by[found[0]], text)
