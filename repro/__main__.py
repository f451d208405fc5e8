"""`python -m repro`: the reproductions without pytest, on any release, and what to make of them."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from repro.errors import MachineError, RequestError

# The extras of pyproject.toml that bring a module.
EXTRAS = {"matplotlib": "report", "platformdirs": "matrix", "tomlkit": "matrix", "uv": "matrix"}
EXTRAS |= dict.fromkeys(["blake3", "jinja2", "lz4", "markupsafe", "msgspec", "psutil"], "repro")
EXTRAS |= dict.fromkeys(["starlette", "uvicorn", "yaml"], "repro")
SCRIPT = "nifti-repro"
INTERRUPTED = 130  # what a shell shows for SIGINT
UNREAD = 141  # and for SIGPIPE


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    from repro.cli import bisect, controls, drift, fix, issue, list, matrix, report, run  # noqa: A004

    root = argparse.ArgumentParser(prog=_program(), description=__doc__)
    root.add_argument(
        "--version", action="version", version=f"nifti-repro {version('nifti-hub-workaround')}"
    )
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for command in (list, run, matrix, controls, bisect, fix, issue, report, drift):
        command.add(commands)
    return root


def _program() -> str:
    return SCRIPT if Path(sys.argv[0]).stem == SCRIPT else "python -m repro"


def _advice(module: str) -> str:
    """Return the command that installs what brings a module."""
    extra = EXTRAS[module.partition(".")[0]]
    if (Path(__file__).parents[1] / "pyproject.toml").exists():
        return f"pip install -e '.[{extra}]'"
    return f"pip install 'nifti-hub-workaround[{extra}]'"


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
        if error.name is None or error.name.partition(".")[0] not in EXTRAS:
            raise
        print(f"repro: no {error.name}: {_advice(error.name)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nrepro: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status


if __name__ == "__main__":
    sys.exit(main())
