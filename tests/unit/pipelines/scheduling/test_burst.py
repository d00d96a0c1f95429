"""burst: many schedules whose time comes together."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.state import EXECUTIONS
from tests.unit.pipelines.timer import MINUTE, Timer, at

HALF_PAST = at("12:30")


@pytest.fixture
def timer(project: Project) -> Timer:
    """Three schedules that are due at half past."""
    made = Timer(project)
    for name in ("a", "b", "c"):
        made.schedule(cron="30 * * * *", name=name)
    return made


class TestBurst:
    def test_they_share_a_line_of_the_ledger(self, timer: Timer) -> None:
        """It names every schedule with its slot, and the executions in the same order."""
        assert timer.look(30 * MINUTE) == 3
        (line,) = timer.events("trigger")
        assert line.arguments == {"names": ["a", "b", "c"], "slots": [HALF_PAST] * 3}
        made = {row["schedule"]: f"execution:{row['id']}" for row in timer.executions()}
        assert line.outputs == (made["a"], made["b"], made["c"])
        assert (line.actor, line.face, line.outcome) == ("ada", "pipeline", "ok")

    def test_each_is_as_if_it_had_been_alone(self, timer: Timer) -> None:
        """With its own row, cause and parameters, and the next look an hour later."""
        timer.schedule(cron="30 * * * *", name="d", param=("days=3",))
        timer.look(30 * MINUTE)
        row = next(row for row in timer.executions() if row["schedule"] == "d")
        assert row["cause"]["slot"] == HALF_PAST
        assert row["parameters"]["days"] == 3
        assert timer.firings("d") == {HALF_PAST: "launched"}
        assert timer.row("d")["due_at"][11:16] == "13:30"

    def test_one_that_is_wrong_holds_up_no_other(self, timer: Timer) -> None:
        """It has a line of its own, and says why."""
        timer.pipeline("[parameters]\nday = 7\n[steps.train]\nnotebook = 'train.ipynb'\n", "odd")
        timer.schedule("odd", cron="30 * * * *", param=("day=${trigger.slot}",))
        assert timer.look(30 * MINUTE) == 3
        assert timer.firings("odd") == {HALF_PAST: "failed"}
        assert [line.outcome for line in timer.events("trigger")] == ["ok", "failed"]

    def test_an_owner_who_may_no_more_is_refused_for_each(self, timer: Timer) -> None:
        """So that each schedule says so."""
        (timer.project.root / "pyproject.toml").write_text('[tool.jupyter-mlops.roles]\nada = "viewer"\n')
        assert timer.look(30 * MINUTE) == 0
        assert {timer.firings(name)[HALF_PAST] for name in "abc"} == {"refused"}
        assert [line.arguments["name"] for line in timer.events("trigger")] == ["a", "b", "c"]

    def test_one_whose_last_execution_goes_on_is_left_out(self, timer: Timer) -> None:
        """Its overlap is forbid; it says which one."""
        timer.schedule(cron="*/30 * * * *", name="busy", overlap="forbid")
        timer.look(30 * MINUTE)
        timer.look(30 * MINUTE)
        assert timer.firings("busy") == {HALF_PAST: "launched", at("13:00"): "skipped"}

    def test_one_whose_overlap_is_replace_ends_its_last_execution(self, timer: Timer) -> None:
        """Among many as by itself."""
        timer.schedule(cron="30 * * * *", name="fresh", overlap="replace")
        timer.look(30 * MINUTE)
        assert timer.look(60 * MINUTE) == 4
        with timer.project.store.read() as connection:
            cancelled = connection.execute(EXECUTIONS.select().where(EXECUTIONS.c.is_cancelled)).mappings()
            assert [row["schedule"] for row in cancelled] == ["fresh"]

    def test_slots_of_one_schedule_that_wait_go_together(self, timer: Timer) -> None:
        """As after a long absence, when all are made up for; no more than a hundred in one line."""
        timer.schedule(cron="* * * * *", name="often", catchup="all", overlap="queue")
        timer.look(1)
        assert timer.look(100 * MINUTE) == 100 + 3
        assert set(timer.firings("often").values()) == {"launched"}
        made = [len(line.outputs) for line in timer.events("trigger")]
        assert (sum(made), max(made)) == (103, 100)

    def test_a_slot_that_has_an_execution_gets_no_other(self, timer: Timer) -> None:
        """As one that a backfill was ahead of: its row is brought up to date."""
        timer.look(30 * MINUTE)
        first = {row["id"] for row in timer.executions()}
        with timer.project.store.write() as connection:
            connection.exec_driver_sql("UPDATE firings SET outcome = 'waiting', execution = NULL")
            connection.exec_driver_sql("UPDATE schedules SET due_at = '2026-11-01T12:30:00.000000+00:00'")
        timer.look(1)
        assert {row["id"] for row in timer.executions()} == first
        assert timer.firings("a") == {HALF_PAST: "launched"}
