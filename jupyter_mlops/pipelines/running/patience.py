"""How long to wait for a kernel that starts: long while it works, not long once it does nothing."""

from __future__ import annotations

import time
from collections.abc import Callable


class Patience:
    """Wait for something that starts.

    Parameters
    ----------
    limit_s
        Longest time in all: a slow machine is given this.
    idle_s
        Longest time that it may do nothing.
    is_at_work
        Asked now and then whether it has done anything since it was last asked.
    """

    def __init__(
        self,
        limit_s: float,
        idle_s: float,
        is_at_work: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit_s, self.idle_s = limit_s, idle_s
        self._is_at_work = is_at_work
        self._clock = clock
        self._began = self._worked = clock()

    def is_over(self) -> bool:
        """Tell whether it has taken too long."""
        return self._clock() - self._began >= self.limit_s

    def is_asleep(self) -> bool:
        """Tell whether it has done nothing for too long."""
        now = self._clock()
        if self._is_at_work():
            self._worked = now
        return now - self._worked >= self.idle_s
