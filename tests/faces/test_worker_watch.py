"""The server's worker: there when it is needed, never twice, gone with the server."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.worker_watch import COMMAND, WorkerWatch
from jupyter_mlops.pipelines.durable.frozen import freeze
from jupyter_mlops.pipelines.durable.launch import launch
from jupyter_mlops.pipelines.durable.liveness import process_of
from jupyter_mlops.pipelines.file.definition import Definition
from tests.worker_process import are_over, wait_for

LOG = logging.getLogger("test")
SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


class Server:
    """A watch whose clock stands still until a test moves on."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.project = Project(here)
        self.now = 1000.0
        self.watches: list[WorkerWatch] = []

    def watch(self, *command: str, **imposed: object) -> WorkerWatch:
        made = WorkerWatch(self.here, imposed, LOG, command=command or SLEEP, clock=lambda: self.now)
        self.watches.append(made)
        return made

    def queue(self) -> None:
        """Ask for an execution that needs no kernel."""
        steps = [{"name": "look", "verb": "status"}]
        plan = freeze(self.project, Definition.model_validate({"name": "glance", "steps": steps}))
        launch(self.project, plan, {})


@pytest.fixture
def server(here: Path) -> Iterator[Server]:
    made = Server(here)
    yield made
    for watch in made.watches:
        watch.close()


def ended(watch: WorkerWatch) -> Callable[[], bool]:
    return lambda: watch._process is None or watch._process.poll() is not None


class TestWorkerWatch:
    def test_without_work_there_is_no_worker(self, server: Server) -> None:
        """Nobody pays for what is not used."""
        watch = server.watch()
        watch.look()
        assert watch.pid is None

    def test_what_is_queued_is_done(self, server: Server) -> None:
        """A worker comes, does it, and goes with the server; its lines are in the project's log."""
        server.queue()
        watch = server.watch(*COMMAND)
        watch.look()
        pid = watch.pid
        assert pid is not None
        wait_for(lambda: are_over(server.project), wait_s=60)
        watch.close()
        assert process_of(pid) is None
        assert "glance" in (server.here / ".mlops" / "worker.log").read_text()

    def test_settings_may_say_no(self, server: Server) -> None:
        """The admin's, or the project's."""
        server.queue()
        watch = server.watch(worker="off")
        watch.look()
        assert watch.pid is None

    def test_f10_another_one_at_work_is_enough(self, server: Server) -> None:
        """Two servers on one project: the second's worker is refused, and it does not insist."""
        server.queue()
        first, second = server.watch(*COMMAND), server.watch(*COMMAND)
        first.look()
        second.look()
        wait_for(lambda: ended(first)() or ended(second)(), wait_s=60)
        server.now += 1
        for watch in (first, second):
            watch.look()
        assert sum(watch.pid is not None for watch in (first, second)) == 1
        assert all(len(watch._starts) <= 1 for watch in (first, second))

    def test_f08_one_that_dies_is_started_again_with_patience(self, server: Server) -> None:
        """Five times within ten minutes, later and later; then it waits."""
        server.queue()
        watch = server.watch(sys.executable, "-c", "raise SystemExit(3)")
        starts = 0
        for _ in range(300):
            had = watch.pid
            watch.look()
            starts += watch.pid is not None and had is None
            if watch.pid is not None:
                wait_for(ended(watch))
            server.now += 1
        assert starts == 5
        server.now += 600
        watch.look()
        assert watch.pid is not None

    def test_one_that_is_not_needed_any_more_goes(self, server: Server) -> None:
        """After a quarter of an hour without work."""
        server.queue()
        watch = server.watch()
        watch.look()
        assert watch.pid is not None
        _settle(server.project)
        server.now += 890
        watch.look()
        assert watch.pid is not None
        server.now += 20
        watch.look()
        assert watch.pid is None

    def test_it_ends_the_whole_group(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        """One that does not hear is killed, with what it started."""
        monkeypatch.setattr("jupyter_mlops.faces.worker_watch._STOP_S", 0.5)
        server.queue()
        code = (
            "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
            "open('child', 'w').write(str(child.pid)); time.sleep(60)\n"
        )
        watch = server.watch(sys.executable, "-c", code)
        watch.look()
        child = server.here / "child"
        wait_for(lambda: child.exists() and child.read_text() != "")
        watch.close()
        wait_for(lambda: process_of(int(child.read_text())) is None)

    def test_what_the_admin_imposes_holds_for_the_worker(self, server: Server) -> None:
        """It has no traitlets, but an environment."""
        server.queue()
        code = "import os; open('said', 'w').write(os.environ['JUPYTER_MLOPS_TRUSTED'])"
        watch = server.watch(sys.executable, "-c", code, trusted=["shop.Scaler"])
        watch.look()
        wait_for(ended(watch))
        assert (server.here / "said").read_text() == '["shop.Scaler"]'


def _settle(project: Project) -> None:
    from jupyter_mlops.pipelines.durable.state import EXECUTIONS

    with project.store.write() as connection:
        connection.execute(EXECUTIONS.update().values(status="succeeded", due_at=None))
