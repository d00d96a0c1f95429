"""Pausing and resuming schedules and executions."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.pause import pause
from jupyter_mlops.pipelines.resume import resume
from jupyter_mlops.pipelines.trigger import trigger
from jupyter_mlops.pipelines.unschedule import unschedule
from tests.unit.pipelines.factory import Factory
from tests.unit.pipelines.timer import MINUTE, Timer


@pytest.fixture
def timer(project: Project) -> Timer:
    """A pipeline with a schedule."""
    made = Timer(project)
    made.schedule(cron="30 * * * *")
    return made


class TestPause:
    def test_a_paused_schedule_starts_nothing(self, timer: Timer) -> None:
        """And is due never."""
        assert pause(timer.project, "retrain").is_changed
        assert timer.scheduler.next_due() is None
        assert timer.look(90 * MINUTE) == 0

    def test_again_changes_nothing(self, timer: Timer) -> None:
        """The answer says so."""
        pause(timer.project, "retrain")
        answer = pause(timer.project, "retrain")
        assert not answer.is_changed
        assert "paused already" in answer.card().title

    def test_a_pipeline_whose_schedules_have_other_names_says_them(self, timer: Timer) -> None:
        """Its newest execution is not what is meant; whatever takes a schedule says so."""
        timer.schedule(cron="40 * * * *", name="nightly")
        unschedule(timer.project, "retrain")
        for verb in (pause, resume, unschedule, trigger):
            with pytest.raises(NotFound, match="No schedule 'retrain'") as caught:
                verb(timer.project, "retrain")
            assert caught.value.hint == "retrain is started by nightly: name one."

    def test_an_execution_is_paused_between_its_steps(self, factory: Factory) -> None:
        """What runs ends, and nothing more begins until it is resumed."""
        factory.pipeline(
            "[steps.one]\nnotebook='prepare.ipynb'\n[steps.two]\nnotebook='report.ipynb'\nneeds=['one']\n"
        )
        execution = factory.launch()
        factory.step()
        pause(factory.project, execution)
        factory.finish()
        assert factory.statuses(execution) == {"one": "succeeded", "two": "pending"}
        resume(factory.project, execution)
        factory.finish()
        assert factory.account(execution).status == "succeeded"

    def test_what_has_ended_cannot_be_paused(self, factory: Factory) -> None:
        """Nor resumed."""
        factory.pipeline("[steps.one]\nnotebook='prepare.ipynb'\n")
        execution = factory.launch()
        factory.finish()
        with pytest.raises(Conflict, match="has ended"):
            pause(factory.project, execution)
        with pytest.raises(Conflict, match="has ended"):
            resume(factory.project, execution)

    def test_what_is_not_there_is_not_found(self, timer: Timer) -> None:
        """Neither a schedule nor an execution."""
        with pytest.raises(NotFound, match="Neither a schedule nor an execution is called 'nothing'"):
            pause(timer.project, "nothing")
