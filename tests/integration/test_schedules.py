"""Schedules under fire: two processes on one store, killed at random; each slot is launched once."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.state import EXECUTIONS
from jupyter_mlops.pipelines.file import cron
from jupyter_mlops.pipelines.file.zone import zone
from jupyter_mlops.pipelines.schedule import schedule
from jupyter_mlops.pipelines.scheduling.scheduler import Scheduler
from jupyter_mlops.pipelines.scheduling.schedules import FIRINGS
from jupyter_mlops.pipelines.scheduling.timetable import text
from tests.notebooks.builder import write_notebook
from tests.postgres import running

START = datetime(2026, 10, 24, 22, tzinfo=UTC)  # the night in which Berlin's clocks go back
END = START + timedelta(hours=6)
EXPRESSIONS = ("*/15 * * * *", "0 * * * *", "30 2 * * *", "7,37 * * * *", "*/20 1-4 * * *")
ZONES = ("UTC", "Europe/Berlin", "Australia/Lord_Howe")
KILLS = 8
SECONDS = 4.0


class FastClock:
    """Let six hours pass in a few seconds, the same for every process; then time passes as it does."""

    def __init__(self, began: float) -> None:
        self._began = began

    def now(self) -> datetime:
        """Return the time in UTC."""
        passed = max(0.0, self.monotonic())
        share = min(1.0, passed / SECONDS)
        return START + (END - START) * share + timedelta(seconds=max(0.0, passed - SECONDS))

    def monotonic(self) -> float:
        """Return the seconds since the beginning."""
        return time.monotonic() - self._began


def opened(root: Path, began: float) -> Project:
    return Project(root, actor=Actor("ada", "os"), clock=FastClock(began))


def work(root: Path, began: float) -> None:
    """Look until killed, as a worker does."""
    scheduler = Scheduler(opened(root, began))
    while True:
        scheduler.look()
        time.sleep(0.01)


def names() -> dict[str, tuple[str, str]]:
    combined = [(expression, name) for expression in EXPRESSIONS for name in ZONES]
    return {f"s{number}": pair for number, pair in enumerate(combined)}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """One store for all processes, which the settings name."""
    if request.param == "sqlite":
        yield ""
        return
    with running() as server:
        url = server.database()
        monkeypatch.setenv("JUPYTER_MLOPS_STORE_URL", url)
        yield url


@pytest.mark.usefixtures("store")
def test_two_processes_killed_again_and_again_launch_each_slot_once(tmp_path: Path) -> None:
    """F10: none is lost, none is doubled, and each is one execution."""
    setup = opened(tmp_path, time.monotonic() + 3_600)  # its clock stands at the start
    setup.prepare()
    write_notebook(tmp_path / "train.ipynb", "print(1)")
    for name, (expression, of) in names().items():
        schedule(setup, "train.ipynb", cron=expression, zone=of, name=name, catchup="all")
    setup.store.engine.dispose()
    began = time.monotonic()
    under_fire(tmp_path, began)
    project = opened(tmp_path, began)
    last, until = Scheduler(project), began + SECONDS + 5
    while time.monotonic() < until and (last.look() or is_waiting(project) or project.clock.now() < END):
        time.sleep(0.05)

    expected = Counter(
        (name, text(slot))
        for name, (expression, of) in names().items()
        for slot in cron.slots(expression, zone(of), START, END)
    )
    with project.store.read() as connection:
        launched = connection.execute(select(FIRINGS.c.schedule, FIRINGS.c.slot, FIRINGS.c.outcome)).all()
        made = connection.execute(select(EXECUTIONS.c.schedule, EXECUTIONS.c.cause)).all()
    assert Counter((row.schedule, row.slot) for row in launched) == expected
    assert {row.outcome for row in launched} == {"launched"}
    assert Counter((row.schedule, row.cause["slot"]) for row in made) == expected


def is_waiting(project: Project) -> bool:
    with project.store.read() as connection:
        waits = select(FIRINGS.c.slot).where(FIRINGS.c.outcome == "waiting")
        return connection.execute(waits.limit(1)).first() is not None


def under_fire(root: Path, began: float) -> None:
    """Let two processes work while the time passes, and kill one of them again and again."""
    context, chance = multiprocessing.get_context("fork"), random.Random(7)
    workers = [context.Process(target=work, args=(root, began), daemon=True) for _ in range(2)]
    for worker in workers:
        worker.start()
    for _ in range(KILLS):
        time.sleep(SECONDS / (KILLS + 1))
        victim = workers.pop(chance.randrange(2))
        victim.kill()
        victim.join()
        workers.append(context.Process(target=work, args=(root, began), daemon=True))
        workers[-1].start()
    for worker in workers:
        worker.kill()
        worker.join()
