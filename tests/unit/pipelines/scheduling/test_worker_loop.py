"""worker_loop: what a round does, and what it does when something is away."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.engine import Task
from jupyter_mlops.pipelines.durable.local_engine import LocalEngine
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, StepKey, moment
from jupyter_mlops.pipelines.durable.turn import END
from jupyter_mlops.pipelines.durable.workers import WORKERS, Worker
from jupyter_mlops.pipelines.scheduling.worker_loop import PARENT, Terms, WorkerLoop
from tests.fakes import FakeClock, FakeTracker
from tests.unit.pipelines.factory import Factory

ONE_STEP = '[steps.prepare]\nnotebook = "prepare.ipynb"\n'


class Loop(WorkerLoop):
    """A loop whose rounds a test turns."""

    def begin(self) -> None:
        self._presence.enter()
        self._engine.start(self._duty())

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()


@pytest.fixture
def loop(factory: Factory) -> Iterator[Loop]:
    factory.pipeline(ONE_STEP)
    worker = Worker.of_here(factory.project.clock.now(), kind="worker", slots=1, name="w")
    made = Loop(factory.project, LocalEngine(factory.project), Terms(worker))
    made.begin()
    yield made
    made._end()


class TestRound:
    def test_a_store_that_is_away_is_asked_less_and_less(
        self, loop: Loop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is said once, and once when it is back."""
        caplog.set_level(logging.INFO)

        def away() -> int:
            raise Unavailable("The store does not answer.")

        monkeypatch.setattr(loop._conductor, "look", away)
        assert [loop._round() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
        monkeypatch.undo()
        assert loop._round() <= 0.5
        said = [record.message for record in caplog.records if "store" in record.message.lower()]
        assert len(said) == 2
        assert said[0] == "The store does not answer. It is asked again and again."

    def test_a_bug_ends_no_worker(
        self, loop: Loop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is logged with its trace, and tried again less and less."""

        def broken() -> int:
            raise KeyError("oops")

        monkeypatch.setattr(loop._scheduler, "look", broken)
        assert [loop._round() for _ in range(2)] == [1, 2]
        assert "KeyError: 'oops'" in caplog.text
        monkeypatch.undo()
        assert loop._round() <= 0.5

    def test_it_waits_no_longer_than_to_the_next_due_time(
        self, loop: Loop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And never longer than half a second, since anybody may ask for something."""
        clock = loop._project.clock
        due = clock.now() + timedelta(seconds=0.2)
        monkeypatch.setattr(loop._scheduler, "next_due", lambda: due)
        assert loop._round() == pytest.approx(0.2)
        monkeypatch.setattr(loop._scheduler, "next_due", lambda: due + timedelta(hours=1))
        assert loop._round() == 0.5

    def test_one_execution_that_cannot_be_led_on_keeps_nobody_from_the_others(
        self, loop: Loop, factory: Factory
    ) -> None:
        """What is wrong with it is logged, and it is looked at again a minute later."""
        bad, good = factory.launch(), factory.launch()
        with factory.project.store.write() as connection:
            broken = EXECUTIONS.update().where(EXECUTIONS.c.id == bad).values(definition={"of": "the future"})
            connection.execute(broken)
        loop._round()
        with factory.project.store.read() as connection:
            rows = {row["id"]: row for row in connection.execute(EXECUTIONS.select()).mappings()}
        assert rows[bad]["due_at"] > moment(factory.project.clock.now())
        assert rows[good]["status"] == "running"

    def test_f12_a_clock_that_was_set_back_is_noticed(
        self, loop: Loop, factory: Factory, caplog: pytest.LogCaptureFixture
    ) -> None:
        """What was to be looked at in an hour is looked at now."""
        execution = factory.launch()
        clock = factory.project.clock
        assert isinstance(clock, FakeClock)
        clock._now -= timedelta(hours=1)
        loop._round()
        assert factory.account(execution).status == "running"
        assert "The clock went back by 3600 s" in caplog.text


class TestStart:
    def test_what_a_clock_that_was_ahead_put_off_is_looked_at(self, loop: Loop, factory: Factory) -> None:
        """It was set back while no worker ran, so that nobody saw it."""
        execution = factory.launch()
        tomorrow = factory.project.clock.now() + timedelta(days=1)
        with factory.project.store.write() as connection:
            state.wake(connection, execution, tomorrow)
        loop._round()
        assert factory.account(execution).status == "queued"
        loop._wake_all()
        loop._round()
        assert factory.account(execution).status == "running"

    def test_executions_that_are_kept_no_longer_are_dropped(self, loop: Loop, factory: Factory) -> None:
        """Beside its other work, now and then."""
        factory.pipeline(f"retention_days = 1\n{ONE_STEP}")
        for _ in range(2):
            old = factory.launch()
            factory.finish()
            factory.project.clock.advance(3 * 86_400)  # type: ignore[attr-defined]
        look_at_others(loop)
        with factory.project.store.read() as connection:
            assert connection.execute(EXECUTIONS.select()).mappings().one()["id"] == old


class TestLostRuns:
    """A process died and left its run open, in a cell of a session or of a step."""

    def test_they_are_closed(self, loop: Loop) -> None:
        """As the first recording of a session does."""
        lost = begin_run(loop)
        look_at_others(loop)
        assert loop._project.tracker.run(lost.ref).status == "killed"

    def test_they_are_closed_while_executions_go_on(self, loop: Loop, factory: Factory) -> None:
        """A pipeline may wait for days: what has nothing to do with it does not."""
        execution = factory.launch()
        with factory.project.store.write() as connection:
            state.change(connection, execution, factory.project.clock.now(), run_id="8c1d")
        lost = begin_run(loop)
        look_at_others(loop)
        assert loop._project.tracker.run(lost.ref).status == "killed"

    def test_a_tracker_that_is_away_hinders_nothing(self, loop: Loop) -> None:
        """It is asked again an hour later."""
        assert isinstance(loop._project.tracker, FakeTracker)
        loop._project.tracker.is_down = True
        look_at_others(loop)
        assert loop._round() <= 0.5


def begin_run(loop: Loop) -> Run:
    tracker = loop._project.tracker
    assert isinstance(tracker, FakeTracker)
    run = tracker.start("lost", key="lost", experiment="shop", tags={})
    tracker.lose(run)
    return run


def look_at_others(loop: Loop) -> None:
    """Have the loop look, and wait for what it does beside."""
    loop._look_at_others()
    for thread in threading.enumerate():
        if thread.name == "mlops-retention":
            thread.join(5)


class TestEnding:
    def test_what_has_ended_is_not_opened_again(self, factory: Factory) -> None:
        """A look that found it due may come to it after its end was told: once is enough."""
        factory.pipeline(ONE_STEP)
        execution = factory.launch()
        factory.finish()
        factory.conductor.advance(execution)
        with factory.project.store.read() as connection:
            assert connection.execute(EXECUTIONS.select()).mappings().one()["due_at"] is None
        assert factory.queue == []

    def test_it_waits_behind_no_steps_and_counts_as_none(
        self, loop: Loop, factory: Factory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A queue's limits are for steps; that something failed is not told after a hundred others ran."""
        tasks: list[Task] = []
        monkeypatch.setattr(factory, "submit", tasks.append)
        factory.launch()
        factory.conductor.look()
        factory.conductor.perform(tasks[0].key)
        assert [task.queue for task in tasks] == ["default", END]
        assert loop._duty().queues[END].rate is loop._duty().queues[END].concurrency is None


class TestPerform:
    def test_an_attempt_that_was_put_back_does_not_begin(
        self, loop: Loop, factory: Factory, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Its task may come again after a worker's death; the log names the attempt that is made."""
        caplog.set_level(logging.INFO)
        execution = factory.launch()
        factory.conductor.look()
        loop._tell_begin(StepKey(execution, "prepare", 0, 0))
        assert "begins" not in caplog.text
        loop._tell_begin(StepKey(execution, "prepare", 0, 1))
        assert f"{execution}/prepare/0/1 begins." in caplog.text

    def test_a_task_waits_for_a_store_that_is_away(self, loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
        """And is done once it is back."""
        calls: list[str] = []

        def perform(key: str) -> None:
            calls.append(key)
            if len(calls) < 3:
                raise Unavailable("The store does not answer.")

        monkeypatch.setattr(loop._conductor, "perform", perform)
        monkeypatch.setattr(loop._stopping, "wait", lambda _seconds: False)
        monkeypatch.setattr(loop, "_tell", lambda _key: None)
        monkeypatch.setattr(loop, "_tell_begin", lambda _key: None)
        loop._perform("e/prepare/0/1")
        assert calls == ["e/prepare/0/1"] * 3

    def test_when_the_worker_ends_it_waits_no_longer(
        self, loop: Loop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The engine has it performed again."""

        def away(_key: str) -> None:
            raise Unavailable("The store does not answer.")

        monkeypatch.setattr(loop._conductor, "perform", away)
        monkeypatch.setattr(loop, "_tell_begin", lambda _key: None)
        loop.stop()
        with pytest.raises(Unavailable):
            loop._perform("e/prepare/0/1")


class TestSelf:
    def test_a_name_that_another_has_taken_ends_it(self, loop: Loop) -> None:
        """Two of one name would take each other's work."""
        with loop._project.store.write() as connection:
            connection.execute(WORKERS.update().values(process="elsewhere/1"))
        loop._presence.beat()
        loop._look_at_self()
        assert loop.is_stopping

    def test_f08_it_ends_with_its_server(self, factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whose child it no longer is; what it starts knows nothing of that."""
        import os

        monkeypatch.setenv(PARENT, "1")
        worker = Worker.of_here(factory.project.clock.now(), kind="worker", slots=1)
        loop = Loop(factory.project, LocalEngine(factory.project), Terms(worker))
        assert PARENT not in os.environ
        loop._look_at_self()
        assert loop.is_stopping

    def test_a_worker_among_the_living_stays(self, loop: Loop) -> None:
        """Nothing ends it by itself."""
        loop._look_at_self()
        assert not loop.is_stopping
