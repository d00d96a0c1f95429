"""Who works: each worker's row, the heartbeat that says that it lives, and what becomes of a dead one's work."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import JSON, Boolean, Column, Connection, Integer, String, Table, select

from jupyter_mlops import __version__
from jupyter_mlops.core.errors import Conflict, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.store import METADATA
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.liveness import LEASE_S, Watch, is_here, process_of
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, STEPS, moment

WorkerKind = Literal["worker", "foreground"]
HEARTBEAT_S = 5.0
_LOG = logging.getLogger(__name__)

WORKERS = Table(
    "workers",
    METADATA,
    Column("id", String, primary_key=True),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("queues", JSON, nullable=False),
    Column("version", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("seen_at", String, nullable=False),
    Column("is_stopping", Boolean, nullable=False),
)


@dataclass(frozen=True)
class Worker:
    """A process that performs steps.

    Parameters
    ----------
    process
        Tells it from every other process, those of the same number too.
    kind
        `foreground` performs one execution for the caller that waits for it.
    queues
        The queues that it serves; all when empty.
    """

    id: str
    host: str
    pid: int
    process: str
    kind: WorkerKind
    slots: int
    queues: tuple[str, ...]
    version: str
    started_at: str
    seen_at: str
    is_stopping: bool = False

    @classmethod
    def of_here(
        cls, at: datetime, *, kind: WorkerKind, slots: int, queues: Sequence[str] = (), name: str = ""
    ) -> Worker:
        """Return this process as a worker."""
        host, pid, now = socket.gethostname(), os.getpid(), moment(at)
        return cls(
            id=name or f"{host}-{pid}-{secrets.token_hex(3)}",
            host=host,
            pid=pid,
            process=process_of(pid) or "",
            kind=kind,
            slots=slots,
            queues=tuple(queues),
            version=__version__,
            started_at=now,
            seen_at=now,
        )

    def age_s(self, now: datetime) -> float:
        """Return how long ago its last heartbeat was."""
        return (now - datetime.fromisoformat(self.seen_at)).total_seconds()

    def seems_alive(self, now: datetime) -> bool:
        """Tell at a glance whether it lives; `Watch` tells for certain."""
        if is_here(self.process):
            return process_of(self.pid) == self.process
        return self.age_s(now) <= LEASE_S


class Presence:
    """Stand among the workers, from `enter` to `leave`.

    Attributes
    ----------
    ousted
        Set once another worker has taken the name.
    left
        The dead worker that had the name before, once we have entered.
    """

    def __init__(self, project: Project, worker: Worker) -> None:
        self.worker = worker
        self.ousted = threading.Event()
        self.left: Buried | None = None
        self._project = project
        self._ended = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="mlops-heartbeat", daemon=True)

    def enter(self) -> None:
        """Be known, and let the heart beat.

        Raises
        ------
        Conflict
            A living worker has that name.
        """
        now = self._project.clock.now()
        with self._project.store.write() as connection:
            known = find(connection, self.worker.id)
            if known is not None and known.seems_alive(now):
                raise Conflict(
                    f"A worker called {known.id!r} is at work on {known.host}, process {known.pid}.",
                    hint="Stop it, or give this one another --name.",
                )
            if known is not None:
                self.left = bury(connection, known, now)
            _add(connection, self.worker)
        self._beating.start()

    def leave(self) -> None:
        """Put back what is left of its work, and be forgotten."""
        self._ended.set()
        self._beating.join()
        with suppress(Unavailable), self._project.store.write() as connection:
            bury(connection, self.worker, self._project.clock.now())

    def beat(self) -> None:
        """Say that we live; come back if others took us for dead, as after a long sleep."""
        seen = replace(self.worker, seen_at=moment(self._project.clock.now()))
        mine = (WORKERS.c.id == seen.id, WORKERS.c.process == seen.process)
        with self._project.store.write() as connection:
            if connection.execute(WORKERS.update().where(*mine).values(seen_at=seen.seen_at)).rowcount:
                return
            if find(connection, seen.id) is not None:
                self.ousted.set()
                return
            _add(connection, seen)
        _LOG.warning("%s was taken for dead; what it was doing, others do again.", seen.id)

    def _beat(self) -> None:
        while not (self.ousted.is_set() or self._ended.wait(HEARTBEAT_S)):
            try:
                self.beat()
            except Unavailable:
                continue  # the worker's own look says so


@contextmanager
def working(project: Project, *, kind: WorkerKind, slots: int) -> Iterator[str]:
    """Be known as a worker within the block, and yield its id."""
    presence = Presence(project, Worker.of_here(project.clock.now(), kind=kind, slots=slots))
    presence.enter()
    try:
        yield presence.worker.id
    finally:
        presence.leave()


def listed(connection: Connection) -> list[Worker]:
    """Return every worker that is known, the living and the dead."""
    rows = connection.execute(select(WORKERS).order_by(WORKERS.c.started_at)).mappings()
    return [Worker(**{**row, "queues": tuple(row["queues"])}) for row in rows]


def find(connection: Connection, name: str) -> Worker | None:
    """Return the worker of that name."""
    return next((worker for worker in listed(connection) if worker.id == name), None)


@dataclass(frozen=True)
class Buried:
    """A worker that is gone, and the runs of its steps that it left open; an execution's own run goes on."""

    worker: Worker
    runs: tuple[str, ...] = ()


def bury_dead(project: Project, watch: Watch, but: str) -> list[Buried]:
    """Put back what dead workers had begun; *but* is not looked at."""
    with project.store.read() as connection:
        known = {worker.id: worker for worker in listed(connection) if worker.id != but}
    dead = watch.dead(known.values(), project.clock.monotonic())
    if not dead:
        return []
    with project.store.write() as connection:
        now = project.clock.now()
        still = {worker.id: worker for worker in listed(connection)}  # one may have come back meanwhile
        found = [bury(connection, known[name], now) for name in dead if still.get(name) == known[name]]
    return [buried for buried in found if buried is not None]


def bury(connection: Connection, worker: Worker, now: datetime) -> Buried | None:
    """Forget a worker and put back what it had begun; None when somebody else has done so.

    Whatever it still does, it can settle nothing of it any more.
    """
    gone = (WORKERS.c.id == worker.id, WORKERS.c.process == worker.process)
    if not connection.execute(WORKERS.delete().where(*gone)).rowcount:
        return None
    held = EXECUTIONS.update().where(EXECUTIONS.c.held_by == worker.id)
    connection.execute(held.values(held_by=None, due_at=moment(now), updated_at=moment(now)))
    begun = (STEPS.c.worker == worker.id, STEPS.c.status == "running")
    query = select(STEPS.c.execution, STEPS.c.run_id, EXECUTIONS.c.run_id.label("whole")).where(*begun)
    ours = query.join(EXECUTIONS, EXECUTIONS.c.id == STEPS.c.execution).order_by(STEPS.c.execution)
    found = connection.execute(ours).all()
    for execution in dict.fromkeys(row.execution for row in found):
        state.lock(connection, execution)
        again = {"status": "pending", "claim": None, "due_at": moment(now), "reason": f"{worker.id} is gone."}
        mine = STEPS.update().where(*begun, STEPS.c.execution == execution)
        connection.execute(mine.values(**again, updated_at=moment(now)))
        state.wake(connection, execution, now)
    return Buried(worker, tuple(row.run_id for row in found if row.run_id and row.run_id != row.whole))


def _add(connection: Connection, worker: Worker) -> None:
    connection.execute(WORKERS.insert().values(asdict(worker)))
