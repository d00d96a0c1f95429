"""Lead one execution on in this process, while its caller waits."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import retention, state
from jupyter_mlops.pipelines.durable.account import Execution, account
from jupyter_mlops.pipelines.durable.conductor import Conductor
from jupyter_mlops.pipelines.durable.ending import end
from jupyter_mlops.pipelines.durable.engine import Duty, Task
from jupyter_mlops.pipelines.durable.local_engine import LocalEngine
from jupyter_mlops.pipelines.durable.state import StepKey
from jupyter_mlops.pipelines.durable.turn import END
from jupyter_mlops.pipelines.durable.workers import working

_LOOK_S = 0.25
_STOP_S = 20.0
_SLOTS = 4


def conduct(project: Project, begin: Callable[[str], str]) -> Execution:
    """Run an execution until it ends, or waits for people: then a worker goes on with it.

    Parameters
    ----------
    begin
        Writes the execution down as held by the worker it is given, and returns its id.
    """
    context = contextvars.copy_context()
    context.run(call.current.set, None)  # each task is a call of its own
    found = context.run(_conduct, project, begin)
    retention.keep_up(project)
    return found


def _conduct(project: Project, begin: Callable[[str], str]) -> Execution:
    with working(project, kind="foreground", slots=_SLOTS) as worker:
        execution = begin(worker)
        try:
            return _Foreground(project, worker, execution).lead()
        finally:
            _let_go(project, execution)


class _Foreground:
    """One execution, in threads of this process."""

    def __init__(self, project: Project, worker: str, execution: str) -> None:
        self._project = project
        self._execution = execution
        self._engine = LocalEngine(project)
        self._conductor = Conductor(project, self, worker, holder=worker)
        self._worker = worker
        self._moved = threading.Event()

    def submit(self, task: Task) -> None:
        """Pass a step on; what is to be done at the end is done here, before the caller hears."""
        if StepKey.parse(task.key).name != END:
            self._engine.submit(task)

    def lead(self) -> Execution:
        """Wait for the end, passing on that the caller wants it."""
        context = contextvars.copy_context()

        def perform(key: str) -> None:
            try:
                context.copy().run(self._conductor.perform, key)
            finally:
                self._moved.set()

        self._engine.start(Duty(self._worker, _SLOTS, perform, is_open=True))
        try:
            self._wait()
        except BaseException:
            self._cancel()
            raise
        finally:
            self._engine.stop(_STOP_S)
            self._close()
        return self._found()

    def _wait(self) -> None:
        while True:
            self._conductor.look()
            found = self._found()
            if found.is_ended or found.status == "waiting":
                return
            if progress.is_cancelled():
                self._cancel()
            self._moved.wait(_LOOK_S)
            self._moved.clear()

    def _found(self) -> Execution:
        with self._project.store.read() as connection:
            return account(connection, self._execution, self._project.clock.now())

    def _cancel(self) -> None:
        now = self._project.clock.now()
        with self._project.store.write() as connection:
            state.change(connection, self._execution, now, is_cancelled=True, due_at=state.moment(now))

    def _close(self) -> None:
        """Do what is done at an execution's end, if it has come."""
        self._conductor.look()
        self._conductor.finish_telling()
        try:
            end(self._project, self._execution)
        except Unavailable:
            return  # a worker does it later


def _let_go(project: Project, execution: str) -> None:
    """Leave what remains to the workers."""
    now = project.clock.now()
    with project.store.write() as connection:
        state.change(connection, execution, now, held_by=None)
