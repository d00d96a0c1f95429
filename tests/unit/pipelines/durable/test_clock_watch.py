"""clock_watch: clocks that were set, machines that slept."""

from __future__ import annotations

from datetime import timedelta

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.clock_watch import ClockWatch, hasten
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, moment
from tests.fakes import FakeClock
from tests.unit.pipelines.factory import Factory


def step_wall(clock: FakeClock, seconds: float) -> None:
    """Set the wall clock alone."""
    clock._now += timedelta(seconds=seconds)


class TestClockWatch:
    def test_time_that_passes_is_no_jump(self, project: Project) -> None:
        """However much of it."""
        clock = FakeClock()
        watch = ClockWatch(clock)
        clock.advance(3600)
        assert watch.jump_s() == 0

    def test_f12_a_clock_that_was_set_back(self) -> None:
        """By an hour, once."""
        clock = FakeClock()
        watch = ClockWatch(clock)
        step_wall(clock, -3600)
        assert watch.jump_s() == -3600
        assert watch.jump_s() == 0

    def test_f13_a_machine_that_slept(self) -> None:
        """Eight hours passed by the wall, none by the other clock."""
        clock = FakeClock()
        watch = ClockWatch(clock)
        step_wall(clock, 8 * 3600)
        assert watch.jump_s() == 8 * 3600

    def test_a_clock_that_is_kept_right_is_none(self) -> None:
        """Corrections of a few seconds matter to nobody."""
        clock = FakeClock()
        watch = ClockWatch(clock)
        step_wall(clock, -3)
        assert watch.jump_s() == 0


class TestHasten:
    def test_f12_nothing_waits_for_an_hour_that_comes_again(self, factory: Factory) -> None:
        """An execution that was to be looked at in a minute is not left for an hour and a minute."""
        factory.pipeline('[steps.prepare]\nnotebook = "prepare.ipynb"\n')
        execution = factory.launch()
        project = factory.project
        ahead = project.clock.now() + timedelta(hours=1, minutes=1)
        with project.store.write() as connection:
            connection.execute(EXECUTIONS.update().values(due_at=moment(ahead)))
            hasten(connection, project.clock.now())
            assert state.due(connection, project.clock.now(), None) == [execution]
