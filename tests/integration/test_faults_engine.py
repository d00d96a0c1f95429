"""Faults of workers and of the server that watches them, with real kernels and a real server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.pipelines.durable.frozen import of_notebook
from jupyter_mlops.pipelines.durable.launch import launch
from jupyter_mlops.pipelines.durable.liveness import process_of
from jupyter_mlops.pipelines.durable.state import STEPS
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.scheduling.agenda import at_work
from tests.notebooks.builder import write_notebook
from tests.worker_process import WAIT_S, WorkerProcess, are_over, count, wait_for

pytestmark = pytest.mark.timeout(240)
BUSY = """\
import os, pathlib, subprocess, sys, time
if not pathlib.Path("go").exists():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
    pathlib.Path("pids").write_text(f"{os.getpid()} {child.pid}")
    time.sleep(100)
"""


class Site:
    """A project whose notebook is busy until the file `go` is there."""

    def __init__(self, root: Path) -> None:
        root.mkdir(exist_ok=True)
        self.root = root
        self.project = Project.create(root)
        self.started: list[subprocess.Popen[bytes]] = []
        write_notebook(root / "busy.ipynb", BUSY)

    def launch(self) -> str:
        notebook = document.find(self.root, "busy.ipynb")
        return launch(self.project, of_notebook(self.project, notebook), {})

    def pids(self) -> list[int]:
        path = self.root / "pids"
        return [int(word) for word in path.read_text().split()] if path.exists() else []

    def work(self, *words: str) -> WorkerProcess:
        worker = WorkerProcess(self.root, *words, is_fake=False)
        self.started.append(worker.process)
        return worker

    def serve(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "jupyter", "server", "--no-browser", "--port=0", "--allow-root"]
        options = [
            "--ServerApp.jpserver_extensions={'jupyter_mlops': True}",
            f"--ServerApp.root_dir={self.root}",
        ]
        with (self.root / "server.log").open("ab") as log:
            server = subprocess.Popen([*command, *options], stdout=log, stderr=log, cwd=self.root)
        self.started.append(server)
        return server

    def worker_pid(self) -> int | None:
        with self.project.store.read() as connection:
            found = at_work(connection, self.project.clock.now())
        return found[0].pid if found else None

    def step(self) -> dict[str, object]:
        with self.project.store.read() as connection:
            return dict(connection.execute(STEPS.select()).mappings().one())

    def wait_until_busy(self) -> list[int]:
        wait_for(lambda: len(self.pids()) == 2)
        return self.pids()

    def let_go(self) -> None:
        (self.root / "go").touch()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "shop")
    yield made
    for process in made.started:
        process.terminate()
        process.wait(WAIT_S)


def are_gone(*pids: int) -> bool:
    return all(process_of(pid) is None for pid in pids)


class TestWorker:
    def test_f06_killed_in_a_notebook(self, site: Site) -> None:
        """Kernel and grandchildren are gone, its run is closed as killed, and the next worker does the step anew."""
        site.launch()
        worker = site.work()
        kernel, grandchild = site.wait_until_busy()
        worker.kill(signal.SIGKILL)
        assert wait_for(lambda: are_gone(kernel, grandchild)) < 10
        first = site.step()
        site.let_go()
        second = site.work("--until-idle")
        wait_for(lambda: second.process.poll() is not None, second)
        assert second.process.returncode == 0, second.said()
        assert count(site.project, "succeeded") == 1
        assert (first["status"], site.step()["attempt"]) == ("running", 2)
        statuses = [run.status for run in MlflowTracker(site.project).runs().runs]
        assert "running" not in statuses


class TestServer:
    def test_f07_the_server_is_told_to_stop(self, site: Site) -> None:
        """No process is left, and none had to be killed: the step is put back, and says why. How soon: `stops`."""
        site.launch()
        server = site.serve()
        pids = site.wait_until_busy()
        worker = site.worker_pid()
        assert worker is not None
        server.send_signal(signal.SIGTERM)
        wait_for(lambda: are_gone(server.pid, worker, *pids))
        assert site.step()["status"] in {"pending", "queued"}
        assert site.step()["reason"] == "Its worker was stopped."

    def test_f08_the_server_is_killed(self, site: Site) -> None:
        """Its worker puts the step back and ends by itself; the next server's goes on with it."""
        site.launch()
        server = site.serve()
        pids = site.wait_until_busy()
        worker = site.worker_pid()
        assert worker is not None
        os.kill(server.pid, signal.SIGKILL)
        server.wait(WAIT_S)
        wait_for(lambda: are_gone(worker, *pids), wait_s=20)
        assert site.step()["status"] in {"pending", "queued"}
        site.let_go()
        site.serve()
        wait_for(lambda: are_over(site.project))
        assert count(site.project, "succeeded") == 1
