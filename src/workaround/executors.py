"""Executors that are not of `concurrent.futures`, made usable for `push_to_hub`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, Protocol

from workaround.errors import ArgumentError
from workaround.extras import advice


class _Job(Protocol):
    """Work that was submitted."""

    def result(self) -> Any:
        """Wait for the result, or raise the failure."""


class _Submitter(Protocol):
    """An executor whose futures have their own type."""

    def submit(self, function: Callable[..., Any], /, *args: Any) -> _Job:
        """Start a call in a worker."""


def from_submit(
    executor: _Submitter | Callable[..., _Job], *, workers: int | None = None
) -> Executor:
    """Adapt an executor whose futures only have ``result()``.

    For `submitit` (and so Slurm)::

        cluster = submitit.AutoExecutor("logs")
        push_to_hub(dataset, repo_id, executor=from_submit(cluster, workers=16))

    and for `ray`::

        def submit(function, *args):
            return ray.remote(function).remote(*args).future()

        push_to_hub(dataset, repo_id, executor=from_submit(submit, workers=16))

    Args:
        executor: Has ``submit(function, *args)``, or is such a function. What it returns has
            ``result()``, which blocks and raises the failure of the call.
        workers: Number of workers, each of which is given two shards at a time; 8 by default.

    Raises:
        ArgumentError: It has no ``submit`` and is no function.
    """
    submit = getattr(executor, "submit", executor)
    if not callable(submit):
        raise ArgumentError(f"from_submit needs something with `submit`, not {executor!r}")
    return _Adapter(submit, workers)


@contextmanager
def from_dask(address: str) -> Iterator[Executor]:
    """Connect to the scheduler of a Dask cluster, whose workers need the source files alone.

    Args:
        address: Of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises:
        ArgumentError: Dask is not installed, or no scheduler answers there within 30 s.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ArgumentError(f"Dask is not installed: {advice('dask')}") from error
    try:
        client = Client(address, timeout="30s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise ArgumentError(f"No Dask scheduler answers at {address}: {error}") from error
    with client:
        threads = sum(client.nthreads().values())
        yield from_submit(client.get_executor(pure=False), workers=threads or None)


class _Adapter(Executor):
    """Waits for each piece of work in a thread."""

    def __init__(self, submit: Callable[..., _Job], workers: int | None) -> None:
        self._submit = submit
        self._max_workers = workers  # asked for by whoever limits the work that is submitted

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Start a call, and return a future of `concurrent.futures`."""
        job = self._submit(function, *args, **kwargs)
        if not callable(getattr(job, "result", None)):
            raise ArgumentError(
                f"submit returned {type(job).__name__}, which has no method `result`"
            )
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        threading.Thread(target=_await, args=(job, future), daemon=True).start()
        return future


def _await(job: _Job, future: Future[Any]) -> None:
    try:
        future.set_result(job.result())
    except BaseException as error:
        future.set_exception(error)
