"""Executors that are not of `concurrent.futures`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest
from datasets import Dataset

from mockhub.server import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, contents, loaded, sessions
from workaround import push_to_hub
from workaround.errors import ArgumentError, RefusedError
from workaround.executors import from_submit


class Job:
    """Work whose only method is ``result``."""

    def __init__(self, result: Callable[[], Any]) -> None:
        self.result = result


class Cluster:
    """A `submit` in the manner of submitit."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2)

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Job:
        return Job(self._pool.submit(function, *args).result)


class OddExecutor(Executor):
    """An executor whose futures are not those of `concurrent.futures`."""

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        return Job(lambda: function(*args, **kwargs))


@pytest.mark.parametrize("make", [Cluster, lambda: Cluster().submit])
def test_adapted_executor_uploads_the_shards(
    hub: Hub, make_nifti: MakeNifti, make: Callable[[], Any]
) -> None:
    rows = sessions(make_nifti)
    push_to_hub(rows, REPO, num_shards=3, executor=from_submit(make(), workers=2))
    assert loaded(REPO) == contents(rows)


def test_failure_of_adapted_work_is_raised() -> None:
    def refuse() -> None:
        raise RefusedError("No")

    future = from_submit(Cluster()).submit(refuse)
    with pytest.raises(RefusedError, match="No"):
        future.result(timeout=30)


def test_work_without_a_result_is_refused() -> None:
    with pytest.raises(ArgumentError, match="submit returned int, which has no method `result`"):
        from_submit(lambda *_: 5).submit(print)  # type: ignore[arg-type]


@pytest.mark.parametrize("executor", [5, "dask"])
def test_nothing_to_submit_to_is_refused(executor: Any) -> None:
    with pytest.raises(ArgumentError, match="something with `submit`"):
        from_submit(executor)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("executor", [5, "processes", Cluster(), Cluster().submit])
def test_executor_of_another_kind_is_refused_at_once(executor: Any) -> None:
    with pytest.raises(ArgumentError, match="from_submit"):
        push_to_hub(Dataset.from_dict({"n": [1]}), REPO, executor=executor)


@pytest.mark.timeout(60)
def test_executor_with_odd_futures_is_refused_at_the_first_shard(hub: Hub) -> None:
    with pytest.raises(ArgumentError, match=r"OddExecutor\.submit returns Job"):
        push_to_hub(Dataset.from_dict({"n": [1]}), REPO, executor=OddExecutor())


def test_workers_of_loky_write_and_send(hub: Hub, make_nifti: MakeNifti) -> None:
    loky = pytest.importorskip("joblib.externals.loky")
    rows = sessions(make_nifti)
    with loky.get_reusable_executor(max_workers=2) as executor:
        push_to_hub(rows, REPO, num_shards=3, executor=executor)
    assert loaded(REPO) == contents(rows)
