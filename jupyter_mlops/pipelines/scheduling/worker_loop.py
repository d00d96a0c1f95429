"""The worker at work: it fires schedules, leads executions on, performs steps, and takes over from the dead."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import RowMapping

from jupyter_mlops.core import copies
from jupyter_mlops.core.errors import MlopsError, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import retention, state
from jupyter_mlops.pipelines.durable.clock_watch import ClockWatch, hasten
from jupyter_mlops.pipelines.durable.conductor import Conductor
from jupyter_mlops.pipelines.durable.engine import Duty, Engine, QueueLimits
from jupyter_mlops.pipelines.durable.liveness import Watch
from jupyter_mlops.pipelines.durable.state import StepKey
from jupyter_mlops.pipelines.durable.turn import END
from jupyter_mlops.pipelines.durable.workers import HEARTBEAT_S, Buried, Presence, Worker, bury_dead, listed
from jupyter_mlops.pipelines.scheduling import leftovers
from jupyter_mlops.pipelines.scheduling.agenda import is_idle
from jupyter_mlops.pipelines.scheduling.scheduler import Scheduler

LOG = logging.getLogger("jupyter_mlops.worker")
PARENT = "JUPYTER_MLOPS_SERVER_PID"
STOP_S = 12.0
_LOOK_S = 0.5
_END_S = 1.0
_LONGEST_PAUSE_S = 30.0
_LONGEST_REASON = 200
_FORGET_EVERY_S = 3600.0
_KEEP_S = 7 * 86_400.0
_SIGN_EVERY_S = 60.0


@dataclass(frozen=True)
class Terms:
    """What a worker was asked to do.

    Parameters
    ----------
    is_alone
        No other worker can be at work, as the lock that we hold says.
    """

    worker: Worker
    is_until_idle: bool = False
    is_alone: bool = False


class WorkerLoop:
    """Work until told to stop.

    Parameters
    ----------
    cancelled
        Asked now and then whether whoever called wants it to stop.

    Attributes
    ----------
    is_done
        It ended because nothing was left to do.
    """

    def __init__(
        self, project: Project, engine: Engine, terms: Terms, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        self.is_done = False
        self._project = project
        self._engine = engine
        self._terms = terms
        self._cancelled = cancelled
        self._presence = Presence(project, terms.worker)
        self._conductor = Conductor(project, engine, terms.worker.id)
        self._scheduler = Scheduler(project)
        self._watch = Watch(is_alone=terms.is_alone)
        self._clocks = ClockWatch(project.clock)
        self._parent = int(os.environ.pop(PARENT, "0"))  # what we start is not the server's
        self._stopping = threading.Event()
        self._moved = threading.Event()
        self._looked = self._forgot = self._signed = float("-inf")
        self._away_since: float | None = None
        self._pause_s = _LOOK_S

    def stop(self) -> None:
        """Begin nothing new, and end soon; may be called from a signal's handler."""
        self._stopping.set()
        self._moved.set()

    def run(self) -> None:
        """Work, and leave everything in order."""
        worker = self._terms.worker
        self._presence.enter()
        try:
            self._engine.start(self._duty())
            self._wake_all()
            if self._presence.left is not None:
                self._take_over(self._presence.left)
            LOG.info(
                "%s works: %d at once, queues %s.", worker.id, worker.slots, ", ".join(worker.queues) or "all"
            )
            while not self._stopping.is_set():
                self._moved.wait(self._round())
                self._moved.clear()
                self._look_at_self()
        finally:
            self._end()

    def _duty(self) -> Duty:
        worker = self._terms.worker
        limits = {
            name: QueueLimits(setting.concurrency, setting.rate, setting.per_s)
            for name, setting in self._project.settings.queues.items()
        }
        names = worker.queues or ("default", *limits)
        queues = {name: limits.get(name, QueueLimits()) for name in names} | {END: QueueLimits(look_s=_END_S)}
        return Duty(worker.id, worker.slots, self._perform, queues, is_open=not worker.queues)

    def _wake_all(self) -> None:
        """Look at everything once; a store that is away is asked for what is due."""
        with suppress(Unavailable), self._project.store.write() as connection:
            state.wake_all(connection, self._project.clock.now())

    def _round(self) -> float:
        """Do what is due, and return how long to wait for more."""
        try:
            self._look()
            pause_s = self._until_due()
        except Unavailable as error:
            if self._away_since is None:
                self._away_since = time.monotonic()
                LOG.warning("%s It is asked again and again.", error.message)
            return self._longer()
        except Exception:
            LOG.exception("Something is wrong with us; it is tried again.")
            return self._longer()
        if self._away_since is not None:
            LOG.info("The store answers again after %.0f s.", time.monotonic() - self._away_since)
        self._away_since, self._pause_s = None, _LOOK_S
        return pause_s

    def _longer(self) -> float:
        """Return a pause, longer each time, after a look that failed."""
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
        return self._pause_s

    def _look(self) -> None:
        self._look_at_clocks()
        if time.monotonic() - self._looked >= HEARTBEAT_S:
            self._look_at_others()
            self._looked = time.monotonic()
        fired = self._scheduler.look()
        if fired:
            LOG.info("%d schedules fired.", fired)
        found = self._conductor.look()
        if self._terms.is_until_idle and not found and not fired and self._is_idle():
            self.is_done = True
            self.stop()

    def _look_at_clocks(self) -> None:
        jump = self._clocks.jump_s()
        if jump < 0:
            LOG.warning("The clock went back by %.0f s; what was to wait is looked at now.", -jump)
            with self._project.store.write() as connection:
                hasten(connection, self._project.clock.now())
        elif jump > 0:
            LOG.warning("The clock went ahead by %.0f s, or the machine slept.", jump)
            self._presence.beat()

    def _look_at_others(self) -> None:
        """Take over from the dead, and forget what has long been done."""
        for buried in bury_dead(self._project, self._watch, self._terms.worker.id):
            self._take_over(buried)
        with self._project.store.read() as connection:
            known = {worker.id for worker in listed(connection)}
        for holder in self._engine.holders():
            if holder not in known:
                self._engine.take_over(holder)
        if self._project.clock.monotonic() - self._signed > _SIGN_EVERY_S:
            copies.keep_up(self._project)  # a quiet ledger is signed too, and its signatures copied
            self._signed = self._project.clock.monotonic()
        if self._project.clock.monotonic() - self._forgot > _FORGET_EVERY_S:
            self._engine.forget(_KEEP_S)
            threading.Thread(target=self._tidy, name="mlops-retention", daemon=True).start()
            self._forgot = self._project.clock.monotonic()

    def _tidy(self) -> None:
        """Close the runs of the dead; drop what is kept no longer, some at a time, and what nothing refers to then."""
        self._close_runs()
        try:
            while retention.prune(self._project) == retention.MOST:
                if self._stopping.wait(_LOOK_S):
                    return
            leftovers.clear(self._project)
        except (Unavailable, OSError) as error:
            LOG.warning("What is kept no longer could not be dropped: %s", error)

    def _look_at_self(self) -> None:
        """End when another has our name, when the server that started us is gone, or when the caller wants it."""
        if self._presence.ousted.is_set():
            LOG.error("Another worker is called %s now: this one ends.", self._terms.worker.id)
            self.stop()
        elif self._parent and os.getppid() != self._parent:
            LOG.warning("The server that started this worker is gone: it ends.")
            self.stop()
        elif self._cancelled():
            self.stop()

    def _take_over(self, buried: Buried) -> None:
        LOG.warning("%s is gone; what it had begun is taken over.", buried.worker.id)
        closing = threading.Thread(target=self._close_runs, args=(buried.runs,), daemon=True)
        closing.start()  # the tracker may be slow, and the first time it is loaded

    def _close_runs(self, left: Sequence[str] = ()) -> None:
        """Close the runs that nobody writes to any more, first those that are known to be *left*.

        A tracker that is away keeps them open.
        """
        with suppress(MlopsError):
            for run_id in left:
                run = self._project.tracker.run(run_id)
                if run.status == "running":
                    self._project.tracker.finish(run, "killed")
            self._project.tracker.close_lost()

    def _is_idle(self) -> bool:
        with self._project.store.read() as connection:
            return is_idle(connection)

    def _until_due(self) -> float:
        due = self._scheduler.next_due()
        if due is None:
            return _LOOK_S
        return min(_LOOK_S, max(0.0, (due - self._project.clock.now()).total_seconds()))

    def _perform(self, key: str) -> None:
        """Do one task, again while the store is away; what ended is led on at once."""
        step = StepKey.parse(key)
        pause_s = 1.0
        try:
            while not self._is_done_with(step, key):
                if self._stopping.wait(pause_s):
                    raise Unavailable(f"{key} was not done: the store is away.", hint="It is done later.")
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        finally:
            self._moved.set()

    def _is_done_with(self, step: StepKey, key: str) -> bool:
        """Perform a task, and say whether that is all: it is to be tried again while the store is away."""
        try:
            self._tell_begin(step)
            self._conductor.perform(key)
            self._tell(step)
        except Unavailable as error:
            LOG.warning("%s: %s", key, error.message)
            return step.name == END  # the conductor queues another before long
        return True

    def _tell_begin(self, key: StepKey) -> None:
        """Say that a step begins, unless it was put back, or others have left this attempt at it behind."""
        _, step = self._look_up(key)
        if step is not None and step["status"] in {"queued", "running"}:
            LOG.info("%s begins.", key)

    def _tell(self, key: StepKey) -> None:
        """Say how a step, or at its end an execution, stands; an attempt that others have left behind is nothing."""
        row, step = self._look_up(key)
        found = row if key.name == END else step
        if found is None:
            return
        what = f"{row['pipeline']} {key.execution}" if key.name == END else str(key)
        reason, _, _ = found["reason"].partition("\n")
        LOG.info("%s", f"{what}: {found['status']}. {reason[:_LONGEST_REASON]}".rstrip())

    def _look_up(self, key: StepKey) -> tuple[RowMapping, RowMapping | None]:
        """Return an execution, and its step if that is still at this attempt."""
        with self._project.store.read() as connection:
            row = state.find(connection, key.execution)
            steps = {(step["name"], step["item"]): step for step in state.steps_of(connection, key.execution)}
        step = steps.get((key.name, key.item))
        return row, step if step is not None and step["attempt"] == key.attempt else None

    def _end(self) -> None:
        """Put back what runs, let go of the name."""
        self._stopping.set()
        LOG.info("%s ends.", self._terms.worker.id)
        self._conductor.stop()
        self._engine.stop(STOP_S)
        self._presence.leave()
