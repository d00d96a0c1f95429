"""An engine of threads within this process: for executions in the foreground, and for tests. It forgets when it ends."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.engine import Duty, QueueLimits, Task, TaskState

_LOG = logging.getLogger(__name__)


@dataclass
class _Kept:
    """A task and how it stands.

    Parameters
    ----------
    number
        Which came first, among those of one priority.
    """

    task: Task
    number: int
    state: TaskState = "queued"
    ended_at: float = 0.0


@dataclass
class _Lane:
    """What a queue has under way, and when its latest tasks began."""

    limits: QueueLimits = field(default_factory=QueueLimits)
    running: int = 0
    begun: deque[float] = field(default_factory=deque)

    def wait_s(self, now: float) -> float | None:
        """Return how long until one more may begin: 0 at once, None when one has to end first."""
        if self.limits.concurrency is not None and self.running >= self.limits.concurrency:
            return None
        while self.begun and self.begun[0] <= now - self.limits.per_s:
            self.begun.popleft()
        if self.limits.rate is None or len(self.begun) < self.limits.rate:
            return 0.0
        return self.begun[0] + self.limits.per_s - now

    def begin(self, now: float) -> None:
        """Count one more."""
        self.running += 1
        if self.limits.rate is not None:
            self.begun.append(now)


class LocalEngine:
    """Keep tasks in memory, and perform them in threads."""

    def __init__(self, _project: Project) -> None:
        self._changed = threading.Condition()
        self._kept: dict[str, _Kept] = {}
        self._lanes: dict[str, _Lane] = {}
        self._numbers = itertools.count()
        self._duty: Duty | None = None
        self._threads: list[threading.Thread] = []

    def start(self, duty: Duty) -> None:
        """Begin to perform tasks."""
        with self._changed:
            self._duty = duty
            for name, limits in duty.queues.items():
                self._lanes.setdefault(name, _Lane()).limits = limits
            self._threads = [
                threading.Thread(target=self._serve, args=(duty,), name=f"mlops-slot-{number}", daemon=True)
                for number in range(duty.slots)
            ]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Task) -> None:
        """Queue a task; harmless when its key is known."""
        with self._changed:
            if task.key not in self._kept:
                self._kept[task.key] = _Kept(task, next(self._numbers))
                self._changed.notify_all()

    def state(self, key: str) -> TaskState | None:
        """Return how a task stands, or None when the key is unknown."""
        kept = self._kept.get(key)
        return kept.state if kept else None

    def cancel(self, key: str) -> None:
        """Take a queued task back; one that runs is left to whoever performs it."""
        with self._changed:
            kept = self._kept.get(key)
            if kept is not None and kept.state == "queued":
                kept.state, kept.ended_at = "cancelled", time.monotonic()

    def holders(self) -> Collection[str]:
        """Return nobody: this process is all that there is."""
        return ()

    def take_over(self, worker: str) -> None:
        """Do nothing: no other worker has tasks of this process."""

    def forget(self, older_than_s: float) -> int:
        """Drop tasks that ended longer ago, and return how many."""
        limit = time.monotonic() - older_than_s
        with self._changed:
            old = [
                key
                for key, kept in self._kept.items()
                if kept.state in {"done", "cancelled"} and kept.ended_at <= limit
            ]
            for key in old:
                del self._kept[key]
        return len(old)

    def stop(self, timeout_s: float) -> None:
        """Begin nothing more, and wait at most *timeout_s* for what runs; the next start performs it again."""
        with self._changed:
            self._duty = None
            self._changed.notify_all()
        until = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _serve(self, duty: Duty) -> None:
        while (kept := self._next(duty)) is not None:
            try:
                duty.perform(kept.task.key)
            except Exception:  # noqa: BLE001 - the port's contract: it is logged, and the task counts as done
                _LOG.exception("Task %s failed", kept.task.key)
            finally:
                self._ended(kept, duty)

    def _next(self, duty: Duty) -> _Kept | None:
        """Wait for a task that may begin, and begin it; None when the engine stops."""
        with self._changed:
            while self._duty is duty:
                waits = sorted(
                    self._waits(duty), key=lambda found: (found[0], found[1].task.priority, found[1].number)
                )
                if waits and waits[0][0] <= 0:
                    kept = waits[0][1]
                    self._lanes[kept.task.queue].begin(time.monotonic())
                    kept.state = "running"
                    return kept
                self._changed.wait(waits[0][0] if waits else None)
        return None

    def _waits(self, duty: Duty) -> Iterator[tuple[float, _Kept]]:
        now = time.monotonic()
        for kept in self._kept.values():
            if kept.state != "queued" or not (duty.is_open or kept.task.queue in duty.queues):
                continue
            wait_s = self._lanes.setdefault(kept.task.queue, _Lane()).wait_s(now)
            if wait_s is not None:
                yield wait_s, kept

    def _ended(self, kept: _Kept, duty: Duty) -> None:
        with self._changed:
            self._lanes[kept.task.queue].running -= 1
            kept.state = "done" if self._duty is duty else "queued"
            kept.ended_at = time.monotonic()
            self._changed.notify_all()
