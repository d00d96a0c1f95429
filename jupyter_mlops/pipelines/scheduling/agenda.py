"""What there is to do, and who is there to do it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from jupyter_mlops.core.record import Record
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.state import EXECUTIONS
from jupyter_mlops.pipelines.durable.workers import Worker, listed
from jupyter_mlops.pipelines.scheduling.schedules import SCHEDULES

_ACTIVE = or_(
    EXECUTIONS.c.status.in_(("queued", "running")),
    EXECUTIONS.c.status.in_(state.ENDED) & EXECUTIONS.c.due_at.is_not(None),
)
_FREE = EXECUTIONS.c.held_by.is_(None)
_AWAKE = SCHEDULES.c.is_paused.is_(False)


class Attendant(Record):
    """A worker as it was last seen.

    Parameters
    ----------
    queues
        The queues that it serves; all when empty.
    seen_s
        Age of its last heartbeat.
    """

    name: str
    host: str
    pid: int
    slots: int
    queues: tuple[str, ...]
    seen_s: float
    is_alive: bool

    def __str__(self) -> str:
        """Say it in a line."""
        age = f"seen {max(0.0, self.seen_s):.0f} s ago" if self.is_alive else "dead"
        served = f" of {', '.join(self.queues)}" if self.queues else ""
        return f"{self.name}: {self.slots} at once{served}, {age}"


def is_idle(connection: Connection) -> bool:
    """Tell whether nothing is left for workers but what waits for people, or for its time."""
    return connection.execute(select(EXECUTIONS.c.id).where(_ACTIVE, _FREE).limit(1)).first() is None


def is_needed(connection: Connection) -> bool:
    """Tell whether a worker should be there: for an execution, or for what a schedule waits for."""
    if not is_idle(connection):
        return True
    waits = select(EXECUTIONS.c.id).where(EXECUTIONS.c.status == "waiting").limit(1)
    schedules = select(SCHEDULES.c.name).where(_AWAKE).limit(1)
    return any(connection.execute(query).first() is not None for query in (waits, schedules))


def at_work(connection: Connection, now: datetime) -> list[Worker]:
    """Return the workers that seem to live, without those in the foreground."""
    return [worker for worker in listed(connection) if worker.kind == "worker" and worker.seems_alive(now)]


def attendance(connection: Connection, now: datetime) -> tuple[Attendant, ...]:
    """Return the workers with the age of their last heartbeat."""
    return tuple(
        Attendant(
            name=worker.id,
            host=worker.host,
            pid=worker.pid,
            slots=worker.slots,
            queues=worker.queues,
            seen_s=round(worker.age_s(now), 1),
            is_alive=worker.seems_alive(now),
        )
        for worker in listed(connection)
        if worker.kind == "worker"
    )


def worries(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Say what nobody will do as things stand."""
    free = select(EXECUTIONS.c.queue, func.count()).where(_FREE).group_by(EXECUTIONS.c.queue)
    queued = {
        row[0]: row[1]
        for row in connection.execute(free.where(EXECUTIONS.c.status.in_(("queued", "running"))))
    }
    workers = at_work(connection, now)
    if not workers:
        scheduled = connection.execute(select(func.count()).where(_AWAKE)).scalar() or 0
        counts = ((sum(queued.values()), "execution"), (scheduled, "schedule"))
        waiting = [f"{count} {what}{'s' if count > 1 else ''}" for count, what in counts if count]
        return (
            (f"No worker is at work for {' and '.join(waiting)}: `jupyter mlops worker`.",) if waiting else ()
        )
    if any(not worker.queues for worker in workers):
        return ()
    served = {queue for worker in workers for queue in worker.queues}
    lost = [queue for queue in queued if queue not in served]
    return tuple(
        f"No worker serves the queue {queue!r}; executions in it: {queued[queue]}." for queue in lost
    )
