"""The scheduler: one row for each slot, whatever the clock, the workers and the crashes do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.scheduling import schedules
from jupyter_mlops.pipelines.scheduling.scheduler import Scheduler
from jupyter_mlops.pipelines.trigger import trigger
from tests.unit.pipelines.timer import DAY, HOUR, MINUTE, Timer, at


@pytest.fixture
def timer(project: Project) -> Timer:
    """A pipeline that can be scheduled, at noon."""
    return Timer(project)


class TestLook:
    def test_a_slot_that_came_is_launched_once(self, timer: Timer) -> None:
        """And however often one looks then, not again."""
        timer.schedule(cron="30 * * * *")
        assert timer.look() == 0
        assert timer.look(30 * MINUTE) == 1
        assert timer.look(1) == 0
        assert timer.firings() == {at("12:30"): "launched"}

    def test_an_execution_knows_its_schedule_its_slot_and_its_owner(self, timer: Timer) -> None:
        """Its cause says why it runs, its parameters are the schedule's over the pipeline's."""
        timer.schedule(cron="30 * * * *", zone="Europe/Berlin", param=("days=3",))
        timer.look(30 * MINUTE)
        (row,) = timer.executions()
        assert (row["schedule"], row["actor"], row["status"]) == ("retrain", "ada", "queued")
        assert row["parameters"] == {"days": 3, "source": "web"}
        assert row["cause"]["kind"] == "cron"
        assert row["cause"]["what"] == "30 * * * * Europe/Berlin"
        assert row["cause"]["slot"] == at("12:30")

    def test_each_launch_is_a_line_of_the_ledger_by_the_owner(self, timer: Timer) -> None:
        """With the slot, and the execution that it made."""
        timer.schedule(cron="30 * * * *")
        timer.look(30 * MINUTE)
        (line,) = timer.events("trigger")
        assert (line.actor, line.face, line.outcome) == ("ada", "pipeline", "ok")
        assert line.arguments == {"name": "retrain", "slot": at("12:30")}
        assert line.outputs == (f"execution:{timer.executions()[0]['id']}",)

    def test_the_next_due_time_is_told(self, timer: Timer) -> None:
        """So that a worker may sleep till then; None where nothing is scheduled."""
        assert timer.scheduler.next_due() is None
        timer.schedule(cron="30 * * * *")
        assert timer.scheduler.next_due() == datetime(2026, 11, 1, 12, 30, tzinfo=UTC)

    def test_an_owner_who_may_no_more_launches_nothing(self, timer: Timer) -> None:
        """The slot's row says so, the ledger too; the next slot is tried again."""
        timer.schedule(cron="30 * * * *")
        (timer.project.root / "pyproject.toml").write_text('[tool.jupyter-mlops.roles]\nada = "viewer"\n')
        assert timer.look(30 * MINUTE) == 0
        assert timer.firings() == {at("12:30"): "refused"}
        assert "ada is viewer" in timer.reason(at("12:30"))
        assert timer.events("trigger")[0].outcome == "refused"
        assert timer.row()["due_at"][11:16] == "13:30"

    def test_a_schedule_that_cannot_run_says_why(self, timer: Timer) -> None:
        """Here its parameter is filled with what is no number; others go on."""
        timer.pipeline("[parameters]\nday = 7\n[steps.train]\nnotebook = 'train.ipynb'\n", "odd")
        timer.schedule("odd", cron="30 * * * *", param=("day=${trigger.slot}",))
        timer.schedule(cron="30 * * * *")
        assert timer.look(30 * MINUTE) == 1
        assert timer.firings("odd") == {at("12:30"): "failed"}
        assert "day" in timer.reason(at("12:30"), "odd")

    def test_one_that_cannot_be_read_holds_up_no_other(self, timer: Timer) -> None:
        """What starts it, or what it runs, was written by another version; each says so."""
        for name in ("good", "strange", "odd"):
            timer.schedule(cron="30 * * * *", name=name)
        with timer.project.store.write() as connection:
            trigger = {**timer.row("strange")["trigger"], "moon": "full"}
            schedules.change(connection, "strange", timer.clock.now(), trigger=trigger)
            kept = {**timer.row("odd")["definition"], "moon": "full"}
            schedules.change(connection, "odd", timer.clock.now(), definition=kept)
        assert timer.look(30 * MINUTE) == 1
        assert list(timer.firings("strange").values()) == ["failed"]
        assert timer.firings("odd") == {at("12:30"): "failed"}
        assert "cannot be read" in timer.reason(at("12:30"), "odd")
        timer.schedule("odd", update=True)
        assert timer.look(HOUR) == 2

    def test_many_that_are_due_at_once_are_all_launched(self, timer: Timer) -> None:
        """More than are taken at a time."""
        for number in range(60):
            timer.schedule(cron="30 * * * *", name=f"s{number}")
        assert timer.look(30 * MINUTE) == 60

    def test_what_came_of_slots_of_long_ago_is_forgotten(self, timer: Timer) -> None:
        """After ninety days; what a pattern found stays, or it would be found again."""
        (timer.project.root / "a.csv").write_text("1")
        timer.schedule(on="file:*.csv", name="files")
        timer.schedule(cron="0 0 * * *")
        timer.look(DAY)
        timer.look(100 * DAY)
        assert "2026-11-02T00:00:00+00:00" not in timer.firings()
        assert timer.look(60, every_s=5) == 0


class TestOverlap:
    def test_f11_forbid_leaves_out_a_slot_while_the_last_one_runs(self, timer: Timer) -> None:
        """Its row says which execution had not ended; once that has, the next slot is launched."""
        timer.schedule(cron="*/10 * * * *", overlap="forbid")
        assert timer.look(10 * MINUTE) == 1
        assert timer.look(10 * MINUTE) == 0
        (first,) = timer.executions()
        assert timer.firings() == {at("12:10"): "launched", at("12:20"): "skipped"}
        assert first["id"] in timer.reason(at("12:20"))
        timer.end(first["id"])
        assert timer.look(10 * MINUTE) == 1

    def test_f11_forbid_holds_for_what_was_triggered_by_hand_too(self, timer: Timer) -> None:
        """Whoever started it: two never run at a time."""
        timer.schedule(cron="*/10 * * * *", overlap="forbid")
        trigger(timer.project, "retrain")
        assert timer.look(10 * MINUTE) == 0
        assert timer.firings()[at("12:10")] == "skipped"

    def test_f11_queue_has_it_wait(self, timer: Timer) -> None:
        """Both are asked for; the execution itself knows that it waits for its turn."""
        timer.schedule(cron="*/10 * * * *", overlap="queue")
        assert timer.look(20 * MINUTE, every_s=10 * MINUTE) == 2
        assert timer.executions()[1]["definition"]["definition"]["overlap"] == "queue"

    def test_f11_replace_cancels_the_last_one(self, timer: Timer) -> None:
        """With the reason, and launches the new one."""
        timer.schedule(cron="*/10 * * * *", overlap="replace")
        timer.look(20 * MINUTE, every_s=10 * MINUTE)
        first, second = timer.executions()
        assert (first["is_cancelled"], second["is_cancelled"]) == (True, False)
        assert at("12:20") in first["reason"]

    def test_a_queue_does_not_grow_without_end(self, timer: Timer) -> None:
        """A hundred wait; more slots keep their rows, and are launched as those end."""
        timer.schedule(cron="* * * * *", overlap="queue")
        assert timer.look(110 * MINUTE, every_s=MINUTE) == 100
        assert list(timer.firings().values()).count("waiting") == 10
        for row in timer.executions()[:10]:
            timer.end(row["id"])
        assert timer.look(2) == 10


class TestCatchUp:
    """F09: nobody looked for six hours; F13: the machine slept for eight."""

    @pytest.mark.parametrize("hours", [6, 8])
    def test_last_makes_up_for_the_newest_slot(self, timer: Timer, hours: int) -> None:
        """The others are one row, a range with its reason."""
        timer.schedule(cron="30 * * * *", catchup="last")
        timer.look()
        assert timer.look(hours * HOUR) == 1
        first, last, before = at("12:30"), at(f"{11 + hours}:30"), at(f"{10 + hours}:30")
        assert timer.firings() == {f"{first}/{before}": "skipped", last: "launched"}
        assert f"leaves out {hours - 1} slots" in timer.reason(f"{first}/{before}")

    @pytest.mark.parametrize("hours", [6, 8])
    def test_all_makes_up_for_every_slot(self, timer: Timer, hours: int) -> None:
        """One after the other, oldest first."""
        timer.schedule(cron="30 * * * *", catchup="all")
        timer.look()
        assert timer.look(hours * HOUR) == hours
        assert timer.slots() == [f"{12 + hour}:30" for hour in range(hours)]

    def test_none_makes_up_for_none(self, timer: Timer) -> None:
        """But a slot that has just come is in time."""
        timer.schedule(cron="0 * * * *", catchup="none")
        timer.look()
        assert timer.look(6 * HOUR + 20) == 1
        assert timer.firings() == {f"{at('13:00')}/{at('17:00')}": "skipped", at("18:00"): "launched"}

    def test_none_leaves_out_a_slot_that_is_more_than_a_minute_late(self, timer: Timer) -> None:
        """A single one keeps its own name, so that a backfill may still make up for it."""
        timer.schedule(cron="0 * * * *", catchup="none")
        timer.look()
        assert timer.look(HOUR + 2 * MINUTE) == 0
        assert timer.firings() == {at("13:00"): "skipped"}

    def test_all_has_its_bound(self, timer: Timer) -> None:
        """A hundred; what is older is a range."""
        timer.schedule(cron="* * * * *", catchup="all")
        timer.look()
        assert timer.look(5 * HOUR) == 100
        assert next(iter(timer.firings())) == f"{at('12:01')}/{at('15:20')}"

    def test_a_restart_is_a_downtime_like_any_other(self, timer: Timer) -> None:
        """A new process knows from the store up to when all is settled."""
        timer.schedule(cron="30 * * * *", catchup="all")
        timer.look(30 * MINUTE)
        timer.clock.advance(6 * HOUR)
        timer.restart()
        assert timer.look() == 6

    def test_years_away_take_no_time(self, timer: Timer) -> None:
        """Two years of minutes are one row."""
        timer.schedule(cron="* * * * *", catchup="last")
        timer.look()
        assert timer.look(730 * DAY) == 1
        assert len(timer.firings()) == 2


class TestClock:
    """F12: the clock steps, or changes between summer and winter."""

    def test_an_hour_back_launches_nothing_twice_and_loses_nothing(self, timer: Timer) -> None:
        """What comes again has its row."""
        timer.schedule(cron="*/10 * * * *")
        timer.look(2 * HOUR, every_s=MINUTE)
        timer.clock._now -= timedelta(hours=1)
        timer.look(2 * HOUR, every_s=MINUTE)
        expected = [f"{12 + minute // 60:02}:{minute % 60:02}" for minute in range(10, 181, 10)]
        assert timer.slots() == expected

    def test_an_hour_ahead_and_back_again(self, timer: Timer) -> None:
        """What was launched too early is not launched again, and what was passed over comes in its time."""
        timer.schedule(cron="*/10 * * * *", catchup="last")
        timer.look(5 * MINUTE)
        timer.clock._now += timedelta(hours=1)
        timer.look(1)
        timer.clock._now -= timedelta(hours=1)
        timer.look(2 * HOUR, every_s=MINUTE)
        slots = timer.slots()
        assert slots == sorted(set(slots))
        assert slots == [f"{12 + minute // 60:02}:{minute % 60:02}" for minute in range(10, 121, 10)]

    def test_a_clock_set_years_ahead_does_not_stop_a_schedule(self, timer: Timer) -> None:
        """Set right again, even while nobody looked, the next slot comes when it is due."""
        timer.schedule(cron="0 0 * * *")
        timer.clock._now += timedelta(days=3_650)
        timer.look()
        timer.clock._now -= timedelta(days=3_650)
        timer.restart()
        timer.look()
        assert timer.look(12 * HOUR) == 1
        assert timer.firings()["2026-11-02T00:00:00+00:00"] == "launched"

    @pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
    def test_a_day_with_a_change_has_each_slot_once(self, timer: Timer, day: str, hours: int) -> None:
        """A daily job comes once, an hourly one as often as the day has hours."""
        timer.clock._now = datetime.fromisoformat(f"{day}T00:00+00:00") - timedelta(hours=3)
        timer.schedule(cron="30 2 * * *", zone="Europe/Berlin", name="daily")
        timer.schedule(cron="15 * * * *", zone="Europe/Berlin", name="hourly")
        timer.look(27 * HOUR, every_s=5 * MINUTE)
        assert list(timer.firings("daily").values()) == ["launched"]
        of_day = [row for row in timer.executions() if row["schedule"] == "hourly"]
        berlin = {datetime.fromisoformat(row["cause"]["slot"]) for row in of_day}
        assert len(berlin) == len(of_day) == 27


class TestJitter:
    def test_it_is_the_same_for_a_slot_whoever_asks(self, timer: Timer) -> None:
        """Within its bound, and not the same for every slot."""
        timer.schedule(cron="0 * * * *", jitter=600)
        starts = []
        for _ in range(4):
            due = timer.scheduler.next_due()
            timer.restart()
            timer.scheduler.look()
            assert due is not None
            assert timer.scheduler.next_due() == due
            starts.append(due.minute * 60 + due.second)
            timer.look((due - timer.clock.now()).total_seconds() + 1)
        assert len(timer.executions()) == 4
        assert all(start < 600 for start in starts)
        assert len(set(starts)) > 1

    def test_a_slot_keeps_its_name(self, timer: Timer) -> None:
        """However late it starts, it is the slot of the hour."""
        timer.schedule(cron="0 * * * *", jitter=600)
        timer.look(HOUR + 10 * MINUTE)
        assert timer.slots() == ["13:00"]


class Killed(BaseException):
    """The process died."""


@contextmanager
def killed_at(project: Project, number: int) -> Iterator[None]:
    """Die right before the commit of that number, which is as good as right after the one before."""
    seen = 0

    def die(connection: Connection) -> None:
        nonlocal seen
        seen += bool(connection.get_execution_options().get("mlops_writes"))
        if seen == number:
            raise Killed

    event.listen(project.store.engine, "commit", die)
    try:
        yield
    finally:
        event.remove(project.store.engine, "commit", die)


class TestKills:
    @pytest.mark.parametrize("number", range(1, 4))
    def test_a_death_before_any_commit_loses_and_doubles_nothing(self, timer: Timer, number: int) -> None:
        """Whoever goes on finds every slot, and launches it once."""
        for name in ("one", "two"):
            timer.schedule(cron="*/10 * * * *", name=name, catchup="all")
        timer.clock.advance(20 * MINUTE)
        with killed_at(timer.project, number), pytest.raises(Killed):
            timer.scheduler.look()
        timer.restart()
        timer.look(2, every_s=1)
        for name in ("one", "two"):
            assert timer.firings(name) == {at("12:10"): "launched", at("12:20"): "launched"}
        assert len(timer.executions()) == 4

    def test_another_that_lives_goes_on_within_seconds(self, timer: Timer) -> None:
        """With the slot that the dead one had taken."""
        timer.schedule(cron="30 * * * *")
        other = Scheduler(timer.project)
        other.look()
        timer.clock.advance(30 * MINUTE)
        with killed_at(timer.project, 3), pytest.raises(Killed):
            timer.scheduler.look()
        assert other.look() == 0
        timer.clock.advance(10)
        assert other.look() == 1

    def test_f10_two_schedulers_on_one_store_launch_a_slot_once(self, timer: Timer) -> None:
        """Both look at the same moments."""
        timer.schedule(cron="*/10 * * * *")
        other = Scheduler(timer.project)
        for _ in range(6):
            timer.clock.advance(10 * MINUTE)
            timer.scheduler.look()
            other.look()
        assert len(timer.executions()) == len(timer.firings()) == 6
        assert {line.outcome for line in timer.events("trigger")} == {"ok"}

    def test_a_store_that_is_away_loses_nothing(self, timer: Timer, monkeypatch: pytest.MonkeyPatch) -> None:
        """The slot is launched once it is back."""
        timer.schedule(cron="30 * * * *")
        timer.clock.advance(30 * MINUTE)
        url = timer.project.store.url
        monkeypatch.setattr(timer.project.store, "url", "sqlite:////nowhere/at/all.db")
        timer.project.store._engine = None
        with pytest.raises(Unavailable):
            timer.scheduler.look()
        monkeypatch.setattr(timer.project.store, "url", url)
        assert timer.look(1) == 1
