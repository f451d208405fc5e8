"""``python -m mockhub``: a Hugging Face Hub on this machine."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from mockhub.extras import advice, distribution
from mockhub.http import LOOPBACK
from mockhub.options import Options

DESCRIPTION = "A local Hugging Face Hub. Its URL is the first line of its output."
EPILOG = """\
Example:
  mockhub --port 8000 --root hub

Clients, in another terminal:
  export HF_ENDPOINT=http://127.0.0.1:8000 HF_TOKEN=hf_mockhub
  export HF_HOME=$(mktemp -d)
"""
SHELLS = ("bash", "zsh", "tcsh")


def make_parser() -> argparse.ArgumentParser:
    """Return the command line parser."""
    parser = argparse.ArgumentParser(
        prog="mockhub",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mockhub {version(distribution())}")
    parser.add_argument(
        "--print-completion",
        action=_Completion,
        choices=SHELLS,
        metavar="SHELL",
        help=f"print a script for the completion of arguments: {', '.join(SHELLS)}",
    )
    parser.add_argument("--port", type=int, default=0, help="port; 0 takes a free one (default)")
    parser.add_argument(
        "--host",
        type=ip_address,
        default=LOOPBACK,
        metavar="ADDRESS",
        help="address to listen on; others than loopback are open to the network (%(default)s)",
    )
    parser.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        help="folder for all data, used again by the next server (default: temporary)",
    )
    level = parser.add_mutually_exclusive_group()
    level.add_argument(
        "--log", action="store_true", help="write a line for each request to standard error"
    )
    level.add_argument(
        "-q", "--quiet", action="store_true", help="print the URL alone, and no instructions"
    )
    Options.add_to(parser)
    parser.add_argument(
        "--exit-with-stdin",
        action="store_true",
        help="stop when standard input closes, such as after the parent was killed",
    )
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help="with --exit-with-stdin: a folder to remove then",
    )
    return parser


class _Completion(argparse.Action):
    """Prints the completion of a shell, and exits."""

    def __call__(
        self, parser: argparse.ArgumentParser, _: object, values: Any, *__: object
    ) -> None:
        """Print it, or what to install."""
        try:
            import shtab  # an extra
        except ModuleNotFoundError:
            parser.exit(2, f"mockhub: no shtab: {advice('completion')}\n")
        print(shtab.complete(parser, values))
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run a server.

    Returns:
        The exit status; after SIGTERM, `SystemExit` carries the same 0.
    """
    parser = make_parser()
    arguments = parser.parse_args(argv)
    try:
        from mockhub.serving import run  # with all that a server takes
    except ModuleNotFoundError as error:
        parser.exit(2, f"mockhub: no {error.name}: {advice('hub')}\n")
    try:
        options = Options.from_arguments(arguments)
    except ValueError as error:
        parser.error(str(error))
    # uvicorn shuts down on a signal, then raises it again for the handlers from before.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    run(arguments, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
