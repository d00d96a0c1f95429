"""Making up for a range of slots."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.backfill import backfill
from tests.unit.pipelines.timer import HOUR, Timer, at


@pytest.fixture
def timer(project: Project) -> Timer:
    """A pipeline with an hourly schedule."""
    made = Timer(project)
    made.schedule(cron="30 * * * *", zone="Europe/Berlin", param=("source=${trigger.slot}",))
    return made


class TestBackfill:
    def test_each_slot_of_the_range_is_an_execution(self, timer: Timer) -> None:
        """It knows its slot; times without an offset are on the schedule's clock."""
        answer = backfill(timer.project, "retrain", since="2026-11-01T09:00", until="2026-11-01T12:00")
        assert [one.slot for one in answer.slots] == [at("08:30"), at("09:30"), at("10:30")]
        assert {row["parameters"]["source"] for row in timer.executions()} == {
            one.slot for one in answer.slots
        }
        assert {row["cause"]["kind"] for row in timer.executions()} == {"backfill"}

    def test_asked_again_it_starts_none_twice(self, timer: Timer) -> None:
        """A wider range adds what is new."""
        first = backfill(timer.project, "retrain", since="2026-11-01T09:00", until="2026-11-01T11:00")
        again = backfill(timer.project, "retrain", since="2026-11-01T09:00", until="2026-11-01T12:00")
        assert [one.is_new for one in again.slots] == [False, False, True]
        assert [one.execution for one in again.slots[:2]] == [one.execution for one in first.slots]
        assert len(timer.executions()) == 3

    def test_a_slot_that_was_launched_in_its_time_is_left_alone(self, timer: Timer) -> None:
        """One that was left out is made up for."""
        timer.look(3 * HOUR)
        answer = backfill(timer.project, "retrain", since="2026-11-01T13:00")
        assert [one.is_new for one in answer.slots] == [True, True, False]
        assert timer.firings()[at("12:30")] == "launched"

    def test_a_dry_run_only_says_what_it_would_do(self, timer: Timer) -> None:
        """Nothing is started, no row is written."""
        answer = backfill(timer.project, "retrain", since="2026-10-31", until="2026-10-31", dry_run=True)
        assert len(answer.slots) == 24
        assert "24 of 24 slots of retrain would be started" in str(answer)
        assert (timer.executions(), timer.firings()) == ([], {})

    def test_executions_come_one_after_the_other_behind_the_others(self, timer: Timer) -> None:
        """Whatever the overlap policy is otherwise."""
        timer.schedule(cron="30 * * * *", zone="Europe/Berlin", overlap="replace")
        backfill(timer.project, "retrain", since="2026-11-01T09:00", until="2026-11-01T12:00")
        rows = timer.executions()
        assert {row["definition"]["definition"]["overlap"] for row in rows} == {"queue"}
        assert {row["priority"] for row in rows} == {90}
        assert not any(row["is_cancelled"] for row in rows)

    @pytest.mark.parametrize(
        ("since", "until", "what"),
        [
            ("yesterday", None, "is no time"),
            ("2026-13-01", None, "is no time"),
            ("2026-11-02", None, "no range of the past"),
            ("2026-11-01T12:00", "2026-11-01T11:00", "no range of the past"),
            ("2026-11-01T12:31", "2026-11-01T12:59", "has no slot"),
            ("2020-01-01", None, "more than 1,000 slots"),
            ("0001-01-01T00:00", None, "is no time"),
        ],
    )
    def test_a_range_that_makes_no_sense_is_explained(
        self, timer: Timer, since: str, until: str | None, what: str
    ) -> None:
        """And starts nothing."""
        with pytest.raises(Invalid, match=what):
            backfill(timer.project, "retrain", since=since, until=until)
        assert timer.executions() == []

    def test_only_times_can_be_made_up_for(self, timer: Timer) -> None:
        """Not what waits for something to happen."""
        timer.schedule(on="snapshot:customers", name="other")
        with pytest.raises(Invalid, match="has no cron"):
            backfill(timer.project, "other", since="2026-11-01")
