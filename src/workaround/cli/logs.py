"""The log of the command: on standard error, a line each, beside the progress bar."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from workaround.cli.report import printable_lines

LOGGERS = ("workaround", "datasets", "huggingface_hub")
"""Ours, and those that say more with ``--verbose``."""


class _Handler(logging.Handler):
    """Writes records under the name of their library."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; a bar that is shown is cleared before, and drawn again below."""
        name, _, _ = record.name.partition(".")
        message = record.getMessage().replace("\n", "\n  ")  # no line looks like another record
        line = printable_lines(f"{name}: {message}")
        try:
            if "huggingface_hub.utils.tqdm" in sys.modules:
                from huggingface_hub.utils.tqdm import tqdm

                with tqdm.external_write_mode(file=sys.stderr):
                    print(line, file=sys.stderr)
            else:
                print(line, file=sys.stderr)
        except OSError:
            self.handleError(record)


@contextmanager
def _without_bars() -> Iterator[None]:
    from huggingface_hub.utils.tqdm import (  # takes a second
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    if are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()


@contextmanager
def logging_to_stderr(*, verbose: bool, quiet: bool) -> Iterator[None]:
    """Write the log within a block; afterwards the loggers are as before.

    The handlers that the libraries bring, once they are imported, are replaced: each line is
    written once.

    Args:
        verbose: Write each step too, also of the libraries.
        quiet: Write errors only, and show no bars.
    """
    level = logging.INFO if verbose else logging.ERROR if quiet else logging.WARNING
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    handler = _Handler()
    for logger in loggers:
        logger.handlers = [handler]
        logger.setLevel(level)
    try:
        with _without_bars() if quiet else nullcontext(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="nibabel")  # they name no file
            yield
    finally:
        for logger, old_level, handlers in before:
            logger.setLevel(old_level)
            logger.handlers = handlers
