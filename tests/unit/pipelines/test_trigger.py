"""Starting by hand what a schedule starts."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.pause import pause
from jupyter_mlops.pipelines.trigger import trigger
from tests.unit.pipelines.timer import Timer


@pytest.fixture
def timer(project: Project) -> Timer:
    """A pipeline with a schedule."""
    made = Timer(project)
    made.schedule(cron="30 * * * *", overlap="forbid", param=("days=3",))
    return made


class TestTrigger:
    def test_it_starts_now_as_whoever_asks(self, timer: Timer) -> None:
        """With the schedule's parameters, and those that are given."""
        answer = trigger(timer.project.acting(Actor("bo", "os")), "retrain", param=("source=mail",))
        (row,) = timer.executions()
        assert (row["id"], row["actor"]) == (answer.execution, "bo")
        assert row["parameters"] == {"days": 3, "source": "mail"}
        assert row["cause"]["what"] == "triggered by bo"
        assert timer.firings() == {answer.slot: "launched"}

    def test_a_paused_schedule_can_be_triggered(self, timer: Timer) -> None:
        """By hand is by hand."""
        pause(timer.project, "retrain")
        assert trigger(timer.project, "retrain").execution

    def test_forbid_refuses_while_one_goes_on(self, timer: Timer) -> None:
        """It names the execution."""
        first = trigger(timer.project, "retrain").execution
        with pytest.raises(Conflict, match=first):
            trigger(timer.project, "retrain")

    def test_it_says_when_the_files_are_newer(self, timer: Timer) -> None:
        """It runs what was frozen, and offers both ways on."""
        (timer.project.root / "train.ipynb").write_text("edited")
        text = str(trigger(timer.project, "retrain"))
        assert "train.ipynb changed" in text
        assert "schedule retrain --update" in text

    def test_a_bad_parameter_starts_nothing(self, timer: Timer) -> None:
        """It is typed by the pipeline."""
        with pytest.raises(Invalid, match="days"):
            trigger(timer.project, "retrain", param=("days=many",))
        assert (timer.executions(), timer.firings()) == ([], {})

    def test_a_schedule_that_is_not_there_is_not_found(self, timer: Timer) -> None:
        """The nearest name is offered."""
        with pytest.raises(NotFound, match="retrain"):
            trigger(timer.project, "retrian")
