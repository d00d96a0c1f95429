"""Launch what is due; as many schedulers as wanted may share a project, and each slot has one row."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.state import moment
from jupyter_mlops.pipelines.scheduling import burst, look, schedules
from jupyter_mlops.pipelines.scheduling.arrivals import Arrivals
from jupyter_mlops.pipelines.scheduling.firing import fire, is_waiting
from jupyter_mlops.pipelines.scheduling.triggers import Tail

_AT_ONCE = 100
_DRIFT_S = 1.0
_FORGET_EVERY_S = 3_600.0
_KEEP = timedelta(days=90)


class Scheduler:
    """Look again and again for slots that have come, and for what schedules wait for.

    A slot gets its row in one transaction, and is launched, together with its line of the ledger, in another: whatever
    dies when, the slot is there, and is launched once.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tail = Tail(project)
        self._arrivals = Arrivals(project)
        self._clocks: tuple[datetime, float] | None = None
        self._forgot = project.clock.monotonic()

    def look(self) -> int:
        """Launch what is due, and return how many executions were asked for.

        Raises
        ------
        Unavailable
            The store does not answer; nothing is lost.
        """
        self._watch_clock()
        self._forget()
        with self._project.store.read() as connection:
            is_behind = self._tail.is_behind(connection)
            is_due = self._is_due(connection)
        is_due |= is_behind and self._tail.read()
        is_due |= self._arrivals.read()
        launched, count = 0, _AT_ONCE if is_due else 0
        while count == _AT_ONCE:
            count, ready = self._take()
            launched += self._fire(ready)
        return launched

    def next_due(self) -> datetime | None:
        """Return when there is something to do, unless something happens before; None when there is no schedule."""
        with self._project.store.read() as connection:
            found = schedules.next_due(connection)
        return None if found is None else datetime.fromisoformat(found)

    def _take(self) -> tuple[int, list[tuple[RowMapping, str]]]:
        """Give rows to slots that have come; return how many schedules were due, and the slots to launch."""
        now = self._project.clock.now()
        with self._project.store.write() as connection:
            due = schedules.due(connection, now, _AT_ONCE)
            return len(due), look.take(connection, due, now)

    def _fire(self, ready: list[tuple[RowMapping, str]]) -> int:
        """Launch slots, and return how many were; what took so long that others may have begun is looked at first."""
        project = self._project.renewed()  # an owner's role may have changed
        _ = project.settings  # read once, for every owner
        since = project.clock.monotonic()
        launched, rest = burst.fire(project, ready)
        for row, slot in rest:
            is_ours = project.clock.monotonic() - since < look.LEASE.total_seconds() / 2
            if is_ours or is_waiting(project, row["name"], slot):
                launched += fire(project, row, slot)
        return launched

    def _is_due(self, connection: Connection) -> bool:
        first = schedules.next_due(connection)
        return first is not None and first <= moment(self._project.clock.now())

    def _forget(self) -> None:
        """Drop rows of long ago, once in a while."""
        elapsed = self._project.clock.monotonic()
        if elapsed - self._forgot >= _FORGET_EVERY_S:
            with self._project.store.write() as connection:
                schedules.forget(connection, self._project.clock.now() - _KEEP)
            self._forgot = elapsed

    def _watch_clock(self) -> None:
        """Have everything looked at anew when the clock has gone back, and at the start."""
        now, elapsed = self._project.clock.now(), self._project.clock.monotonic()
        before = self._clocks
        if before is None or (now - before[0]).total_seconds() < elapsed - before[1] - _DRIFT_S:
            with self._project.store.write() as connection:
                look.realign(connection, schedules.after(connection, now), now)
        self._clocks = now, elapsed
