"""``python -m mockhub``: a Hugging Face Hub on this machine."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from pathlib import Path

from mockhub.app import build
from mockhub.http.server import LOOPBACK, Server, listen, url_of
from mockhub.options import Options
from mockhub.state import State
from mockhub.storage.root_lock import RootInUseError, lock

DESCRIPTION = "A local Hugging Face Hub. Its URL is the first line of its output."
EPILOG = """\
Set the environment of clients:
  export HF_ENDPOINT=http://127.0.0.1:8000 HF_TOKEN=hf_mockhub HF_HOME=$(mktemp -d)
"""


def make_parser() -> argparse.ArgumentParser:
    """Return the command line parser."""
    parser = argparse.ArgumentParser(
        prog="mockhub",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mockhub {_version()}")
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
    parser.add_argument(
        "--log", action="store_true", help="write a line for each request to standard error"
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


def _version() -> str:
    try:
        return version("mockhub")
    except PackageNotFoundError:
        return version("nifti-hub-workaround")  # which it is a part of


def serve(root: Path, arguments: argparse.Namespace, options: Options) -> None:
    """Serve requests until a signal or the end of standard input.

    Args:
        root: Folder of the data; without --root, of a subfolder for each reset.
        arguments: Arguments of the command line.
        options: Options of the Hub.

    Raises:
        OSError: The address is not one of this machine's, or in use.
    """
    with listen(str(arguments.host), arguments.port) as listener:
        if arguments.root is None:
            state, scratch = State(Path(tempfile.mkdtemp(dir=root)), options), root
        else:
            state, scratch = State(root, options), None
        local = arguments.host.is_loopback
        app = build(state, scratch=scratch, local=local, echo=arguments.log)
        server = Server(app, lambda: _greet(url_of(listener), arguments, options))
        if arguments.exit_with_stdin:
            watch = threading.Thread(
                target=_stop_at_end_of_stdin, args=[server.stop, arguments.home], daemon=True
            )
            watch.start()
        server.run(sockets=[listener])


def _greet(url: str, arguments: argparse.Namespace, options: Options) -> None:
    """Print the URL for programs, and instructions for people."""
    print(url, flush=True)
    account = options.administrator
    if not arguments.host.is_loopback:
        print(
            f"mockhub: warning: {url} is open to the network, over plain HTTP, with the token of"
            f" {account.name}",
            file=sys.stderr,
        )
    if sys.stderr.isatty():
        exports = f"export HF_ENDPOINT={url} HF_TOKEN={account.token} HF_HOME=$(mktemp -d)"
        xet = "" if options.xet else " HF_HUB_DISABLE_XET=1"
        kept = (
            "are deleted with the server"
            if arguments.root is None
            else f"are kept in {arguments.root}"
        )
        print(
            f"  {exports}{xet}\nOpen {url}/#token={account.token} in a browser to look at it.\n"
            f"You are {account.name}: push to {account.name}/NAME. The data"
            f" {kept}. Ctrl-C stops.",
            file=sys.stderr,
        )


def _stop_at_end_of_stdin(stop: Callable[[], None], home: Path | None) -> None:
    # Not through sys.stdin: its lock, held by this thread, would abort the interpreter's exit.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    try:
        if home is not None:
            shutil.rmtree(home)
    finally:
        stop()


def main(argv: Sequence[str] | None = None) -> int:
    """Run a server.

    Returns:
        The exit status; after SIGTERM, `SystemExit` carries the same 0.
    """
    parser = make_parser()
    arguments = parser.parse_args(argv)
    try:
        options = Options.from_arguments(arguments)
    except ValueError as error:
        parser.error(str(error))
    # uvicorn shuts down on a signal, then raises it again for the handlers from before.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with ExitStack() as stack:
        try:
            if arguments.root is None:
                folder = tempfile.TemporaryDirectory(prefix="mockhub-")
                root = Path(stack.enter_context(folder))
            else:
                root = stack.enter_context(lock(arguments.root))
            serve(root, arguments, options)
        except (RootInUseError, OSError) as error:
            sys.exit(f"mockhub: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
