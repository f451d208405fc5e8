"""The command line of ``workaround``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from errno import ENOENT
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from workaround.cli.bids_options import add_bids_options
from workaround.cli.completion import add_completion
from workaround.errors import ArgumentError, printable
from workaround.extras import DISTRIBUTION
from workaround.tables.kinds import SUFFIXES, TEXT

_EPILOG = """\
SOURCE is a file table (.csv, .tsv, .jsonl, .ndjson or .parquet) with paths in
its cells, or a BIDS folder. The token is that of `hf auth login`, or the
variable HF_TOKEN. A folder of another layout needs a recipe.

Exit status: 0 done; 1 problems, or the upload failed; 2 wrong use; 130 or 143
interrupted by SIGINT or SIGTERM.

Example:
  workaround push scans.csv USER/NAME"""
_EXAMPLES = {
    "check": "workaround check bids/ --level full",
    "plan": "workaround plan scans.csv --max-shard-size 1GB\n"
    "  workaround plan stroke/ --recipe recipe.toml",
    "push": "workaround push scans.csv USER/NAME --private --num-proc 4",
    "restore": "workaround restore USER/NAME bids/",
    "verify": "workaround verify USER/NAME --against scans.csv",
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    root = _Parser(
        prog="workaround",
        description="Upload datasets with files in their cells to the Hugging Face Hub.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"workaround {version(DISTRIBUTION)}")
    add_completion(root, "workaround")
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, text: str, *parts: Callable[[argparse.ArgumentParser], None]) -> None:
        command = commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=f"Example:\n  {_EXAMPLES[name]}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for part in (*parts, _add_output):
            part(command)

    add("check", "list the problems of the data", _add_source, _add_strict, _add_depth)
    add("plan", "show the shards that a push would make", _add_source, _add_target, _add_sizes)
    push = (_add_source, _add_repository, _add_target, _add_sizes, _add_strict, _add_push)
    add("push", "check, upload and verify", *push)
    add("verify", "compare the Hub with the data that was pushed", _add_repository, _add_against)
    add("restore", "write a BIDS folder from a dataset on the Hub", _add_repository, _add_restore)
    return root


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints about arguments are safe to show."""

    def error(self, message: str) -> NoReturn:
        """Print usage and complaint, and exit."""
        super().error(printable(message))


def _add_source(to: argparse.ArgumentParser) -> None:
    to.add_argument("source", type=_source, metavar="SOURCE", help="file table or BIDS folder")
    _add_reading(to)


def _add_depth(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--level",
        choices=("headers", "full"),
        default="headers",
        help="read headers, or every byte of .nii.gz: finds wrong checksums (default: headers)",
    )


def _add_against(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--against",
        type=_source,
        required=True,
        metavar="SOURCE",
        dest="source",
        help="file table or BIDS folder that was pushed",
    )
    _add_reading(to)
    _add_target(to)
    to.add_argument("--revision", help="branch, tag, commit or refs/pr/N (default: main)")
    to.add_argument(
        "--level",
        choices=["footers", "full"],
        default="footers",
        help="compare rows, cells and their sizes, or every byte (default: %(default)s)",
    )


def _add_restore(to: argparse.ArgumentParser) -> None:
    to.add_argument("folder", metavar="FOLDER", help="folder to write to")
    to.add_argument("--split", help="name of a split (default: all)")
    to.add_argument("--config", default="default", metavar="NAME", help="config of the repository")
    to.add_argument("--revision", help="branch, tag, commit or refs/pr/N (default: main)")
    to.add_argument(
        "--overwrite", action="store_true", help="replace files that exist and are others"
    )
    to.add_argument(
        "--exact",
        action="store_true",
        help="write only what comes back byte for byte: no tables and sidecars made of columns",
    )
    to.add_argument("--dry-run", action="store_true", help="check all paths, and write nothing")


def _add_repository(to: argparse.ArgumentParser) -> None:
    to.add_argument("repo", metavar="REPO", help="USER/NAME of the dataset repository")


def _add_reading(to: argparse.ArgumentParser) -> None:
    to.add_argument("--split", help="name of the split (default: train)")
    to.add_argument(
        "--column",
        type=_column,
        action="append",
        default=[],
        dest="columns",
        metavar="NAME=KIND",
        help=f"kind of a column, if not by suffix: {', '.join([*SUFFIXES, TEXT])}; repeatable",
    )
    to.add_argument(
        "--recipe",
        metavar="FILE.toml",
        help="columns of a folder by patterns of paths, instead of BIDS; or one that comes along:"
        " arc, isles24",
    )
    add_bids_options(to)


def _add_target(to: argparse.ArgumentParser) -> None:
    to.add_argument("--config", default="default", metavar="NAME", help="config of the repository")
    to.add_argument("--data-dir", metavar="DIR", help="folder of the shards in the repository")


def _add_sizes(to: argparse.ArgumentParser) -> None:
    size = to.add_mutually_exclusive_group()
    size.add_argument(
        "--max-shard-size",
        type=_size,
        metavar="SIZE",
        help="most bytes of a shard: 500MB, 2GiB, 1000000 (default: 500MB)",
    )
    size.add_argument("--num-shards", type=_count, metavar="N", help="number of shards instead")
    to.add_argument("--num-proc", type=_count, metavar="N", help="processes that write and upload")


def _add_strict(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--no-strict",
        action="store_false",
        dest="strict",
        help="upload although some data would be left out, and only warn of it",
    )

    to.add_argument(
        "--require-deidentified",
        action="store_true",
        help="refuse what may say who someone is, in headers, names of columns and faces; without"
        " any, data may identify someone nevertheless (default: remarks)",
    )


def _add_push(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--append",
        action="store_true",
        help="add the rows to the split: its shards on the Hub remain as they are",
    )
    to.add_argument(
        "--key",
        action="append",
        metavar="COLUMN",
        help="identifies a row, which --append refuses if it is on the Hub; repeatable"
        " (default: bids_path, or subject_id and session_id; with a recipe those of its key)",
    )
    to.add_argument(
        "--update",
        action="store_true",
        help="let --append replace rows whose key is on the Hub",
    )
    to.add_argument(
        "--dry-run", action="store_true", help="check and plan only: ask the Hub nothing"
    )
    to.add_argument(
        "--private",
        action=argparse.BooleanOptionalAction,
        help="whether a new repository is private (default: as the account is set)",
    )
    to.add_argument("--revision", metavar="BRANCH", help="branch to upload to (default: main)")
    to.add_argument("--create-pr", action="store_true", help="open a pull request instead")
    to.add_argument("--commit-message", metavar="TEXT", help="first line of the commit's message")
    to.add_argument("--commit-description", metavar="TEXT", help="the rest of the message")
    to.add_argument(
        "--no-card",
        action="store_false",
        dest="card",
        help="say nothing in the card by dataset_description.json, README and participants.json",
    )
    to.add_argument(
        "--no-resume",
        action="store_false",
        dest="resume",
        help="upload all shards again, even those of an interrupted call",
    )
    to.add_argument(
        "--verify",
        choices=["footers", "full", "none"],
        default="footers",
        help="what to compare on the Hub afterwards (default: %(default)s)",
    )
    to.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="write and upload on the workers of a Dask scheduler, such as tcp://HOST:8786",
    )


def _add_output(to: argparse.ArgumentParser) -> None:
    to.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    level = to.add_mutually_exclusive_group()
    level.add_argument("-v", "--verbose", action="store_true", help="log each step")
    level.add_argument(
        "-q", "--quiet", action="store_true", help="no progress and no warnings, only errors"
    )


def _source(text: str) -> Path:
    path = Path(text)
    try:
        path.stat()
    except OSError as error:
        reason = "no such file or folder" if error.errno == ENOENT else error.strerror
        raise argparse.ArgumentTypeError(f"{reason}: {printable(text)}") from None
    return path


def _column(text: str) -> tuple[str, str]:
    name, _, kind = text.rpartition("=")
    if not name or kind not in {*SUFFIXES, TEXT}:
        kinds = ", ".join([*SUFFIXES, TEXT])
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=KIND, with a KIND of {kinds}")
    return name, kind


def _size(text: str) -> int | str:
    from workaround.preflight.arguments import shard_limit  # imports `datasets`

    try:
        shard_limit(int(text) if text.isdecimal() else text)
    except ArgumentError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size, such as 500MB or 2GiB") from None
    return int(text) if text.isdecimal() else text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return int(text)
