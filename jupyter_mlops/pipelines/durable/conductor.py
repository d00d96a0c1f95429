"""Lead executions on: look at those that are due, queue what may begin, perform what was queued."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import notice, state, turn
from jupyter_mlops.pipelines.durable.attempt import Attempt
from jupyter_mlops.pipelines.durable.ending import end
from jupyter_mlops.pipelines.durable.engine import Task
from jupyter_mlops.pipelines.durable.sheet import Sheet, StepItem
from jupyter_mlops.pipelines.durable.state import STEPS, StepKey

_LOG = logging.getLogger(__name__)
_POSTPONE_S = 60.0
_TELLERS = 2


class Queue(Protocol):
    """Where tasks go: the part of an engine that a conductor needs."""

    def submit(self, task: Task) -> None:
        """Queue a task; harmless when its key is known."""
        ...


class Conductor:
    """Lead the executions of a project on; as many conductors as wanted may share them.

    Parameters
    ----------
    worker
        Who performs, as steps' rows name it.
    holder
        Only the executions that this worker holds; by default those that nobody holds.
    """

    def __init__(self, project: Project, queue: Queue, worker: str, holder: str | None = None) -> None:
        self._project = project
        self._queue = queue
        self._worker = worker
        self._holder = holder
        self._stopping = threading.Event()
        self._telling = ThreadPoolExecutor(_TELLERS, thread_name_prefix="mlops-notice")

    def look(self) -> int:
        """Advance every execution that is due, and return how many were."""
        with self._project.store.read() as connection:
            found = state.due(connection, self._project.clock.now(), self._holder)
        for execution in found:
            self._advance_alone(execution)
        return len(found)

    def _advance_alone(self, execution: str) -> None:
        """Advance one execution; what is wrong with it keeps nobody from the others."""
        try:
            self.advance(execution)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - a definition that another version wrote may break anything
            _LOG.exception("%s cannot be led on; it is looked at again in %.0f s.", execution, _POSTPONE_S)
            later = self._project.clock.now() + timedelta(seconds=_POSTPONE_S)
            with self._project.store.write() as connection:
                state.wake(connection, execution, later)

    def advance(self, execution: str) -> None:
        """Queue what may begin in one execution; what is queued already stays so."""
        with self._project.store.write() as connection:
            row = state.lock(connection, execution)
            sheet = Sheet(connection, row, self._project.clock.now())
            tasks = turn.take(sheet)
        for task in tasks:
            self._queue.submit(task)
        for item, message in sheet.asked:
            with suppress(RuntimeError):  # we end: whoever looks next tells
                self._telling.submit(self._tell, sheet, item, message)

    def perform(self, key: str) -> None:
        """Do one task: a step's attempt, or what is to be done at an execution's end."""
        step = StepKey.parse(key)
        if step.name == turn.END:
            with suppress(Unavailable):  # tried again at a later look
                end(self._project, step.execution)
            return
        Attempt(self._project, step, self._worker, self._stopping.is_set).perform()
        self.advance(step.execution)

    def stop(self) -> None:
        """Have what runs stop soon; its steps are put back, to be gone on with by whoever comes next."""
        self._stopping.set()
        self._telling.shutdown(wait=False, cancel_futures=True)

    def finish_telling(self) -> None:
        """Wait until everybody has been told who is to be."""
        self._telling.shutdown()

    def _tell(self, sheet: Sheet, item: StepItem, message: str) -> None:
        """Tell people that a step waits for them, and write down whether they were reached."""
        told = notice.tell(self._project, notice.of_question(sheet.row, str(item.approval), message))
        waiting = (
            STEPS.c.execution == sheet.id,
            STEPS.c.approval == item.approval,
            STEPS.c.status == "waiting",
        )
        at = state.moment(self._project.clock.now())
        with suppress(Unavailable), self._project.store.write() as connection:
            connection.execute(STEPS.update().where(*waiting).values(reason=told, due_at=None, updated_at=at))
