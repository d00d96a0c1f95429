"""workers: rows, heartbeats, and what becomes of a dead one's work."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import workers
from jupyter_mlops.pipelines.durable.attempt import Attempt
from jupyter_mlops.pipelines.durable.liveness import Watch
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, STEPS, StepKey
from jupyter_mlops.pipelines.durable.workers import WORKERS, Buried, Presence, Worker, bury_dead, working
from tests.fakes import FakeClock
from tests.unit.pipelines.factory import Factory

ONE_STEP = """
    [steps.prepare]
    notebook = "prepare.ipynb"
"""


def known(project: Project) -> list[Worker]:
    with project.store.read() as connection:
        return workers.listed(connection)


_PRESENT: list[Presence] = []


@pytest.fixture(autouse=True)
def _nobody_stays() -> Iterator[None]:
    """Let no heart beat on."""
    yield
    while _PRESENT:
        _PRESENT.pop()._ended.set()


def presence(project: Project, name: str = "") -> Presence:
    here = Presence(project, Worker.of_here(project.clock.now(), kind="worker", slots=2, name=name))
    _PRESENT.append(here)
    return here


def die(project: Project) -> None:
    """Let every worker's process be one that is gone."""
    with project.store.write() as connection:
        for worker in workers.listed(connection):
            here = WORKERS.c.id == worker.id
            connection.execute(WORKERS.update().where(here).values(process=f"{worker.process}0"))


class TestPresence:
    def test_one_is_known_from_enter_to_leave(self, project: Project) -> None:
        """With its process, so that nobody takes another for it."""
        here = presence(project)
        here.enter()
        (found,) = known(project)
        assert (found.pid, found.slots, found.kind) == (os.getpid(), 2, "worker")
        here.leave()
        assert known(project) == []

    def test_a_name_is_for_one(self, project: Project) -> None:
        """The second is told who has it, and may have it once that one is dead."""
        presence(project, "ours").enter()
        with pytest.raises(Conflict, match=f"'ours' is at work on .*, process {os.getpid()}"):
            presence(project, "ours").enter()
        die(project)
        presence(project, "ours").enter()

    def test_who_takes_a_dead_ones_name_takes_over_its_work(self, project: Project) -> None:
        """And learns which runs it left open."""
        presence(project, "ours").enter()
        die(project)
        second = presence(project, "ours")
        second.enter()
        assert second.left is not None
        assert second.left.worker.id == "ours"

    def test_the_heart_beats(self, project: Project) -> None:
        """The row says when it did last."""
        here = presence(project)
        here.enter()
        assert isinstance(project.clock, FakeClock)
        project.clock.advance(7)
        assert known(project)[0].age_s(project.clock.now()) == 7
        here.beat()
        assert known(project)[0].age_s(project.clock.now()) == 0

    def test_f13_who_was_taken_for_dead_comes_back(self, project: Project) -> None:
        """As after a night in which the machine slept."""
        here = presence(project)
        here.enter()
        with project.store.write() as connection:
            connection.execute(WORKERS.delete())
        here.beat()
        assert [worker.id for worker in known(project)] == [here.worker.id]
        assert not here.ousted.is_set()

    def test_who_lost_the_name_knows(self, project: Project) -> None:
        """Another has it by now."""
        here = presence(project)
        here.enter()
        die(project)
        here.beat()
        assert here.ousted.is_set()

    def test_working_names_the_foreground(self, project: Project) -> None:
        """For as long as its block lasts."""
        with working(project, kind="foreground", slots=1) as name:
            assert [(worker.id, worker.kind) for worker in known(project)] == [(name, "foreground")]
        assert known(project) == []


class TestBury:
    def begun(self, factory: Factory) -> tuple[str, Attempt, str]:
        """Have a step claimed by a worker that is then dead."""
        here = presence(factory.project, "gone")
        here.enter()
        factory.pipeline(ONE_STEP)
        execution = factory.launch()
        factory.conductor.look()
        attempt = Attempt(factory.project, StepKey.parse(factory.queue.pop()), "gone", lambda: False)
        assert attempt._take() is not None
        with factory.project.store.write() as connection:
            connection.execute(STEPS.update().values(run_id="8c1d"))
            connection.execute(EXECUTIONS.update().values(held_by="gone"))
        die(factory.project)
        return execution, attempt, "gone"

    def test_what_it_had_begun_is_put_back(self, factory: Factory) -> None:
        """The next attempt does it; what it held is free; the runs that it left open are named."""
        execution, _, _ = self.begun(factory)
        (buried,) = bury_dead(factory.project, Watch(), "me")
        assert buried.runs == ("8c1d",)
        assert known(factory.project) == []
        assert factory.statuses(execution) == {"prepare": "pending"}
        assert factory.finish() == ["prepare", "@end"]
        assert factory.statuses(execution) == {"prepare": "succeeded"}

    def test_the_run_of_the_execution_itself_goes_on(self, factory: Factory) -> None:
        """A single notebook's: whoever goes on with it, or ends it, closes it."""
        self.begun(factory)
        with factory.project.store.write() as connection:
            connection.execute(EXECUTIONS.update().values(run_id="8c1d"))
        (buried,) = bury_dead(factory.project, Watch(), "me")
        assert buried.runs == ()

    def test_whatever_it_still_does_counts_no_more(self, factory: Factory) -> None:
        """It was not dead but slow: its claim is gone."""
        execution, attempt, _ = self.begun(factory)
        bury_dead(factory.project, Watch(), "me")
        assert attempt._is_stopped()
        from jupyter_mlops.pipelines.durable.attempt import Settled

        attempt._settle(Settled("succeeded"))
        assert factory.statuses(execution) == {"prepare": "pending"}

    def test_it_is_buried_once(self, factory: Factory) -> None:
        """The second comes too late, and puts nothing back."""
        self.begun(factory)
        with factory.project.store.write() as connection:
            (worker,) = workers.listed(connection)
            now = factory.project.clock.now()
            first, second = (workers.bury(connection, worker, now) for _ in range(2))
        assert isinstance(first, Buried)
        assert second is None

    def test_the_living_are_left_alone(self, factory: Factory) -> None:
        """And so is whoever looks."""
        presence(factory.project, "living").enter()
        assert bury_dead(factory.project, Watch(is_alone=True), "me") == []
        die(factory.project)
        assert bury_dead(factory.project, Watch(), "living") == []
