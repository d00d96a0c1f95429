"""PostgreSQL by one setting: the same store, the same verbs, and several workers on one queue."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text

from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import Conflict, Unavailable
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.store import Store
from jupyter_mlops.core.verb import verb, verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.pipelines.durable import retention
from jupyter_mlops.pipelines.durable.workers import WORKERS, Presence, Worker, listed
from tests.fakes import FakeTracker
from tests.postgres import Postgres, running
from tests.unit.pipelines.factory import Factory
from tests.worker_process import (
    WorkerProcess,
    are_over,
    count,
    journal,
    keep_transitions,
    launch_many,
    opened,
    pipeline,
    step_count,
    transitions,
    wait_for,
)

pytestmark = pytest.mark.timeout(240)
LINES = 10


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running() as found:
        yield found


@pytest.fixture
def url(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, which the one setting names."""
    made = server.database()
    monkeypatch.setenv("JUPYTER_MLOPS_STORE_URL", made)
    return made


@pytest.fixture
def team(url: str, tmp_path: Path) -> Project:
    """A project of a team."""
    assert url
    project = Project(tmp_path / "shop", actor=Actor("ada", "os"), services={"tracker": FakeTracker()})
    project.prepare()
    return project


def entry(name: str) -> AuditEvent:
    return AuditEvent(
        at="2026-11-20T12:00:00+00:00",
        actor="ada",
        source="os",
        face="python",
        verb=name,
        phase="outcome",
        outcome="ok",
    )


def at_once(*works: Callable[[], None]) -> None:
    """Do these in threads of their own, and let none fail unheard."""
    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(work) for work in works]:
            future.result(100)


class TestStore:
    @pytest.mark.usefixtures("url")
    def test_executions_that_are_kept_no_longer_are_dropped(self, project: Project) -> None:
        """As on SQLite, though the database reads what each one's pipeline said by other means."""
        factory = Factory(project)
        factory.notebook("report", "1")
        factory.pipeline('retention_days = 1.5\n[steps.report]\nnotebook = "report.ipynb"\n')
        assert project.store.url.startswith("postgresql")
        for days in (1, 2):
            factory.launch()
            factory.finish()
            project.clock.advance(days * 86_400)  # type: ignore[attr-defined]
        assert retention.prune(project) == 1
        assert count(project, "succeeded") == 1

    def test_sixteen_writers_make_one_chain(self, team: Project, tmp_path: Path) -> None:
        """Four machines of four writers append at once, to tables that nobody had made; nothing is lost."""
        stores = [Project.create(tmp_path / f"machine-{number}").store for number in range(4)]

        def append(store: Store, thread: int) -> None:
            for number in range(LINES):
                with store.write() as connection:
                    ledger.append(connection, entry(f"verb-{thread}-{number}"))

        at_once(*(partial(append, store, thread) for thread in range(4) for store in stores))
        with team.store.read() as connection:
            assert ledger.verify(connection) == (16 * LINES, [])

    def test_parallel_snapshots_have_numbers_of_their_own(self, team: Project) -> None:
        """Three make versions of one dataset at once: each is kept, none twice."""

        def keep(first: int) -> None:
            project = Project(team.root)
            for number in range(5):
                snapshot(project, pd.DataFrame({"a": [first + number]}), "customers")

        at_once(*(partial(keep, first) for first in (0, 100, 200)))
        with team.store.read() as connection:
            versions = list(
                connection.execute(text("SELECT version FROM snapshots ORDER BY version")).scalars()
            )
        assert versions == list(range(1, 16))

    def test_the_ledger_can_only_grow(self, team: Project) -> None:
        """Whoever changes or removes a line is told no."""
        with team.store.write() as connection:
            ledger.append(connection, entry("promote"))
        for statement in ("UPDATE ledger SET actor = 'eve'", "DELETE FROM ledger", "TRUNCATE ledger"):
            with pytest.raises(Unavailable, match="append-only"), team.store.write() as connection:
                connection.execute(text(statement))

    def test_no_password_is_shown(self, url: str, tmp_path: Path) -> None:
        """Not even where the server is away."""
        away = url.replace("postgres:@", "postgres:hunter2hunter2@") + "nowhere"
        project = Project(tmp_path, admin={"store_url": away})
        project.prepare()
        with pytest.raises(Unavailable) as caught, project.store.read():
            pass
        assert "hunter2" not in str(caught.value)


class Line(Record):
    """An answer."""

    number: int


class TestBrokenConnection:
    """F30: the connection is killed in the middle of a write."""

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_f30_it_is_done_once(self, team: Project, server: Postgres, url: str, when: str) -> None:
        """Broken before the commit, it is done again; broken after it, it is not: one row and one line either way."""
        cuts = [when]

        @verb("mark", effect="write")
        def mark(project: Project) -> Line:
            """Write one row."""
            with project.change() as connection:
                connection.execute(text("INSERT INTO marks VALUES (1)"))
                if cuts == ["before"]:
                    cuts.clear()
                    server.cut(url)
            return Line(number=1)

        with team.store.write() as connection:
            connection.execute(text("CREATE TABLE marks (number INTEGER)"))
        if when == "after":
            _cut_after_commit(team, lambda: server.cut(url))
        found = verb_of(mark)
        assert found is not None
        assert door.enter(team, found, {}) == Line(number=1)
        with team.store.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM marks")).scalar() == 1
            assert ledger.verify(connection) == (1, [])


def _cut_after_commit(project: Project, cut: Callable[[], None]) -> None:
    """Have the first commit answered by a broken connection."""
    dialect = project.store.engine.dialect
    commit = dialect.do_commit

    def answer_never(connection: Any) -> None:
        commit(connection)
        dialect.do_commit = commit  # type: ignore[method-assign]
        cut()
        connection.cursor().execute("SELECT 1")  # the driver sees what has become of it

    dialect.do_commit = answer_never  # type: ignore[method-assign,assignment]


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Start workers on the project; they are killed at the end."""
    begun: list[WorkerProcess] = []

    def start(*words: str) -> WorkerProcess:
        begun.append(WorkerProcess(tmp_path / "shop", *words))
        return begun[-1]

    yield start
    for worker in begun:
        worker.kill()


class TestWorkers:
    def test_three_under_random_kills(self, team: Project, workers: Callable[..., WorkerProcess]) -> None:
        """Killed one after another and replaced, they lose nothing, and record each step once."""
        project = opened(team.root)
        keep_transitions(project)
        at_work = [workers("slots=2") for _ in range(3)]
        wait_for(lambda: all(" works: " in worker.said() for worker in at_work), *at_work)
        launch_many(project, pipeline(project, "a", "b", "c", sleep_s=0.2), 10)
        dice = random.Random(5)
        for number in range(3):
            wait_for(lambda: len(journal(team.root, "begin")) >= 6 * (number + 1), *at_work)  # noqa: B023 - called here
            at_work.pop(dice.randrange(len(at_work))).kill()
            at_work.append(workers("slots=2"))
        wait_for(lambda: are_over(project), *at_work)
        assert count(project, "succeeded") == 10
        moves = transitions(project)
        assert len(moves) == len({move[:2] for move in moves}) == 30
        assert len({line[3] for line in journal(team.root, "begin")}) >= 3

    def test_a_dead_ones_work_is_taken_over(
        self, team: Project, workers: Callable[..., WorkerProcess]
    ) -> None:
        """Within ten seconds on the same machine; its row is gone."""
        project = opened(team.root)
        launch_many(project, pipeline(project, "a", sleep_s=60), 2)
        first = workers("slots=2", "name=first")
        wait_for(lambda: len(journal(team.root, "begin")) == 2, first)
        second = workers("slots=2", "name=second")
        wait_for(lambda: "second works" in second.said(), second)
        first.kill()
        assert wait_for(lambda: len(journal(team.root, "begin")) == 4, second) < 10
        with project.store.read() as connection:
            assert [worker.id for worker in listed(connection)] == ["second"]

    def test_one_name_is_for_one_worker(self, team: Project, workers: Callable[..., WorkerProcess]) -> None:
        """The second of that name is refused while the first lives, and takes its place when it is dead."""
        first = workers("name=ours")
        wait_for(lambda: "ours works" in first.said(), first)
        presence = Presence(team, Worker.of_here(team.clock.now(), kind="worker", slots=1, name="ours"))
        with pytest.raises(Conflict, match="A worker called 'ours' is at work"):
            presence.enter()
        first.kill()
        presence.enter()
        presence.leave()

    def test_one_that_was_taken_for_dead_comes_back(self, team: Project) -> None:
        """Its heart beats again, its row is there again; but a name that another has by now is lost."""
        presence = Presence(team, Worker.of_here(team.clock.now(), kind="worker", slots=1, name="ours"))
        presence.enter()
        _forget(team)
        presence.beat()
        with team.store.read() as connection:
            assert [worker.id for worker in listed(connection)] == ["ours"]
        with team.store.write() as connection:
            connection.execute(WORKERS.update().values(process="elsewhere/1"))
        presence.beat()
        assert presence.ousted.is_set()
        presence.leave()

    def test_a_store_that_vanishes_and_returns(
        self, team: Project, server: Postgres, url: str, workers: Callable[..., WorkerProcess]
    ) -> None:
        """Workers wait for it, and what ran meanwhile is recorded."""
        project = opened(team.root)
        launch_many(project, pipeline(project, "a", "b", sleep_s=1.5), 2)
        worker = workers()
        wait_for(lambda: len(journal(team.root, "begin")) == 2, worker)
        server.open(url, is_open=False)
        wait_for(lambda: "It is asked again" in worker.said(), worker)
        time.sleep(1)
        server.open(url, is_open=True)
        wait_for(lambda: are_over(project), worker)
        assert step_count(project, "succeeded") == 4
        assert worker.kill(signal.SIGTERM) == 0


def _forget(project: Project) -> None:
    with project.store.write() as connection:
        connection.execute(WORKERS.delete())
