"""Tell whether another worker lives: by its process on this machine, by its heartbeat elsewhere."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

LEASE_S = 30.0
_PROC = Path("/proc")


class Beating(Protocol):
    """What is known of a worker."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def pid(self) -> int:
        """Its process."""
        ...

    @property
    def process(self) -> str:
        """Its process for good: where it runs, and when it began."""
        ...

    @property
    def kind(self) -> str:
        """Whether it works for everybody, or for one caller."""
        ...

    @property
    def seen_at(self) -> str:
        """Its last heartbeat."""
        ...


def process_of(pid: int) -> str | None:
    """Return what tells a process from every other, those of the same number too; None when there is none."""
    born = _born(pid)
    return None if born is None else f"{_place()}/{born}"


def is_here(process: str) -> bool:
    """Tell whether a process runs, or ran, where we can see it."""
    return process.rpartition("/")[0] == _place()


class Watch:
    """Watch other workers, by a clock of our own: theirs may be wrong, and ours may be set back.

    Parameters
    ----------
    is_alone
        No other worker for everybody can be alive, as the lock that we hold says.
    """

    def __init__(self, *, is_alone: bool = False) -> None:
        self._is_alone = is_alone
        self._seen: dict[str, tuple[str, float]] = {}

    def dead(self, workers: Iterable[Beating], now: float) -> list[str]:
        """Return those of *workers* that are dead, looked at at *now*, in seconds that never go back."""
        found = {worker.id: worker for worker in workers}
        self._seen = {name: seen for name, seen in self._seen.items() if name in found}
        return [name for name, worker in found.items() if self._is_dead(worker, now)]

    def _is_dead(self, worker: Beating, now: float) -> bool:
        if is_here(worker.process):
            return process_of(worker.pid) != worker.process
        if self._is_alone and worker.kind == "worker":
            return True
        beat, since = self._seen.get(worker.id, ("", now))
        if beat != worker.seen_at:
            since = now
        self._seen[worker.id] = (worker.seen_at, since)
        return now - since > LEASE_S


def _place() -> str:
    """Name this boot of this machine, and the container within it: process numbers mean nothing beyond."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116
    except OSError:
        return socket.gethostname()


def _born(pid: int) -> str | None:
    """Return when a process began, by a clock that nobody sets; elsewhere than on Linux by the wall's."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None if _PROC.is_dir() else _born_by_wall(pid)
    except (OSError, ValueError):
        return None
    state, *rest = text.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else rest[18]


def _born_by_wall(pid: int) -> str | None:
    import psutil

    try:
        return str(round(psutil.Process(pid).create_time()))
    except psutil.Error:
        return None
