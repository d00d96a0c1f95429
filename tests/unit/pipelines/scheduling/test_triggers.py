"""What happens in the project starts what waits for it."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core import door
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Alias
from jupyter_mlops.core.verb import Verb, verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.models.promote import promote
from jupyter_mlops.models.rollback import rollback
from jupyter_mlops.pipelines.scheduling import schedules
from jupyter_mlops.pipelines.scheduling.look import Signal
from jupyter_mlops.pipelines.scheduling.triggers import hear
from tests.fakes import FakeTracker
from tests.unit.pipelines.factory import Factory
from tests.unit.pipelines.timer import MINUTE, Timer


@pytest.fixture
def timer(project: Project) -> Timer:
    """A pipeline that can be scheduled, at noon."""
    return Timer(project)


def call(project: Project, function: object, **given: object) -> object:
    verb = verb_of(function)
    assert isinstance(verb, Verb)
    return door.enter(project, verb, given)


def keep(timer: Timer, value: int, dataset: str = "customers") -> None:
    call(timer.project, snapshot, table=pd.DataFrame({"a": [value]}), name=dataset)


def models(project: Project, count: int = 3) -> None:
    """Register versions of churn."""
    tracker = project.tracker
    assert isinstance(tracker, FakeTracker)
    run = tracker.start("train", key="k", experiment="shop", tags={})
    tracker._kept[run.id, "model"] = b""
    for number in range(count):
        tracker.register("churn", run, "model", key=str(number), tags={})


def move(timer: Timer, version: str, to: Alias = "champion") -> None:
    call(timer.project, promote, version=version, to=to)


class TestSnapshot:
    def test_a_new_version_starts_the_pipeline(self, timer: Timer) -> None:
        """Its cause is the version, and lineage keeps that."""
        timer.schedule(on="snapshot:customers")
        keep(timer, 1)
        assert timer.look(1) == 1
        (row,) = timer.executions()
        assert (row["cause"]["kind"], row["cause"]["reference"]) == ("snapshot", "snapshot:customers@1")
        assert "snapshot:customers@1" in timer.events("trigger")[0].inputs

    def test_the_pipeline_can_be_told_which(self, timer: Timer) -> None:
        """By `${trigger.reference}`."""
        timer.schedule(on="snapshot:customers", param=("source=${trigger.reference}",))
        keep(timer, 1)
        timer.look(1)
        assert timer.executions()[0]["parameters"]["source"] == "snapshot:customers@1"

    def test_equal_content_starts_nothing(self, timer: Timer) -> None:
        """It makes no version; neither does what was there before the schedule."""
        keep(timer, 1)
        timer.schedule(on="snapshot:customers")
        keep(timer, 1)
        assert timer.look(1) == 0
        keep(timer, 2)
        assert timer.look(1) == 1

    def test_other_datasets_start_nothing(self, timer: Timer) -> None:
        """Only the one that is named."""
        timer.schedule(on="snapshot:customers")
        keep(timer, 1, "orders")
        assert timer.look(1) == 0

    def test_what_came_while_no_worker_ran_is_heard(self, timer: Timer) -> None:
        """From the ledger, by whoever looks next; once."""
        timer.schedule(on="snapshot:customers")
        timer.look()
        keep(timer, 1)
        keep(timer, 2)
        timer.restart()
        assert timer.look(1) == 2
        timer.restart()
        assert timer.look(2) == 0

    def test_debounce_counts_what_comes_together_as_one(self, timer: Timer) -> None:
        """Once it is quiet; the newest is launched, the others say so."""
        timer.schedule(on="snapshot:customers", debounce=60)
        for value in range(3):
            keep(timer, value)
            assert timer.look(30) == 0
        assert timer.look(59) == 0
        assert timer.look(2) == 1
        assert timer.firings() == {
            "snapshot:customers@1": "skipped",
            "snapshot:customers@2": "skipped",
            "snapshot:customers@3": "launched",
        }
        assert "together with snapshot:customers@3" in timer.reason("snapshot:customers@1")

    def test_several_schedules_hear_the_same(self, timer: Timer) -> None:
        """Each is launched."""
        timer.schedule(on="snapshot:customers", name="one")
        timer.schedule(on="snapshot:customers", name="two")
        keep(timer, 1)
        assert timer.look(1) == 2


class TestAlias:
    def test_a_move_starts_the_pipeline(self, timer: Timer) -> None:
        """A promotion, and a rollback too."""
        models(timer.project)
        move(timer, "churn@1")
        timer.schedule(on="alias:churn@champion")
        move(timer, "churn@2")
        assert timer.look(1) == 1
        call(timer.project, rollback, name="churn")
        assert timer.look(1) == 1
        references = [row["cause"]["reference"] for row in timer.executions()]
        assert references == ["version:churn@2", "version:churn@1"]

    def test_what_points_there_already_is_no_move(self, timer: Timer) -> None:
        """Neither right after the schedule was made, nor later."""
        models(timer.project)
        move(timer, "churn@1")
        timer.schedule(on="alias:churn")
        move(timer, "churn@1")
        assert timer.look(1) == 0
        move(timer, "churn@2")
        move(timer, "churn@2")
        assert timer.look(1) == 1

    def test_another_alias_is_another_thing(self, timer: Timer) -> None:
        """challenger is not champion."""
        models(timer.project)
        timer.schedule(on="alias:churn@champion")
        move(timer, "churn@1", "challenger")
        assert timer.look(1) == 0


class TestEnd:
    def start(self, timer: Timer, on: str) -> str:
        timer.pipeline("[steps.check]\nnotebook = 'train.ipynb'\n", "check")
        timer.schedule(cron="30 * * * *", overlap="queue")
        timer.schedule("check", on=on)
        timer.look(30 * MINUTE)
        return str(timer.executions()[-1]["id"])

    @pytest.mark.parametrize(
        ("on", "status", "count"),
        [
            ("pipeline:retrain", "succeeded", 1),
            ("pipeline:retrain", "failed", 0),
            ("pipeline:retrain@failure", "failed", 1),
            ("pipeline:retrain@failure", "succeeded", 0),
            ("pipeline:retrain@end", "failed", 1),
            ("pipeline:retrain@end", "cancelled", 1),
            ("pipeline:retrain@success", "cancelled", 0),
        ],
    )
    def test_an_end_starts_the_other_pipeline(self, timer: Timer, on: str, status: str, count: int) -> None:
        """If it is the one that was asked for."""
        execution = self.start(timer, on)
        timer.end(execution, status)
        assert timer.look(1) == count
        assert len(timer.firings("check")) == count

    def test_its_cause_is_the_execution(self, timer: Timer) -> None:
        """And it is started once, however often the ledger tells."""
        execution = self.start(timer, "pipeline:retrain")
        timer.end(execution)
        timer.end(execution)
        assert timer.look(1) == 1
        assert timer.executions()[-1]["cause"]["reference"] == f"execution:{execution}"

    def test_the_end_that_a_worker_brings_about_is_heard(self, timer: Timer, factory: Factory) -> None:
        """From the first slot to the end of the pipeline that waits for it."""
        timer.pipeline("[steps.check]\nnotebook = 'report.ipynb'\n", "check")
        timer.pipeline("[steps.one]\nnotebook = 'report.ipynb'\n")
        timer.schedule(cron="30 * * * *")
        timer.schedule("check", on="pipeline:retrain")
        assert timer.look(30 * MINUTE) == 1
        factory.finish()
        assert timer.look(1) == 1
        factory.finish()
        assert [row["status"] for row in timer.executions()] == ["succeeded", "succeeded"]


class TestHear:
    def test_an_alert_starts_the_pipeline(self, timer: Timer) -> None:
        """Whoever alerts says so in a transaction of theirs."""
        timer.schedule(on="alert:churn-drift")
        with timer.project.store.write() as connection:
            signal = Signal("alert:churn-drift", "alert:churn-drift@1", "alert:churn-drift@1", "drift")
            hear(connection, signal, timer.clock.now())
            hear(connection, signal, timer.clock.now())
        assert timer.look(1) == 1

    def test_a_paused_schedule_hears_and_starts_nothing(self, timer: Timer) -> None:
        """The row says that it was paused."""
        timer.schedule(on="alert:churn-drift")
        with timer.project.store.write() as connection:
            schedules.change(connection, "retrain", timer.clock.now(), is_paused=True)
            hear(connection, Signal("alert:churn-drift", "alert:1", "alert:1"), timer.clock.now())
        assert timer.look(1) == 0
        assert (timer.firings(), timer.reason("alert:1")) == (
            {"alert:1": "skipped"},
            "The schedule was paused.",
        )


class TestOverlap:
    def test_events_respect_it(self, timer: Timer) -> None:
        """With forbid, the second of two is left out while the first goes on."""
        timer.schedule(on="snapshot:customers", overlap="forbid")
        keep(timer, 1)
        keep(timer, 2)
        assert timer.look(1) == 1
        assert timer.look(2) == 0
        assert timer.firings() == {"snapshot:customers@1": "launched", "snapshot:customers@2": "skipped"}
