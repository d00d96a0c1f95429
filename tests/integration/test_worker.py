"""A worker in a process of its own: what it does survives its death, and everybody else's."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_mlops.core import ledger
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, STEPS
from jupyter_mlops.pipelines.durable.workers import listed
from jupyter_mlops.pipelines.scheduling.agenda import at_work
from tests.worker_process import (
    WAIT_S,
    WorkerProcess,
    are_over,
    count,
    journal,
    keep_transitions,
    launch_many,
    opened,
    pipeline,
    step_count,
    transitions,
    wait_for,
)

pytestmark = pytest.mark.timeout(240)


class Site:
    """A project, and the workers that were started on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = opened(root)
        self.workers: list[WorkerProcess] = []

    def work(self, *words: str, **options: object) -> WorkerProcess:
        self.workers.append(WorkerProcess(self.root, *words, **options))  # type: ignore[arg-type]
        return self.workers[-1]

    def begun(self) -> int:
        return len(journal(self.root, "begin"))

    def wait_for_begin(self, number: int = 1) -> None:
        wait_for(lambda: self.begun() >= number, *self.workers)

    def wait_for_end(self) -> None:
        wait_for(lambda: are_over(self.project), *self.workers)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "shop")
    yield made
    for worker in made.workers:
        worker.kill()


class TestWorker:
    def test_it_runs_what_is_queued_and_stops_when_told_so(self, site: Site) -> None:
        """Until idle: every step in its order, one line each in the log, the end in the ledger, no row left."""
        launch_many(site.project, pipeline(site.project, "a", "b"), 3)
        worker = site.work("until_idle=yes")
        assert worker.process.wait(WAIT_S) == 0, worker.said()
        assert are_over(site.project)
        assert count(site.project, "succeeded") == 3
        assert worker.said().count("/b/0/1: succeeded.") == 3
        with site.project.store.read() as connection:
            assert listed(connection) == []

    def test_killed_in_a_step_it_goes_on_from_the_last_one_that_ended(self, site: Site) -> None:
        """SIGKILL while the second steps run: the first are not run again, nothing is lost, nothing twice."""
        keep_transitions(site.project)
        launch_many(site.project, pipeline(site.project, "a", "b", "c", sleep_s=0.3), 4)
        first = site.work()
        wait_for(lambda: step_count(site.project, "succeeded") >= 5, first)
        before = {row[:2] for row in transitions(site.project)}
        first.kill()
        site.work("until_idle=yes").process.wait(WAIT_S)
        assert count(site.project, "succeeded") == 4
        moves = transitions(site.project)
        assert len(moves) == len({move[:2] for move in moves}) == 12
        done = [(line[1], line[2]) for line in journal(site.root, "begin")]
        assert all(done.count(step) == 1 for step in before)

    def test_a_sample_under_random_kills(self, site: Site) -> None:
        """Sixteen notebooks through four slots, the worker killed again and again: none lost, none recorded twice."""
        keep_transitions(site.project)
        executions = launch_many(site.project, pipeline(site.project, "a", "b", sleep_s=0.2), 8)
        dice = random.Random(11)
        for _ in range(3):
            seen, worker = site.begun(), site.work()
            site.wait_for_begin(seen + dice.randrange(2, 5))
            time.sleep(0.2 * dice.random())
            worker.kill()
        site.work()
        site.wait_for_end()
        assert count(site.project, "succeeded") == 8
        moves = transitions(site.project)
        assert len(moves) == len({move[:2] for move in moves}) == 16
        assert sorted(ends_told(site.project)) == sorted(executions)

    def test_sigterm_puts_back_what_runs(self, site: Site) -> None:
        """Exit code 0 within 15 s; the steps are to be done again, and the next worker does them."""
        launch_many(site.project, pipeline(site.project, "a", sleep_s=60), 2)
        worker = site.work()
        site.wait_for_begin(2)
        started = time.monotonic()
        assert worker.kill(signal.SIGTERM) == 0
        assert time.monotonic() - started < 15
        assert len(journal(site.root, "cancel")) == 2
        with site.project.store.read() as connection:
            assert listed(connection) == []
            steps = connection.execute(STEPS.select()).mappings().all()
        assert {step["status"] for step in steps} <= {"pending", "queued"}
        site.work()
        site.wait_for_begin(4)

    def test_a_cancelled_execution_ends_within_five_seconds(self, site: Site) -> None:
        """However busy its step is."""
        (execution,) = launch_many(site.project, pipeline(site.project, "a", "b", sleep_s=60), 1)
        worker = site.work()
        site.wait_for_begin()
        with site.project.store.write() as connection:
            now = site.project.clock.now()
            state.change(connection, execution, now, is_cancelled=True, due_at=state.moment(now))
        assert wait_for(lambda: are_over(site.project), worker) < 5
        assert count(site.project, "cancelled") == 1

    def test_a_second_one_is_refused(self, site: Site) -> None:
        """One sentence names the first, and the exit code is that of a conflict."""
        site.work("name=first")
        wait_for(lambda: _is_at_work(site.project))
        command = [sys.executable, "-m", "jupyter_mlops", "worker"]
        second = subprocess.run(
            command, cwd=site.root, capture_output=True, text=True, check=False, timeout=WAIT_S
        )
        assert second.returncode == 4
        assert second.stderr.startswith("Conflict: first, process ")

    def test_a_store_that_vanishes_and_returns(self, site: Site) -> None:
        """The worker says so once, goes on, and says when it is back; what ran meanwhile is recorded."""
        launch_many(site.project, pipeline(site.project, "a", "b", sleep_s=1.0), 1)
        worker = site.work()
        site.wait_for_begin()
        hidden = site.root / "hidden"
        (site.root / ".mlops").rename(hidden)
        wait_for(lambda: "It is asked again" in worker.said(), worker)
        hidden.rename(site.root / ".mlops")
        site.wait_for_end()
        assert count(site.project, "succeeded") == 1
        assert "The store answers again" in worker.said()
        assert worker.said().count("It is asked again") == 1

    def test_it_ends_with_the_server_that_started_it(self, site: Site) -> None:
        """A server that was killed leaves no worker behind."""
        worker = site.work(environment={"JUPYTER_MLOPS_SERVER_PID": "1"})
        assert worker.process.wait(WAIT_S) == 0
        assert "The server that started this worker is gone" in worker.said()

    def test_a_foreground_that_was_killed_leaves_its_execution_to_the_worker(self, site: Site) -> None:
        """What a dead process held is free again."""
        (execution,) = launch_many(site.project, pipeline(site.project, "a"), 1)
        code = (
            "import sys, time; from pathlib import Path; from tests.worker_process import opened\n"
            "from jupyter_mlops.pipelines.durable.workers import working\n"
            "from jupyter_mlops.pipelines.durable.state import EXECUTIONS\n"
            "project = opened(Path(sys.argv[1]))\n"
            "with working(project, kind='foreground', slots=1) as name:\n"
            "    with project.store.write() as connection:\n"
            "        connection.execute(EXECUTIONS.update().values(held_by=name))\n"
            "    print('held', flush=True); time.sleep(60)\n"
        )
        command = [sys.executable, "-c", code, str(site.root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            holder.kill()
        site.work("until_idle=yes").process.wait(WAIT_S)
        assert count(site.project, "succeeded") == 1
        with site.project.store.read() as connection:
            row = connection.execute(EXECUTIONS.select().where(EXECUTIONS.c.id == execution)).mappings().one()
        assert row["held_by"] is None


def ends_told(project: Project) -> list[object]:
    """Return the executions whose end is a line of the ledger, as often as it is."""
    with project.store.read() as connection:
        return [event.arguments["execution"] for event in ledger.entries(connection) if event.verb == "run"]


def _is_at_work(project: Project) -> bool:
    with project.store.read() as connection:
        return bool(at_work(connection, project.clock.now()))
