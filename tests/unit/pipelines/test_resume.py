"""What came while a schedule was paused is left out, visibly."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.pause import pause
from jupyter_mlops.pipelines.resume import resume
from tests.unit.pipelines.timer import HOUR, Timer, at


@pytest.fixture
def timer(project: Project) -> Timer:
    """A pipeline that can be scheduled, at noon."""
    return Timer(project)


class TestResume:
    def test_missed_slots_are_a_row_and_the_next_one_is_launched(self, timer: Timer) -> None:
        """Whatever catch-up says: pausing was meant."""
        timer.schedule(cron="30 * * * *", catchup="all")
        pause(timer.project, "retrain")
        timer.look(3 * HOUR)
        resume(timer.project, "retrain")
        assert timer.look() == 0
        missed = f"{at('12:30')}/{at('14:30')}"
        assert timer.firings() == {missed: "skipped"}
        assert timer.reason(missed) == "The schedule was paused."
        assert timer.look(HOUR) == 1

    def test_files_that_arrived_meanwhile_are_left_out(self, timer: Timer) -> None:
        """Each has its row."""
        timer.schedule(on="file:*.csv")
        pause(timer.project, "retrain")
        (timer.project.root / "a.csv").write_text("1")
        timer.look(60, every_s=5)
        resume(timer.project, "retrain")
        assert timer.look(60, every_s=5) == 0
        assert list(timer.firings().values()) == ["skipped"]

    def test_what_goes_on_stays_as_it_is(self, timer: Timer) -> None:
        """The answer says so."""
        timer.schedule(cron="30 * * * *")
        assert not resume(timer.project, "retrain").is_changed
