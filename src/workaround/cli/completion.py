"""`--print-completion`: the completion of arguments in shells."""

from __future__ import annotations

import argparse
from typing import Any

from workaround.extras import advice

SHELLS = ("bash", "zsh", "tcsh")


def add_completion(to: argparse.ArgumentParser, script: str) -> None:
    """Add `--print-completion`.

    Args:
        to: The parser of all commands.
        script: Name of the console script, whose arguments the shell is to complete.
    """
    to.add_argument(
        "--print-completion",
        action=_Completion,
        const=script,
        choices=SHELLS,
        metavar="SHELL",
        help=f"print a script for the completion of arguments: {', '.join(SHELLS)}",
    )


class _Completion(argparse.Action):
    """Prints the completion of a shell, and exits."""

    def __call__(
        self, parser: argparse.ArgumentParser, _: object, values: Any, *__: object
    ) -> None:
        """Print it, or what to install."""
        try:
            import shtab  # an extra
        except ModuleNotFoundError:
            parser.exit(2, f"{self.const}: no shtab: {advice('completion')}\n")
        parser.prog = str(self.const)
        print(shtab.complete(parser, values))
        parser.exit()
