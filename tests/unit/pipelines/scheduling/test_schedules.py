"""Schedules and the rows of their slots, as the store keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.pause import pause
from jupyter_mlops.pipelines.scheduling import schedules
from tests.unit.pipelines.timer import MINUTE, Timer, at


@pytest.fixture
def timer(project: Project) -> Timer:
    """Two schedules of one pipeline."""
    made = Timer(project)
    made.schedule(cron="30 * * * *")
    made.schedule(on="snapshot:customers", name="on-data")
    return made


class TestOf:
    def test_it_tells_the_next_time_and_the_last_firing(self, timer: Timer) -> None:
        """Of each schedule of a pipeline: what the list of pipelines shows."""
        timer.look(30 * MINUTE)
        with timer.project.store.read() as connection:
            event, timed = schedules.of(connection, "retrain")
        assert timed.next_at == datetime(2026, 11, 1, 13, 30, tzinfo=UTC)
        assert timed.last is not None
        assert (timed.last.slot, timed.last.outcome) == (at("12:30"), "launched")
        assert (event.name, event.next_at, event.last) == ("on-data", None, None)
        assert event.when == "when customers has a new snapshot"

    def test_a_paused_one_says_so(self, timer: Timer) -> None:
        """It has no next time."""
        pause(timer.project, "retrain")
        with timer.project.store.read() as connection:
            (_, timed) = schedules.of(connection)
        assert (timed.is_paused, timed.next_at) == (True, None)

    def test_another_pipeline_has_none(self, timer: Timer) -> None:
        """Only its own are told."""
        with timer.project.store.read() as connection:
            assert schedules.of(connection, "other") == []


class TestNote:
    def test_a_slot_has_one_row(self, timer: Timer) -> None:
        """The second says that it was there."""
        now = timer.clock.now()
        with timer.project.store.write() as connection:
            assert schedules.note(connection, "retrain", "x", now)
            assert not schedules.note(connection, "retrain", "x", now, outcome="skipped")
        assert timer.firings() == {"x": "waiting"}


class TestFind:
    def test_the_nearest_name_is_offered(self, timer: Timer) -> None:
        """When there is none of that name."""
        with timer.project.store.read() as connection, pytest.raises(NotFound, match="'retrain'"):
            schedules.find(connection, "retrian")
