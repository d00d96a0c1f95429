"""Removing a schedule."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.unschedule import unschedule
from tests.unit.pipelines.timer import HOUR, MINUTE, Timer, at


@pytest.fixture
def timer(project: Project) -> Timer:
    """A pipeline with a schedule."""
    made = Timer(project)
    made.schedule(cron="30 * * * *")
    return made


class TestUnschedule:
    def test_nothing_is_started_any_more(self, timer: Timer) -> None:
        """What it had started goes on, and its slots' rows stay."""
        timer.look(30 * MINUTE)
        answer = unschedule(timer.project, "retrain")
        assert answer.going == (timer.executions()[0]["id"],)
        assert timer.look(3 * HOUR) == 0
        assert timer.firings() == {at("12:30"): "launched"}

    def test_a_slot_that_was_launched_is_not_launched_by_a_successor(self, timer: Timer) -> None:
        """Of the same name, after the clock went back."""
        timer.look(30 * MINUTE)
        unschedule(timer.project, "retrain")
        timer.clock.advance(-10 * MINUTE)
        timer.schedule(cron="30 * * * *")
        assert timer.look(20 * MINUTE) == 0

    def test_one_that_is_not_there_is_not_found(self, timer: Timer) -> None:
        """The nearest name is offered."""
        with pytest.raises(NotFound, match="retrain"):
            unschedule(timer.project, "retrian")
