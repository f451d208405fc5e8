"""The upstream bugs: claim, root cause, and the releases known to have each.

The ranges were measured: the script of each bug was run on every release of `datasets` from 4.4.0
on, and on git main. They are expectations to compare a measurement with, never the verdict.
"""

import datetime
from pathlib import Path
from typing import Any

import msgspec
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from repro.catalog import headlines
from repro.catalog.headlines import Evidence
from repro.errors import RequestError

MIB = 2**20
SCRIPTS = Path(__file__).parents[1] / "bugs"
GIT = "git"  # the name of git main among the releases
UPSTREAM = "https://github.com/huggingface/datasets"
FIX = ".fix"  # `<id>.fix.toml` is no entry of the catalog


class CatalogError(ValueError):
    """An entry of the catalog that cannot be read; the message names the file and the key."""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An upstream change.

    Attributes:
        commit: The full hash; empty if it is not known.
        pr: The number of the pull request.
        date: The day on which it was merged.
    """

    commit: str = ""
    pr: int | None = None
    date: datetime.date | None = None


class Bug(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An upstream bug, its script, and the releases that are expected to have it.

    Attributes:
        id: The name of the script and of the entry.
        title: The symptom, in one line.
        threads: The issues and pull requests about it, as URLs.
        claim: The words of the threads or of the first account; empty if it was found here.
        expected: The behaviour that a user would expect instead, as a sentence.
        cause: The root cause, with the upstream file and function.
        affected: The releases that were measured to have it.
        headline: The decisive figure, as a template over the evidence (`headlines.render`).
        needs_hub: The script pushes to the Hub at HF_ENDPOINT.
        cap_bytes: Memory in which `--large` is killed with the bug and survives without it;
            None if it is not a memory bug.
        timeout: Seconds after which a run of the script is hopeless.
        introduced: The upstream change that it began with.
        fixed: The upstream change that ended it.
        masked_by: Bugs that keep the script from measuring this one, and the reasons, by id.
        control: A release on which it must be absent, or `fix`: absent with our fix applied.
        redesign: A proposal in three sentences, if no small fix would do.
    """

    id: str
    title: str
    threads: tuple[str, ...]
    affected: SpecifierSet
    expected: str
    cause: str
    headline: str
    claim: str = ""
    needs_hub: bool = True
    cap_bytes: int | None = None
    timeout: float = 120.0
    introduced: Change | None = None
    fixed: Change | None = None
    masked_by: dict[str, str] = {}
    control: str = ""
    redesign: str = ""

    @property
    def script(self) -> Path:
        """The stand-alone script that shows the bug."""
        return SCRIPTS / f"{self.id}.py"

    def expected_on(self, version: Version) -> bool:
        """Return True if that version of datasets, a development version too, should have it."""
        return self.affected.contains(version, prereleases=True)

    def figure(self, evidence: Evidence) -> str:
        """Return the decisive figure of some evidence, in a few words."""
        return headlines.render(self.headline, evidence)


def read(file: Path) -> Bug:
    """Read an entry of the catalog.

    Line breaks in its texts count as spaces.

    Raises:
        CatalogError: A key is missing, unknown or of the wrong type.
    """
    try:
        table = msgspec.toml.decode(file.read_bytes())
        table = {
            key: " ".join(value.split()) if isinstance(value, str) else value
            for key, value in table.items()
        }
        return msgspec.convert({"id": file.stem, **table}, Bug, dec_hook=_decode)
    except ValueError as error:
        raise CatalogError(f"{file}: {error}") from error


def _decode(kind: type, value: Any) -> SpecifierSet:
    if kind is SpecifierSet:
        return SpecifierSet(str(value))
    raise NotImplementedError(kind)


def read_all(folder: Path) -> tuple[Bug, ...]:
    """Read the entries of a folder, in the order of their ids.

    Raises:
        CatalogError: One of them cannot be read.
    """
    files = sorted(file for file in folder.glob("*.toml") if not file.stem.endswith(FIX))
    return tuple(map(read, files))


BUGS = read_all(SCRIPTS)


def masking(bug: Bug, version: Version) -> list[Bug]:
    """Return the bugs of a version of datasets that keep a script from measuring its own."""
    return [other for other in BUGS if other.id in bug.masked_by and other.expected_on(version)]


def find(bug_id: str) -> Bug:
    """Return the bug of that id.

    Raises:
        RequestError: There is none; the message lists the ids.
    """
    for bug in BUGS:
        if bug.id == bug_id:
            return bug
    raise RequestError(f"no bug {bug_id!r}; there are: {', '.join(bug.id for bug in BUGS)}")
