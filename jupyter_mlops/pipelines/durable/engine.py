"""The port to what keeps tasks until they are done, whatever dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

TaskState = Literal["queued", "running", "done", "cancelled"]


@dataclass(frozen=True)
class Task:
    """One thing to do.

    Parameters
    ----------
    key
        Its identity: a key that is known already is not queued again.
    priority
        From 1, the most urgent, to 100.
    """

    key: str
    queue: str = "default"
    priority: int = 50


@dataclass(frozen=True)
class QueueLimits:
    """How much of a queue may run.

    Parameters
    ----------
    concurrency
        Tasks at once over all workers; None for as many as they have slots.
    rate, per_s
        At most *rate* tasks begin in any *per_s* seconds; None for no limit.
    look_s
        How often an engine that has to ask looks for tasks; each look costs a query.
    """

    concurrency: int | None = None
    rate: int | None = None
    per_s: float = 60.0
    look_s: float = 0.2


@dataclass(frozen=True)
class Duty:
    """What a worker takes on.

    Parameters
    ----------
    worker
        Its identity; tasks that it left unfinished when it died are its own again.
    slots
        Tasks at once.
    queues
        The queues it serves, with their limits.
    perform
        Does one task, given its key. It may be called again for a task that was interrupted, and settles by itself
        what came of it: what it raises is logged, and the task counts as done.
    is_open
        It serves queues that are not named too, without limits.
    """

    worker: str
    slots: int
    perform: Callable[[str], None]
    queues: Mapping[str, QueueLimits] = field(default_factory=lambda: {"default": QueueLimits()})
    is_open: bool = True


class Engine(Protocol):
    """Keep tasks: each is performed at least once, none is lost, none runs twice at a time."""

    def start(self, duty: Duty) -> None:
        """Begin to perform tasks, first those that this worker left unfinished."""
        ...

    def submit(self, task: Task) -> None:
        """Queue a task; harmless when its key is known."""
        ...

    def state(self, key: str) -> TaskState | None:
        """Return how a task stands, or None when the key is unknown."""
        ...

    def cancel(self, key: str) -> None:
        """Take a queued task back; one that runs is left to whoever performs it."""
        ...

    def holders(self) -> Collection[str]:
        """Return the other workers that hold unfinished tasks, dead or alive."""
        ...

    def take_over(self, worker: str) -> None:
        """Queue again what another worker, which is dead, left unfinished."""
        ...

    def forget(self, older_than_s: float) -> int:
        """Drop tasks that ended longer ago, and return how many."""
        ...

    def stop(self, timeout_s: float) -> None:
        """Begin nothing more, and wait at most *timeout_s* for what runs; whoever starts next performs it again."""
        ...
