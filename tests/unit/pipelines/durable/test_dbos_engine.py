"""dbos_engine: what it leans on in DBOS, and what DBOS alone would not do."""

from __future__ import annotations

import base64
import inspect
import logging
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from jupyter_mlops.core.errors import Conflict, Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.dbos_engine import DbosEngine
from jupyter_mlops.pipelines.durable.dbos_instance import database
from jupyter_mlops.pipelines.durable.engine import Duty, Task

WAIT_S = 20


@pytest.fixture
def engine(project: Project) -> Iterator[DbosEngine]:
    made = DbosEngine(project)
    yield made
    made.stop(1)


def wait_for(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not claim():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


class TestNames:
    def test_dbos_still_has_what_we_use_and_it_does_not_promise(self) -> None:
        """When this fails, read dbos_engine.py anew before the pin is moved."""
        from dbos import DBOS
        from dbos._core import ActiveWorkflowById
        from dbos._serialization import DefaultSerializer
        from dbos._sys_db import SystemDatabase

        claim = inspect.signature(SystemDatabase.start_queued_workflows).parameters
        assert list(claim)[:6] == [
            "self",
            "queue",
            "executor_id",
            "app_version",
            "queue_partition_key",
            "local_running_count",
        ]
        requeue = inspect.signature(SystemDatabase.reenqueue_for_recovery).parameters
        assert list(requeue) == ["self", "workflow_id", "executor_ids", "recovery_queue_name"]
        assert list(inspect.signature(DBOS._recover_pending_workflows).parameters) == ["executor_ids"]
        assert {"workflow_uuid", "status", "queue_name", "completed_at"} <= set(
            SystemDatabase.tables.workflow_status.c.keys()
        )
        assert callable(SystemDatabase.await_workflow_result)
        assert callable(ActiveWorkflowById.activeList)
        assert callable(DefaultSerializer.deserialize)


class TestDatabase:
    @pytest.mark.parametrize(
        ("store", "found"),
        [
            ("sqlite:////work/shop/.mlops/mlops.db", "sqlite:////work/shop/.mlops/engine.db"),
            ("postgresql+psycopg://ada:pw@db/shop", "postgresql://ada:pw@db/shop"),
        ],
    )
    def test_it_follows_the_store(self, store: str, found: str) -> None:
        """One setting switches both."""
        assert database(store) == found

    def test_another_database_is_refused(self) -> None:
        """In one sentence, before anything is made."""
        with pytest.raises(Invalid, match="cannot be kept in mysql"):
            database("mysql+pymysql://db/shop")


class TestStart:
    def test_it_is_quiet(self, engine: DbosEngine, caplog: pytest.LogCaptureFixture) -> None:
        """No advertisement, no banner: nothing below a warning, and nothing on the terminal."""
        with caplog.at_level(logging.DEBUG):
            engine.start(Duty("w", 1, lambda _: None))
            engine.stop(1)
        assert [record for record in caplog.records if "dbos" in record.name] == []

    def test_it_starts_once(self, engine: DbosEngine) -> None:
        """DBOS is one in a process."""
        engine.start(Duty("w", 1, lambda _: None))
        with pytest.raises(Conflict, match="has been started"):
            engine.start(Duty("w", 1, lambda _: None))


class TestRecovery:
    def test_a_worker_that_died_goes_on_under_its_name(self, project: Project, engine: DbosEngine) -> None:
        """What it had begun is performed again; what it had done is not."""
        _die_at_work(project.root)
        done: list[str] = []
        engine.start(Duty("w", 2, done.append))
        wait_for(lambda: sorted(done) == ["begun", "queued"])
        assert engine.state("done") == "done"

    def test_another_takes_over_when_told_so(self, project: Project, engine: DbosEngine) -> None:
        """Not before; and once."""
        _die_at_work(project.root)
        done: list[str] = []
        engine.start(Duty("other", 2, done.append))
        wait_for(lambda: done == ["queued"])
        assert set(engine.holders()) == {"w"}
        engine.take_over("w")
        engine.take_over("w")
        wait_for(lambda: done == ["queued", "begun"])
        wait_for(lambda: engine.state("begun") == "done")
        assert not engine.holders()

    def test_what_was_claimed_and_never_begun_comes_back(self, engine: DbosEngine) -> None:
        """As when the store goes away between the claim and the beginning."""
        done: list[str] = []
        engine.start(Duty("w", 2, done.append))
        engine.submit(Task("a", "nobody-polls"))
        with engine._tables.engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE workflow_status SET status = 'PENDING', executor_id = 'w' WHERE workflow_uuid = 'a'"
                )
            )
        for _ in range(2):
            assert not engine.holders()
        wait_for(lambda: done == ["a"])


class TestEnd:
    def test_a_process_ends_though_others_have_taken_its_work(self, project: Project) -> None:
        """DBOS would have the thread wait for them."""
        code = (
            "engine.start(Duty('w', 1, lambda key: gate.wait(20) and None))\n"
            "engine.submit(Task('a'))\n"
            "while engine.state('a') != 'running': time.sleep(0.05)\n"
            "with engine._tables.engine.begin() as connection:\n"
            "    connection.execute(text(\"UPDATE workflow_status SET owner_xid = 'x', executor_id = 'x'\"))\n"
            "gate.set(); time.sleep(0.3); engine.stop(5)\n"
        )
        assert _run(project.root, code) == 0


class TestContext:
    def test_what_a_task_submits_is_its_own_task(self, project: Project, engine: DbosEngine) -> None:
        """Performed again, it may submit another one: DBOS would answer with the first one's."""
        seen: list[str] = []

        def perform(key: str) -> None:
            seen.append(key)
            if key == "outer":
                engine.submit(Task(f"inner-{seen.count('outer')}"))

        engine.start(Duty("w", 1, perform))
        engine.submit(Task("outer"))
        wait_for(lambda: seen == ["outer", "inner-1"])
        with engine._tables.engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE workflow_status SET status = 'ENQUEUED', queue_name = 'default' WHERE workflow_uuid = 'outer'"
                )
            )
        wait_for(lambda: seen == ["outer", "inner-1", "outer", "inner-2"])


class TestPickles:
    def test_what_others_put_there_is_not_unpickled(self, engine: DbosEngine, tmp_path: Path) -> None:
        """Whoever may write to the tables cannot run code here."""
        marker = tmp_path / "pwned"
        engine.start(Duty("w", 1, lambda _: None))
        evil = base64.b64encode(pickle.dumps(_Evil(str(marker)))).decode()
        engine.submit(Task("first"))
        wait_for(lambda: engine.state("first") == "done")
        with engine._tables.engine.begin() as connection:
            values = {"evil": evil, "kind": "py_pickle"}
            connection.execute(text("UPDATE workflow_input SET inputs = :evil"), values)
            connection.execute(
                text("UPDATE workflow_status SET status = 'ENQUEUED', serialization = :kind"), values
            )
        wait_for(lambda: engine.state("first") == "done")
        assert not marker.exists()


class _Evil:
    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return open, (self._path, "w")


def _die_at_work(root: Path) -> None:
    """Let a worker end one task, begin the next, leave a third, and die."""
    code = (
        "def perform(key):\n"
        "    if key == 'begun':\n"
        "        while engine.state('done') != 'done': time.sleep(0.05)\n"
        "        os._exit(9)\n"
        "engine.start(Duty('w', 1, perform))\n"
        "for key in ('done', 'begun', 'queued'): engine.submit(Task(key))\n"
        "time.sleep(60)\n"
    )
    assert _run(root, code) == 9


def _run(root: Path, code: str) -> int:
    """Run code that has an engine, and return the code that its process ended with."""
    before = (
        "import os, sys, threading, time; from pathlib import Path; from sqlalchemy import text\n"
        "from jupyter_mlops.core.project import Project\n"
        "from jupyter_mlops.pipelines.durable.dbos_engine import DbosEngine\n"
        "from jupyter_mlops.pipelines.durable.engine import Duty, Task\n"
        "engine, gate = DbosEngine(Project(Path(sys.argv[1]))), threading.Event()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", before + code, str(root)], check=False, timeout=30
    ).returncode
