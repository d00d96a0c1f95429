"""DBOS as the engine: each task is a workflow of one step, kept in SQLite, or in PostgreSQL beside our tables.

Imported by the worker alone, since DBOS is slow to load. It leans on names that DBOS does not promise to keep: our
dependencies pin its minor version, and a test tells when one of them has changed.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, literal, select, update

from jupyter_mlops.core.errors import Conflict, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.dbos_instance import (
    answering,
    config,
    database,
    listed,
    prepare,
    register,
)
from jupyter_mlops.pipelines.durable.engine import Duty, QueueLimits, Task, TaskState

if TYPE_CHECKING:
    from dbos import DBOS, Queue
    from dbos._sys_db import SystemDatabase

_LOG = logging.getLogger(__name__)
_MANY = 500
_WRITTEN_S = 2.0
_STATES: dict[str, TaskState] = {
    "ENQUEUED": "queued",
    "DELAYED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "done",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "done",
    "CANCELLED": "cancelled",
}
_ENDED = [status for status, state in _STATES.items() if state in {"done", "cancelled"}]


class _PutBackError(BaseException):
    """Leave a workflow unfinished, to be performed again: DBOS records what is an Exception as its end."""


class DbosEngine:
    """Keep tasks in DBOS's tables, where they outlive every process; one a process, as DBOS itself is.

    Parameters
    ----------
    project
        Its store decides where: a SQLite file beside the store's, or a schema in its PostgreSQL.
    """

    def __init__(self, project: Project) -> None:
        self._url = database(project.store.url)
        self._dbos: DBOS | None = None
        self._duty = Duty("", 0, lambda _: None)
        self._queues: set[str] = set()
        self._claiming = threading.Lock()
        self._changed = threading.Condition()
        self._claimed: set[str] = set()
        self._begun: set[str] = set()
        self._busy = 0
        self._suspects: set[str] = set()
        self._is_stopping = False

    def start(self, duty: Duty) -> None:
        """Begin to perform tasks, first those that this worker left unfinished."""
        if self._dbos is not None:
            raise Conflict("The engine has been started.", hint="Stop it first.")
        self._duty = duty
        self._is_stopping = False
        with answering():
            self._launch(duty)
            self._queues = set(duty.queues)
            for name, limits in duty.queues.items():
                register(name, limits, is_known=True)

    def submit(self, task: Task) -> None:
        """Queue a task; harmless when its key is known."""
        from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

        with answering():
            if self._duty.is_open and task.queue not in self._queues:
                register(task.queue, QueueLimits(), is_known=False)
                self._queues.add(task.queue)
            with SetWorkflowID(task.key), SetEnqueueOptions(priority=task.priority):
                DBOS.enqueue_workflow(task.queue, self._workflow)

    def state(self, key: str) -> TaskState | None:
        """Return how a task stands, or None when the key is unknown."""
        found = listed(workflow_ids=[key])
        return _STATES[found[0].status] if found else None

    def cancel(self, key: str) -> None:
        """Take a queued task back; one that runs is left to whoever performs it."""
        table = self._tables.tables.workflow_status
        queued = (table.c.workflow_uuid == key, table.c.status == "ENQUEUED")
        ended = {"status": "CANCELLED", "queue_name": None, "completed_at": int(time.time() * 1000)}
        with answering(), self._tables.engine.begin() as connection:
            connection.execute(update(table).where(*queued).values(**ended))

    def holders(self) -> Collection[str]:
        """Return the other workers that hold unfinished tasks, dead or alive."""
        held = listed(status="PENDING")
        self._reclaim({item.workflow_id for item in held if item.executor_id == self._duty.worker})
        return {item.executor_id for item in held if item.executor_id} - {self._duty.worker}

    def take_over(self, worker: str) -> None:
        """Queue again what another worker, which is dead, left unfinished."""
        from dbos import DBOS

        with answering():
            DBOS._recover_pending_workflows([worker])  # noqa: SLF001 - the public way is a service of DBOS's

    def forget(self, older_than_s: float) -> int:
        """Drop tasks that ended longer ago, and return how many."""
        from dbos import DBOS

        before = (datetime.now(UTC) - timedelta(seconds=older_than_s)).isoformat()
        count = 0
        while old := listed(status=_ENDED, completed_before=before, limit=_MANY):
            with answering():
                DBOS.delete_workflows([item.workflow_id for item in old])
            count += len(old)
        return count

    def stop(self, timeout_s: float) -> None:
        """Begin nothing more, and wait at most *timeout_s* for what runs; whoever starts next performs it again."""
        if self._dbos is None:
            return
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
            is_idle = self._changed.wait_for(lambda: not self._begun, timeout_s)
        try:
            if is_idle and self._is_all_written():
                self.take_over(self._duty.worker)
        except Unavailable as error:
            _LOG.warning("%s What was begun is found by whoever takes over.", error.message)
        finally:
            self._destroy()

    def _is_all_written(self) -> bool:
        """Wait a moment until DBOS has written down what ended."""
        until = time.monotonic() + _WRITTEN_S
        while self._dbos is not None and self._dbos._active_workflows_set.activeList():  # noqa: SLF001
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    @property
    def _tables(self) -> SystemDatabase:
        if self._dbos is None:
            raise Conflict("The engine has not been started.", hint="Start it first.")
        return self._dbos._sys_db  # noqa: SLF001

    def _launch(self, duty: Duty) -> None:
        from dbos import DBOS

        prepare(self._url)
        try:
            self._dbos = DBOS(config=config(self._url, duty.worker))
            self._workflow = DBOS.workflow(name="perform", max_recovery_attempts=None)(
                lambda: self._perform()  # noqa: PLW0108 - DBOS marks what it registers, and a method takes no marks
            )
            if not duty.is_open:
                DBOS.listen_queues(list(duty.queues))
            DBOS.launch()
            self._keep_to_slots()
        except BaseException:
            self._destroy()
            raise

    def _destroy(self) -> None:
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True)
        self._dbos = None

    def _keep_to_slots(self) -> None:
        """Claim no more than there are free slots: DBOS limits a queue, and the same on every worker."""
        claim, engine = self._tables.start_queued_workflows, self._tables.engine
        table = self._tables.tables.workflow_status
        waiting = (
            select(literal(1))
            .where(table.c.queue_name == bindparam("queue"), table.c.status == "ENQUEUED")
            .limit(1)
        )

        def claim_some(
            queue: Queue, executor: str, version: str, partition: str | None, _running: int = 0, **others: Any
        ) -> tuple[list[str], Any]:
            with self._claiming:
                free = self._duty.slots - len(self._claimed)
                if free <= 0 or self._is_stopping:
                    return [], "worker_concurrency"
                with engine.connect() as connection:
                    found = connection.execute(waiting, {"queue": queue.name}).first()
                if found is None:
                    return [], None  # a claim takes ten times as long, and is asked for each second
                queue._worker_concurrency = free  # noqa: SLF001
                claimed, reason = claim(queue, executor, version, partition, **others)
                self._claimed.update(claimed)
                return claimed, reason

        self._tables.await_workflow_result = _await_nothing  # type: ignore[method-assign]
        self._tables.start_queued_workflows = claim_some  # type: ignore[assignment, method-assign]

    def _perform(self) -> None:
        from dbos import DBOS

        key = str(DBOS.workflow_id)
        with self._changed:
            self._claimed.add(key)
            self._begun.add(key)
            self._changed.wait_for(lambda: self._is_stopping or self._busy < self._duty.slots)
            self._busy += 1
        try:
            if not self._is_stopping:
                # Outside the workflow's own context: in it DBOS takes what is submitted for a step, to be replayed.
                contextvars.Context().run(self._duty.perform, key)
        except Exception:  # noqa: BLE001 - the port's contract: it is logged, and the task counts as done
            _LOG.exception("Task %s failed", key)
        finally:
            with self._changed:
                self._busy -= 1
                self._begun.discard(key)
                self._claimed.discard(key)
                self._changed.notify_all()
        if self._is_stopping:
            raise _PutBackError

    def _reclaim(self, held: set[str]) -> None:
        """Queue again what was claimed for us and never begun, as when the store went away in between."""
        with self._changed:
            lost = self._suspects & held - self._begun
            self._suspects = held - self._begun - lost
            for key in lost:
                self._claimed.discard(key)
                self._tables.reenqueue_for_recovery(key, [self._duty.worker], "default")


def _await_nothing(*_workflow: object, **_options: object) -> None:
    """End a task that others have taken over: DBOS would have its thread wait for them, past our own end."""
    raise _PutBackError
