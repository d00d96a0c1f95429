"""The kernel's processes: ended whole, even when the runner itself is killed."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

# Waits for its input to close, which it does when the runner ends however it ends, then kills the group.
_REAPER = 'read -r line; kill -s KILL -- "-$1" 2>/dev/null'
_CGROUP = Path("/sys/fs/cgroup")


class ProcessGroup:
    """A kernel and what it started, in a session of their own.

    A process that leaves the session (`setsid`) escapes; Windows has no groups, and nothing is done there.

    Parameters
    ----------
    leader
        Process id of the kernel, which leads its own group.
    """

    def __init__(self, leader: int) -> None:
        self._leader = leader
        self._reaper: subprocess.Popen[bytes] | None = None
        if os.name == "posix" and os.getpgid(leader) == leader:
            self._reaper = subprocess.Popen(
                ["/bin/sh", "-c", _REAPER, "reaper", str(leader)],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )

    def end(self) -> None:
        """Kill whatever is left of it."""
        if self._reaper is None:
            return
        self.kill()
        self._reaper.kill()
        self._reaper.communicate()
        self._reaper = None

    def kill(self) -> None:
        """Kill all of it at once."""
        if self._reaper is None:
            return
        try:
            os.killpg(self._leader, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # gone; macOS says so with EPERM


def out_of_memory_kills() -> int:
    """Count the processes that the system has killed for want of memory in our control group; 0 if it cannot tell."""
    try:
        groups = [
            line.split(":", 2)[2].lstrip("/") for line in Path("/proc/self/cgroup").read_text().splitlines()
        ]
    except (OSError, IndexError):
        return 0
    files = [_CGROUP / group / "memory.events" for group in groups]
    files += [_CGROUP / "memory" / group / "memory.oom_control" for group in groups]
    return sum(map(_kills, dict.fromkeys(files)))


def describe_exit(code: int | None) -> str:
    """Say how a process ended: `exit code 1`, or the signal that killed it."""
    if code is None:
        return "cause unknown"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def _kills(file: Path) -> int:
    try:
        pairs = (line.split() for line in file.read_text().splitlines())
        return sum(int(pair[1]) for pair in pairs if len(pair) == 2 and pair[0] == "oom_kill")
    except (OSError, ValueError):
        return 0
