"""worker: the verb, with an engine in this process."""

from __future__ import annotations

import contextvars
import logging
import threading
import time

import pytest

from jupyter_mlops.core import lock, progress
from jupyter_mlops.core.errors import Conflict, Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.local_engine import LocalEngine
from jupyter_mlops.pipelines.worker import Worked, worker
from tests.unit.pipelines.factory import Factory

TWO_STEPS = """
    [steps.prepare]
    notebook = "prepare.ipynb"
    [steps.report]
    notebook = "report.ipynb"
    needs = ["prepare"]
"""


@pytest.fixture
def shop(factory: Factory) -> Factory:
    """A pipeline of two steps, and an engine that needs no process of its own."""
    factory.project._services["engine"] = LocalEngine(factory.project)
    factory.pipeline(TWO_STEPS)
    return factory


class TestWorker:
    def test_until_idle_it_does_what_there_is(self, shop: Factory) -> None:
        """All steps of all executions, and says how many ended how."""
        executions = [shop.launch() for _ in range(3)]
        answer = worker(shop.project, until_idle=True)
        assert (answer.ended, answer.is_well) == ({"succeeded": 3}, True)
        assert {status for name in executions for status in shop.statuses(name).values()} == {"succeeded"}

    def test_until_idle_a_failure_is_no_success(self, shop: Factory) -> None:
        """CI shall hear of it; told to stop, a worker ends well whatever failed."""
        shop.notebook("report", "1 / 0")
        shop.launch()
        assert not worker(shop.project, until_idle=True).is_well
        assert Worked(
            worker="w", started_at="2026-11-01T00:00Z", finished_at="2026-11-01T00:00Z", ended={"failed": 1}
        ).is_well

    def test_it_stops_when_the_caller_wants_it(self, shop: Factory) -> None:
        """As a job of the server that is cancelled."""
        wanted = threading.Event()
        context = contextvars.copy_context()

        def work() -> None:
            with progress.listening(lambda *_: None, wanted.is_set):
                worker(shop.project)

        thread = threading.Thread(target=context.run, args=(work,))
        thread.start()
        time.sleep(0.2)
        wanted.set()
        thread.join(10)
        assert not thread.is_alive()

    def test_sqlite_has_room_for_one(self, shop: Factory) -> None:
        """Somebody else holds the lock."""
        with (
            lock.exclusive(shop.project.folder / "worker.lock"),
            pytest.raises(Conflict, match="SQLite has room for one"),
        ):
            worker(shop.project, until_idle=True)

    def test_a_name_that_is_none_is_refused(self, project: Project) -> None:
        """It would be part of paths and rows."""
        with pytest.raises(Invalid, match="'no/name' is not a name"):
            worker(project, name="no/name")

    def test_the_log_holds_no_secret(self) -> None:
        """Not even in the trace of an error."""
        from jupyter_mlops.pipelines.worker import _Redacting

        error = ValueError("postgresql://ada:hunter2hunter2@db/shop")
        info = (type(error), error, None)
        record = logging.LogRecord("w", logging.ERROR, "", 0, "token=abcdefgh12345", None, info)
        said = _Redacting("%(message)s").format(record)
        assert "ValueError" in said
        assert "hunter2" not in said
        assert "abcdefgh" not in said
