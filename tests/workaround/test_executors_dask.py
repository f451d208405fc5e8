"""Pushes by the workers of a Dask cluster, with its real scheduler and real worker processes."""

from __future__ import annotations

import csv
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from mockhub.server import Hub
from tests.support.constants import REPO
from tests.support.workaround.command import call
from tests.support.workaround.dask_cluster import Cluster, dask_cluster
from tests.support.workaround.pushing import MakeNifti, contents, loaded, sessions
from workaround import push_to_hub
from workaround.errors import ArgumentError
from workaround.executors import from_dask

pytestmark = [
    pytest.mark.hub(xet=False),
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def cluster(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder, cwd = tmp_path_factory.mktemp("cluster"), tmp_path_factory.mktemp("elsewhere")
    with dask_cluster(folder, cwd) as cluster:
        yield cluster


def test_workers_of_a_cluster_write_and_send(
    hub: Hub, cluster: Cluster, make_nifti: MakeNifti, caplog: pytest.LogCaptureFixture
) -> None:
    rows = sessions(make_nifti)
    hub.fail("PUT", "/lfs-storage/", status=503)
    with Client(cluster.address, set_as_default=False) as client:
        push_to_hub(rows, REPO, num_shards=4, executor=client.get_executor())
        tasks = str(client.story()) + str(client.run_on_scheduler(_tasks))
    assert loaded(REPO) == contents(rows)
    assert "trying again" in caplog.text  # a worker said so
    assert hub.token not in cluster.logs() + tasks


def _tasks(dask_scheduler: object) -> str:
    """Return what the scheduler shows of its tasks."""
    return str(getattr(dask_scheduler, "tasks", None)) + str(getattr(dask_scheduler, "events", ""))


def test_shard_of_a_killed_worker_is_made_by_another(
    hub: Hub, cluster: Cluster, make_nifti: MakeNifti
) -> None:
    rows = sessions(make_nifti)
    hub.fail("PUT", "/lfs-storage/", delay=3, count=100)

    def kill() -> None:
        while not hub.requests("POST", "/objects/batch"):
            time.sleep(0.02)
        cluster.workers[0].kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with from_dask(cluster.address) as executor:
        push_to_hub(rows, REPO, num_shards=4, executor=executor)
    killer.join()
    assert loaded(REPO) == contents(rows)
    assert len(hub.requests("POST", "/objects/batch")) <= 5  # one shard again


def test_command_pushes_by_a_cluster(
    hub: Hub,
    cluster: Cluster,
    make_nifti: MakeNifti,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    table = tmp_path / "table.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([["scan"], *([str(make_nifti(f"{n}.nii"))] for n in "abc")])
    caplog.set_level(logging.WARNING)
    status, output, error = call(
        capsys, "push", table, REPO, "--dask", cluster.address, "--num-shards", 3
    )
    assert status == 0, error
    assert "3 shards" in output
    assert len(loaded(REPO)) == 3


def test_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match="No Dask scheduler answers at nothing://x"):
        from_dask("nothing://x").__enter__()
