"""What one look at schedules costs, and one slot that is launched: without a worker around it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Prepare, Sample, Turn, compare, report, timed, times

if TYPE_CHECKING:
    from jupyter_mlops.core.project import Project

SCHEDULES, LOOKS, DUE, SOON_S = 1_000, 200, 1_000, 2
SLOTS_A_DAY, LOOKS_PER_S = 96_100, 2
START = datetime(2026, 6, 1, tzinfo=UTC)
IDLE, FIRING = f"a look at {SCHEDULES:,} schedules, none due", f"a slot launched, of {DUE:,} at once"
LIMIT = "one synced SQLite transaction"


class MovedClock:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


def prepared(folder: Path, count: int, expression: str, clock: MovedClock) -> Project:
    """Make a project with so many schedules of one notebook."""
    import nbformat

    from jupyter_mlops.core.project import Project
    from jupyter_mlops.pipelines.schedule import schedule

    project = Project(folder / "project", clock=clock)
    project.prepare()
    cell = nbformat.v4.new_code_cell("print(1)")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), project.root / "train.ipynb")
    for number in range(count):
        schedule(project, "train.ipynb", cron=expression, name=f"s{number}", zone="Europe/Berlin")
    return project


def idle(folder: Path) -> Turn:
    from jupyter_mlops.pipelines.scheduling.scheduler import Scheduler

    scheduler = Scheduler(prepared(folder, SCHEDULES, "30 6 * * *", MovedClock()))
    scheduler.look()

    def looks() -> Sample:
        return timed(lambda: [scheduler.look() for _ in range(LOOKS)]) / LOOKS

    return lambda _number: looks


def firing(folder: Path) -> Turn:
    from jupyter_mlops.pipelines.scheduling.scheduler import Scheduler

    clock = MovedClock()
    scheduler = Scheduler(prepared(folder, DUE, "0 * * * *", clock))
    scheduler.look()

    def hour() -> Sample:
        clock.at += timedelta(hours=1)
        return timed(scheduler.look) / DUE

    return lambda _number: hour


def committed(folder: Path) -> Turn:
    connection = sqlite3.connect(folder / "limit.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE line (text TEXT)")

    def commit() -> object:
        return connection.execute("INSERT INTO line VALUES (?)", ("x" * 500,))

    return lambda _number: lambda: timed(lambda: [commit() for _ in range(DUE)]) / DUE


def main() -> None:
    repetitions = times()
    contenders: dict[str, Prepare] = {IDLE: idle, FIRING: firing, LIMIT: committed}
    found = compare(contenders, repetitions)
    per_s = SLOTS_A_DAY / 86_400
    second = Sample(
        found[IDLE].wall * LOOKS_PER_S + found[FIRING].wall * per_s,
        found[IDLE].cpu * LOOKS_PER_S + found[FIRING].cpu * per_s,
    )
    burst = found[FIRING] / (1 / SCHEDULES)
    report(
        "scheduler",
        repetitions,
        found,
        Claim(
            f"{SLOTS_A_DAY:,} slots a day of {SCHEDULES:,} schedules, in each second",
            second / 0.001,
            "ms",
            50,
        ),
        Claim(f"{SCHEDULES:,} due in the same second, till the last is launched", burst, "s", SOON_S),
        Claim("a slot launched, ratio to the limit", found[FIRING] / found[LIMIT], "×"),
    )


if __name__ == "__main__":
    main()
