"""`python -m repro`: the reproductions without pytest, on any release, and what to make of them."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from textwrap import fill

from repro.errors import MachineError, RequestError
from workaround.cli.completion import add_completion
from workaround.extras import DISTRIBUTION, advice

# The extras of pyproject.toml that bring a module.
EXTRAS = {"matplotlib": "report", "platformdirs": "matrix", "tomlkit": "matrix", "uv": "matrix"}
EXTRAS |= dict.fromkeys(["blake3", "jinja2", "lz4", "markupsafe", "msgspec", "psutil"], "repro")
EXTRAS |= dict.fromkeys(["starlette", "uvicorn", "yaml"], "repro")
SCRIPT = "nifti-repro"
INTERRUPTED = 130  # what a shell shows for SIGINT
UNREAD = 141  # and for SIGPIPE
COLUMNS = 78  # of a description, as argparse fills it on a terminal of 80
_DESCRIPTION = "Reproduce bugs of datasets on any release, with or without their fixes."
_EXAMPLES = {
    "bisect": "bisect temp-files-left --git ../datasets",
    "controls": "controls temp-files-left",
    "drift": "drift measured/",
    "fix": "fix embed-zero-bytes --datasets 5.2.0",
    "fixes": "fixes --datasets 5.2.0 --out fixes.json",
    "issue": "issue embed-zero-bytes --datasets 5.2.0",
    "list": "list",
    "matrix": "matrix --datasets 4.4.0,5.2.0 --bugs temp-files-left",
    "report": "report --out report/",
    "run": "run temp-files-left embed-zero-bytes",
}


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    from repro.cli import bisect, controls, drift, fix, issue, list, matrix, report, run  # noqa: A004
    from repro.cli.arguments import add_quiet

    root = argparse.ArgumentParser(
        prog=_program(),
        description=_DESCRIPTION,
        epilog=f"Example:\n  {_program()} {_EXAMPLES['run']}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"{SCRIPT} {version(DISTRIBUTION)}")
    add_completion(root, SCRIPT)
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for command in (list, run, matrix, controls, bisect, fix, issue, report, drift):
        command.add(commands)
    for name, parser in commands.choices.items():
        add_quiet(parser)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter  # of the example
        parser.description = fill(" ".join((parser.description or "").split()), COLUMNS)
        parser.epilog = f"Example:\n  {_program()} {_EXAMPLES[name]}"
    return root


def _program() -> str:
    return SCRIPT if Path(sys.argv[0]).stem == SCRIPT else "python -m repro"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    try:
        arguments = parser().parse_args(argv)
        status: int = arguments.action(arguments)
        sys.stdout.flush()
    except RequestError as error:
        print(f"repro: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # as in `list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # it is flushed at exit
        return UNREAD
    except (MachineError, OSError) as error:
        print(f"\nrepro: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        print(f"repro: no {error.name}: {advice(extra)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nrepro: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status


if __name__ == "__main__":
    sys.exit(main())
