"""Notebooks on the workers of a Dask cluster: cancelled, and told truthfully when a worker dies."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from distributed import LocalCluster

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running import dask_runner
from jupyter_mlops.pipelines.running.dask_runner import DaskRunner
from jupyter_mlops.pipelines.running.runner import CellProgress, Job, NotebookRun
from tests.notebooks.builder import write_notebook

ENDLESS = "import os\nopen('pids~', 'w').write(f'{os.getpid()} {os.environ[\"DASK_PID\"]}')\nos.rename('pids~', 'pids')\nwhile True: pass"


class Desk:
    """Runs notebooks on a cluster."""

    def __init__(self, project: Project, cluster: LocalCluster) -> None:
        self.project = project
        self.cluster = cluster
        self.heard: list[CellProgress] = []
        self.output = project.root / "out" / "a.ipynb"

    def run(self, *sources: str, cancelled: Callable[[], bool] = lambda: False) -> NotebookRun:
        path = write_notebook(self.project.root / "a.ipynb", *sources)
        job = Job(document.read(path, path.name), self.output, 60.0)
        return DaskRunner(self.project, self.cluster.scheduler_address).run(job, self.heard.append, cancelled)

    def statuses(self) -> list[str]:
        found = nbformat.read(self.output, as_version=4)
        nbformat.validate(found)
        return [cell.metadata.papermill.status for cell in found.cells]

    def pids(self) -> list[int]:
        path = self.project.root / "pids"
        return [int(word) for word in path.read_text().split()] if path.exists() else []


@pytest.fixture
def desk(project: Project) -> Iterator[Desk]:
    # The kernel inherits the worker's environment, and with it the worker's own number.
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options, preload=[str(Path(__file__).with_name("dask_preload.py"))]) as cluster:
        yield Desk(project, cluster)


def test_cancelling(desk: Desk) -> None:
    """The cell is interrupted where it runs, and one that waits for a worker never begins."""
    answer = desk.run(ENDLESS, "x = 2", cancelled=lambda: bool(desk.pids()))
    assert answer.status == "cancelled"
    assert desk.statuses() == ["failed", "not_run"]
    assert not psutil.pid_exists(desk.pids()[0])
    desk.cluster.scale(0)
    answer = desk.run("open('ran', 'w')", cancelled=lambda: True)
    assert (answer.status, desk.statuses()) == ("cancelled", ["not_run"])
    assert not (desk.project.root / "ran").exists()


def test_the_worker_dies(desk: Desk) -> None:
    """The run failed at the cell that was last heard of; Dask does not start it again, and its kernel is gone."""

    def is_heard() -> bool:
        return any(item.cell.number == 2 and item.cell.status == "running" for item in desk.heard)

    def kill() -> None:
        while not (desk.pids() and is_heard()):
            time.sleep(0.02)
        os.kill(desk.pids()[1], signal.SIGKILL)

    threading.Thread(target=kill).start()
    answer = desk.run("x = 1", ENDLESS, "x = 2")
    assert answer.failure is not None
    assert (answer.status, answer.failure.cause, answer.failure.cell) == ("failed", "worker_died", 2)
    assert [cell.status for cell in answer.cells] == ["completed", "failed", "not_run"]
    assert desk.statuses() == ["completed", "failed", "not_run"]
    deadline = time.monotonic() + 5
    while psutil.pid_exists(desk.pids()[0]):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_no_worker_comes_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait for ever."""
    monkeypatch.setattr(dask_runner, "_LOOK_S", 0.5)

    def leave() -> None:
        while not desk.pids():
            time.sleep(0.02)
        desk.cluster.scale(0)

    threading.Thread(target=leave).start()
    answer = desk.run(ENDLESS)
    assert answer.failure is not None
    assert answer.failure.cause == "worker_died"


@pytest.mark.parametrize(
    ("address", "words"), [("", "No Dask cluster is named"), ("tcp://127.0.0.1:9", "does not answer")]
)
def test_no_cluster(project: Project, monkeypatch: pytest.MonkeyPatch, address: str, words: str) -> None:
    """Is said in one sentence."""
    monkeypatch.setattr(dask_runner, "_CONNECT_S", 0.5)
    path = write_notebook(project.root / "a.ipynb", "1")
    job = Job(document.read(path, path.name), project.root / "out.ipynb", 60.0)
    with pytest.raises(Unavailable, match=words):
        DaskRunner(project, address).run(job, lambda _: None, lambda: False)
