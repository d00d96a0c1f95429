"""Notice when the wall clock was set, or the machine slept: clocks that should agree no longer do."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from jupyter_mlops.core.clock import Clock
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, STEPS, moment

_TOLERANCE_S = 5.0


class ClockWatch:
    """Compare the wall clock with the one that never goes back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._steady = clock.now(), clock.monotonic()

    def jump_s(self) -> float:
        """Return how far the wall clock went ahead of the other since the last look; below 0 when it was set back."""
        wall, steady = self._clock.now(), self._clock.monotonic()
        jump = wall - self._wall - timedelta(seconds=steady - self._steady)
        self._wall, self._steady = wall, steady
        return jump.total_seconds() if abs(jump.total_seconds()) > _TOLERANCE_S else 0.0


def hasten(connection: Connection, now: datetime) -> None:
    """Let nothing wait for a time that lay ahead a moment ago, by a clock that has been set back since."""
    later = EXECUTIONS.c.due_at > moment(now)
    connection.execute(EXECUTIONS.update().where(later).values(due_at=moment(now)))
    resting = (STEPS.c.status == "pending", STEPS.c.due_at > moment(now))
    connection.execute(STEPS.update().where(*resting).values(due_at=moment(now)))
