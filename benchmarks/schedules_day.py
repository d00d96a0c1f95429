"""A day of 1,100 schedules, 96,100 slots, two processes and 30 kills: none lost, none doubled; it takes a quarter of an hour."""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 6, 1, tzinfo=UTC)
END = START + timedelta(days=1)
SECONDS = 420.0
KILLS = 30
QUARTERLY, DAILY = 1_000, 100
SLOTS = QUARTERLY * 96 + DAILY


class FastClock:
    """Let the day pass in some minutes, the same for every process; then time passes as it does."""

    def __init__(self, began: float) -> None:
        self._began = began

    def now(self) -> datetime:
        passed = max(0.0, self.monotonic())
        share = min(1.0, passed / SECONDS)
        return START + (END - START) * share + timedelta(seconds=max(0.0, passed - SECONDS))

    def monotonic(self) -> float:
        return time.monotonic() - self._began


def work(root: Path, began: float) -> None:
    """Look until killed, as a worker does."""
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.pipelines.scheduling.scheduler import Scheduler

    scheduler = Scheduler(Project(root, clock=FastClock(began)))
    while True:
        scheduler.look()
        time.sleep(0.05)


def prepare(root: Path) -> None:
    import nbformat

    from jupyter_mlops.core.project import Project
    from jupyter_mlops.pipelines.schedule import schedule

    project = Project(root, clock=FastClock(time.monotonic() + 3_600))
    project.prepare()
    cell = nbformat.v4.new_code_cell("print(1)")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), root / "train.ipynb")
    for number in range(QUARTERLY + DAILY):
        expression = "*/15 * * * *" if number < QUARTERLY else "30 2 * * *"
        zone = ("UTC", "Europe/Berlin", "America/New_York")[number % 3]
        schedule(project, "train.ipynb", cron=expression, zone=zone, name=f"s{number}", catchup="all")
    project.store.engine.dispose()


def under_fire(root: Path, began: float) -> None:
    context, chance = multiprocessing.get_context("fork"), random.Random(7)
    workers = [context.Process(target=work, args=(root, began), daemon=True) for _ in range(2)]
    for worker in workers:
        worker.start()
    for number in range(KILLS):
        time.sleep(max(0.0, began + SECONDS * (number + 1) / (KILLS + 1) - time.monotonic()))
        victim = workers.pop(chance.randrange(2))
        victim.kill()
        victim.join()
        workers.append(context.Process(target=work, args=(root, began), daemon=True))
        workers[-1].start()
    time.sleep(max(0.0, began + SECONDS - time.monotonic()))
    await_end(root)
    for worker in workers:
        worker.kill()
        worker.join()


def await_end(root: Path) -> None:
    """Wait until nothing is under way any more: two looks, some seconds apart, find the same."""
    before, now = None, count(root)
    while now != before:
        time.sleep(10)
        before, now = now, count(root)


def count(root: Path) -> tuple[int, int, int]:
    """Return the day's slots that were launched, the executions they made, and the slots that wait or were left out."""
    from sqlalchemy import func, select

    from jupyter_mlops.core.project import Project
    from jupyter_mlops.pipelines.durable.state import EXECUTIONS
    from jupyter_mlops.pipelines.scheduling.schedules import FIRINGS
    from jupyter_mlops.pipelines.scheduling.timetable import text

    store = Project(root).store
    of_day = FIRINGS.c.slot <= text(END)
    rows, is_launched = (
        select(func.count()).select_from(FIRINGS).where(of_day),
        FIRINGS.c.outcome == "launched",
    )
    made = (
        select(func.count())
        .select_from(EXECUTIONS)
        .where(EXECUTIONS.c.cause["slot"].as_string() <= text(END))
    )
    with store.read() as connection:
        found = [
            connection.execute(query).scalar() or 0
            for query in (rows.where(is_launched), made, rows.where(~is_launched))
        ]
    store.engine.dispose()
    return found[0], found[1], found[2]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        prepare(root)
        began = time.monotonic()
        under_fire(root, began)
        launched, made, other = count(root)
    print(
        f"schedules, a day of {SLOTS:,} slots in {time.monotonic() - began:.0f} s, two processes, {KILLS} kills"
    )
    print(f"  launched {launched:,}, executions {made:,}, other rows {other:,}")
    is_kept = (launched, made, other) == (SLOTS, SLOTS, 0)
    print(
        f"  lost or doubled: {abs(SLOTS - launched) + abs(made - launched)}; promise 0: {'holds' if is_kept else 'DOES NOT HOLD'}"
    )


if __name__ == "__main__":
    main()
