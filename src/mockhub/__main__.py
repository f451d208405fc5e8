"""``python -m mockhub``: a Hugging Face Hub on this machine."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import uvicorn

from mockhub.app import build
from mockhub.auth import DEFAULT_TOKEN, DEFAULT_USER, Account, Accounts
from mockhub.server import LOOPBACK
from mockhub.state import Options, State

SECONDS_TO_FINISH = 3


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    defaults = Options()
    parser = argparse.ArgumentParser(
        prog="python -m mockhub",
        description="A local Hugging Face Hub. Prints its URL and serves until SIGTERM.",
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--root", type=Path, help="folder to keep all data in (default: temporary)")
    parser.add_argument(
        "--upload-mode",
        choices=["auto", "lfs", "regular"],
        default=defaults.upload_mode,
        help="send all files through LFS or regular git, whatever .gitattributes says",
    )
    parser.add_argument(
        "--xet",
        action=argparse.BooleanOptionalAction,
        default=defaults.xet,
        help="offer Xet; without it, set HF_HUB_DISABLE_XET=1 for clients",
    )
    parser.add_argument(
        "--discard",
        action="store_true",
        help="keep hash and size of LFS and Xet uploads, not the bytes",
    )
    parser.add_argument(
        "--part-size",
        type=int,
        default=defaults.part_size,
        metavar="BYTES",
        help="send larger LFS files in parts of this size (default: %(default)s)",
    )
    parser.add_argument(
        "--page-size",
        type=int,
        default=defaults.page_size,
        metavar="N",
        help="most entries in one page of a listing (default: %(default)s)",
    )
    parser.add_argument(
        "--user",
        type=Account.parse,
        action="append",
        metavar="NAME:TOKEN[:read]",
        help=f"an account; repeatable (default: {DEFAULT_USER}:{DEFAULT_TOKEN})",
    )
    parser.add_argument(
        "--exit-with-stdin",
        action="store_true",
        help="stop when standard input closes, so as not to outlive a parent that was killed",
    )
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help="with --exit-with-stdin: a folder of that parent's, to remove in its stead",
    )
    return parser.parse_args(argv)


def serve(root: Path, arguments: argparse.Namespace) -> None:
    """Serve until told to stop.

    Args:
        root: Folder that holds the data.
        arguments: The command line.
    """
    options = Options(
        upload_mode=arguments.upload_mode,
        xet=arguments.xet,
        discard=arguments.discard,
        part_size=arguments.part_size,
        page_size=arguments.page_size,
    )
    accounts = Accounts(arguments.user or [Account(DEFAULT_USER, DEFAULT_TOKEN)])
    config = uvicorn.Config(
        build(State(root, options, accounts)),
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    server = _Server(config)
    if arguments.exit_with_stdin:
        watch = threading.Thread(
            target=_stop_at_end_of_stdin, args=[server, arguments.home], daemon=True
        )
        watch.start()
    try:
        listener = socket.create_server((LOOPBACK, arguments.port), backlog=config.backlog)
    except (OSError, OverflowError) as error:
        sys.exit(f"mockhub: cannot listen on {LOOPBACK}:{arguments.port}: {error}")
    with listener:
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Tells its address once it answers, and handles signals."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            print(f"http://{LOOPBACK}:{listener.getsockname()[1]}", flush=True)


def _stop_at_end_of_stdin(server: uvicorn.Server, home: Path | None) -> None:
    # Not through sys.stdin: its lock, held by this thread, would abort the interpreter's exit.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    try:
        if home is not None:
            shutil.rmtree(home)
    finally:
        server.should_exit = True


def main(argv: Sequence[str] | None = None) -> int:
    """Run a server.

    Returns:
        The exit status; after SIGTERM, `SystemExit` carries the same 0.
    """
    arguments = parse_arguments(argv)
    # uvicorn shuts down on a signal, then raises it anew for whoever handled it before.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with ExitStack() as stack:
        root = arguments.root
        if root is None:
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mockhub-")))
        serve(root, arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
