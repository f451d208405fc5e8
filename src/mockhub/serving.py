"""A server of the command: it begins, greets, and ends with a signal or its standard input."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from mockhub.app import build
from mockhub.http.server import Server, listen, url_of
from mockhub.options import Options
from mockhub.state import State
from mockhub.storage.root_lock import RootInUseError, lock


def run(arguments: argparse.Namespace, options: Options) -> None:
    """Run a server in its folder, which is temporary without --root.

    Args:
        arguments: Arguments of the command line.
        options: Options of the Hub.

    Raises:
        SystemExit: It cannot start; the message says why.
    """
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
    if sys.stderr.isatty() and not arguments.quiet:
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
