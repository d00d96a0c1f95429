"""The memory of a kernel and of all that it has started: measured, limited, and told when it ran out."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil

_CGROUP = Path("/sys/fs/cgroup")
_MB = 1 << 20
_Answer = TypeVar("_Answer")
_MARKS = ("cgroup.controllers", "memory.usage_in_bytes")
_UNIFIED, _V1 = ("memory.max", "memory.peak"), ("memory.limit_in_bytes", "memory.max_usage_in_bytes")


class MemoryLimit:
    """What the processes of one run may use together.

    A control group of its own holds them to it exactly, where we may make one. Elsewhere, and beside it, they are
    measured a few times a second: resident memory, and once that is too much, each one's share of what they
    have in common.

    Parameters
    ----------
    limit_mb
        In units of 1,048,576 bytes.
    """

    def __init__(self, limit_mb: float) -> None:
        self.limit = int(limit_mb * _MB)
        self.peak = 0
        self.group = _control_group(self.limit)

    def is_exceeded(self, pids: Iterable[int]) -> bool:
        """Measure the processes, and tell whether they use more than they may, or were ended for it."""
        known = list(pids)
        used = sum(map(_resident, known))
        if used > self.limit and len(known) > 1:
            used = sum(map(_share, known))
        self.peak = max(self.peak, used)
        return used > self.limit or self.has_killed()

    def has_killed(self) -> bool:
        """Tell whether the system has ended one of them for it."""
        if self.group is None or not kills_in(self.group):
            return False
        with suppress(OSError, ValueError):
            self.peak = max(self.peak, int((self.group / _names(self.group)[1]).read_text()))
        return True

    def remove(self) -> None:
        """Remove the control group, if the processes' supervisor has not."""
        if self.group is not None:
            with suppress(OSError):
                self.group.rmdir()

    def __str__(self) -> str:
        return f"It used {self.peak / _MB:,.0f} MB of memory; its limit is {self.limit / _MB:,.0f} MB."


def descendants(pid: int) -> list[int]:
    """Return *pid* and what it has started, directly or not; gone ones may be among them."""
    found = [pid]
    for parent in found:
        found += _children(parent)
    return found


def out_of_memory_kills() -> int:
    """Count the processes that the system has killed for want of memory in our control group; 0 if it cannot tell."""
    return sum(map(kills_in, _own_groups()))


def kills_in(group: Path) -> int:
    """Count the processes that the system has killed for want of memory in *group*."""
    return sum(_kills(group / name) for name in ("memory.events", "memory.oom_control"))


def _own_groups() -> list[Path]:
    """Return our own memory control groups: of version 2, or of version 1's memory hierarchy."""
    try:
        lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return []
    found = [_CGROUP / place.lstrip("/") for _, kinds, place in lines if not kinds]
    found += [
        _CGROUP / "memory" / place.lstrip("/") for _, kinds, place in lines if "memory" in kinds.split(",")
    ]
    return [group for group in found if any((group / name).exists() for name in _MARKS)]


def _control_group(limit: int) -> Path | None:
    """Make a group below our own, if we may and memory can be limited there."""
    for parent in _own_groups():
        group = parent / f"jupyter-mlops-{secrets.token_hex(6)}"
        try:
            if (parent / "cgroup.subtree_control").exists():
                (parent / "cgroup.subtree_control").write_text("+memory")
            group.mkdir()
        except OSError:
            continue
        try:
            (group / _names(group)[0]).write_text(str(limit))
            return group
        except OSError:
            group.rmdir()
    return None


def _names(group: Path) -> tuple[str, str]:
    return _UNIFIED if (group / _UNIFIED[0]).exists() else _V1


def _kills(file: Path) -> int:
    try:
        pairs = (line.split() for line in file.read_text().splitlines())
        return sum(int(pair[1]) for pair in pairs if len(pair) == 2 and pair[0] == "oom_kill")
    except (OSError, ValueError):
        return 0


def _children(pid: int) -> list[int]:
    if sys.platform != "linux":
        return _asked(lambda: [child.pid for child in psutil.Process(pid).children()], [])
    try:
        texts = (file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children"))
        return [int(word) for text in texts for word in text.split()]
    except OSError:
        return []


def _resident(pid: int) -> int:
    if sys.platform != "linux":
        return _asked(lambda: int(psutil.Process(pid).memory_info().rss), 0)
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _share(pid: int) -> int:
    """Return a process's own memory and its part of what it shares, where the system tells, else all it can see."""
    return _asked(lambda: int(getattr(psutil.Process(pid).memory_full_info(), "pss", 0)), 0) or _resident(pid)


def _asked(ask: Callable[[], _Answer], otherwise: _Answer) -> _Answer:
    try:
        return ask()
    except psutil.Error:
        return otherwise
