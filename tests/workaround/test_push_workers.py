"""Pushes by the workers of executors."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest
from datasets import (
    Dataset,
)

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import (
    MakeNifti,
    contents,
    in_every_mode,
    loaded,
    numbers,
    parquet_files,
    sessions,
)
from workaround import push_to_hub


@pytest.fixture(name="numbers")
def numbers_fixture() -> Dataset:
    return numbers()


def _threads() -> Executor:
    return ThreadPoolExecutor(2)


def _processes() -> Executor:
    return ProcessPoolExecutor(2, get_context("spawn"))


@pytest.mark.parametrize("make", [_threads, _processes])
@in_every_mode
def test_workers_of_an_executor_write_and_send(
    hub: Hub, make_nifti: MakeNifti, make: Callable[[], Executor]
) -> None:
    rows = sessions(make_nifti)
    with make() as executor:
        push_to_hub(rows, REPO, num_shards=5, executor=executor)
    assert len(parquet_files(REPO)) == 5
    assert loaded(REPO) == contents(rows)


def test_more_processes_than_shards_lose_no_row(hub: Hub, make_nifti: MakeNifti) -> None:
    rows = sessions(make_nifti)
    push_to_hub(rows, REPO, num_shards=2, num_proc=3)
    assert loaded(REPO) == contents(rows)
