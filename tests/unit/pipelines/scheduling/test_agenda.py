"""agenda: what there is to do, and who is there to do it."""

from __future__ import annotations

from dataclasses import asdict

from jupyter_mlops.pipelines.durable.workers import WORKERS, Worker
from jupyter_mlops.pipelines.scheduling import agenda
from tests.unit.pipelines.factory import Factory

ONE_STEP = '[steps.prepare]\nnotebook = "prepare.ipynb"\n'


def worries(factory: Factory) -> tuple[str, ...]:
    with factory.project.store.read() as connection:
        return agenda.worries(connection, factory.project.clock.now())


def is_idle(factory: Factory) -> bool:
    with factory.project.store.read() as connection:
        return agenda.is_idle(connection)


def come(factory: Factory, *queues: str) -> None:
    """Write a worker down."""
    here = Worker.of_here(factory.project.clock.now(), kind="worker", slots=2, queues=queues, name="w")
    with factory.project.store.write() as connection:
        connection.execute(WORKERS.insert().values(asdict(here)))


class TestAgenda:
    def test_a_fresh_project_has_nothing_to_do(self, factory: Factory) -> None:
        """And misses nobody."""
        assert is_idle(factory)
        assert worries(factory) == ()

    def test_what_is_queued_misses_a_worker(self, factory: Factory) -> None:
        """Until one is there."""
        factory.pipeline(ONE_STEP)
        factory.launch()
        assert worries(factory) == ("No worker is at work for 1 execution: `jupyter mlops worker`.",)
        come(factory)
        assert worries(factory) == ()

    def test_a_queue_that_nobody_serves_is_named(self, factory: Factory) -> None:
        """Where workers are for other queues only."""
        factory.pipeline(f'queue = "gpu"\n{ONE_STEP}')
        factory.launch()
        come(factory, "default")
        assert worries(factory) == ("No worker serves the queue 'gpu'; executions in it: 1.",)

    def test_it_is_idle_again_once_the_end_has_been_told(self, factory: Factory) -> None:
        """Not a moment before."""
        factory.pipeline(ONE_STEP)
        factory.launch()
        assert factory.step() is not None
        assert not is_idle(factory)
        factory.finish()
        assert is_idle(factory)

    def test_the_attendance_says_who_was_seen_when(self, factory: Factory) -> None:
        """One line each."""
        come(factory, "gpu")
        factory.project.clock.advance(4)  # type: ignore[attr-defined]
        with factory.project.store.read() as connection:
            (found,) = agenda.attendance(connection, factory.project.clock.now())
        assert str(found) == "w: 2 at once of gpu, seen 4 s ago"
