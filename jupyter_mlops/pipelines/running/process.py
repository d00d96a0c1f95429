"""The kernel's processes: ended whole, even when the runner itself is killed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from jupyter_mlops.pipelines.running.memory import descendants

_AT_WORK = {psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP}
_LEAST_S = 0.02


class ProcessTree:
    """A kernel and all that it starts, under a supervisor that ends them together.

    On Linux nothing escapes, elsewhere what leaves the kernel's process group does. Windows has no supervisor: what
    is known to be a descendant is killed.

    Parameters
    ----------
    group
        The control group that limits their memory.
    """

    def __init__(self, group: Path | None = None) -> None:
        self.prefix: tuple[str, ...] = ()
        self.inherited: tuple[int, ...] = ()
        self.leader: int | None = None
        self._worked_s = 0.0
        self._lifeline = -1
        if os.name == "posix":
            read, self._lifeline = os.pipe()
            self.inherited = (read,)
            script = str(Path(__file__).with_name("supervisor.py"))
            self.prefix = (sys.executable, "-I", "-S", script, str(read), str(group or ""))

    def started(self, leader: int | None) -> None:
        """Say which process leads them, once it runs, or that none does."""
        self.leader = leader
        for descriptor in self.inherited:
            os.close(descriptor)
        self.inherited = ()

    def pids(self) -> list[int]:
        """Return them all, the supervisor among them."""
        return [] if self.leader is None else descendants(self.leader)

    def is_at_work(self) -> bool:
        """Tell whether one of them is running, waits for a disk, or has worked since this was last asked.

        What runs elsewhere is believed to.
        """
        before, self._worked_s, is_busy = self._worked_s, 0.0, self.leader is None
        for pid in self.pids():
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                self._worked_s += sum(process.cpu_times()[:2])
                is_busy = is_busy or process.status() in _AT_WORK
        return is_busy or self._worked_s > before + _LEAST_S

    def kill(self) -> None:
        """Kill all of them at once."""
        if self._lifeline >= 0:
            self._say("kill")
        elif self.leader is not None:
            for pid in reversed(descendants(self.leader)):
                with suppress(psutil.Error):
                    psutil.Process(pid).kill()

    def keep(self, seconds: float, files: Sequence[Path]) -> bool:
        """Let them live on for so long, whatever becomes of us, then remove *files*; tell whether that can be done."""
        if self._lifeline < 0:
            return False
        self._say("\t".join(["keep", f"{seconds:g}", *map(str, files)]))
        self._close()
        return True

    def end(self) -> None:
        """Kill whatever is left of them."""
        if self._lifeline >= 0:
            self._close()
        elif os.name != "posix":
            self.kill()
        self.started(None)

    def _say(self, line: str) -> None:
        with suppress(OSError):  # they are gone already
            os.write(self._lifeline, f"{line}\n".encode())

    def _close(self) -> None:
        os.close(self._lifeline)
        self._lifeline = -1


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
