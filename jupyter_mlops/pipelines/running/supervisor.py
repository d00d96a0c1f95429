"""The kernel's parent process: whatever the kernel has started ends with it, or with the runner.

Run as a script with nothing but the standard library: `python -I -S supervisor.py LIFELINE GROUP COMMAND…`. The runner
holds the lifeline's other end. It says `kill`, or `keep SECONDS FILE…` (live on without me for so long, then remove
these files); when it closes without a word, however the runner ended, all is killed. GROUP is the control group that
limits memory, or empty.
"""

from __future__ import annotations

# Without pathlib, subprocess, typing, and the enums of `signal`: each takes as long to load as all of this.
import os
import select
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LOOK_S = 1.0
_ON_LINUX = sys.platform.startswith("linux")


class Supervisor:
    """Start a command in a process group of its own, and outlive everything it starts."""

    def __init__(self, lifeline: int, group: str, command: list[str]) -> None:
        self._lifeline = lifeline
        self._group = group
        self._runner = os.getppid()
        self._heard = b""
        self._deadline: float | None = None
        self._is_expired = False
        self._files: list[str] = []
        self._status: int | None = None
        self._kernel = 0
        self._waker, waked = os.pipe()
        os.set_blocking(waked, False)
        signal.set_wakeup_fd(waked, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        _control(_PR_SET_CHILD_SUBREAPER)
        _join(group)
        signal.signal(signal.SIGINT, lambda *_: self._forward(signal.SIGINT))
        signal.signal(signal.SIGTERM, lambda *_: self._expire())
        self._kernel = _started(command, lifeline)

    def run(self) -> int:
        """Wait for the kernel's end, or bring it about; return the status that it ended with."""
        while not self._is_over():
            watched = [self._waker] if self._lifeline < 0 else [self._waker, self._lifeline]
            for ready in select.select(watched, [], [], _LOOK_S)[0]:
                heard = os.read(ready, 4096)
                if ready == self._lifeline:
                    self._hear(heard)
        self._end_all()
        if self._files or os.getppid() != self._runner:  # else the runner reads it, and removes it
            _leave(self._group)
        for path in self._files:
            _remove(path)
        return self._status or 0

    def _is_over(self) -> bool:
        self._reap()
        is_orphan = self._deadline is None and os.getppid() != self._runner
        is_late = self._deadline is not None and time.monotonic() >= self._deadline
        return self._status is not None or self._is_expired or is_orphan or is_late

    def _hear(self, heard: bytes) -> None:
        self._heard += heard
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            word, *rest = line.decode().split("\t")
            if word == "keep":
                self._deadline = time.monotonic() + float(rest[0])
                self._files = rest[1:]
            else:
                self._expire()
        if not heard:
            self._lifeline = -1
            if self._deadline is None:
                self._expire()

    def _expire(self) -> None:
        self._is_expired = True

    def _forward(self, number: int) -> None:
        try:
            if self._kernel:
                os.killpg(self._kernel, number)
        except (ProcessLookupError, PermissionError):
            return

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._note(pid, status)

    def _note(self, pid: int, status: int) -> None:
        if pid == self._kernel:
            self._status = status

    def _end_all(self) -> None:
        """Kill the group, then whatever has left it: on Linux orphans come to us as children."""
        if self._status is None or not _ON_LINUX:
            self._forward(signal.SIGKILL)
        while True:
            for child in _children():
                _kill(child)
            try:
                self._note(*os.waitpid(-1, 0))
            except ChildProcessError:
                return


def _started(command: list[str], lifeline: int) -> int:
    pid = os.fork()
    if pid:
        _lead(pid)  # here too: nobody knows which of us comes first
        return pid
    try:
        os.close(lifeline)
        _lead(0)
        _control(_PR_SET_PDEATHSIG, signal.SIGKILL)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], command)  # noqa: S606 - the kernel's own command
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _lead(pid: int) -> None:
    try:
        os.setpgid(pid, pid)
    except OSError:
        return


def _join(group: str) -> None:
    try:
        if group:
            _write(f"{group}/cgroup.procs", str(os.getpid()))
    except OSError:
        return


def _leave(group: str) -> None:
    try:
        if group:
            _write(f"{os.path.dirname(group)}/cgroup.procs", str(os.getpid()))  # noqa: PTH120
            os.rmdir(group)  # noqa: PTH106
    except OSError:
        return


def _write(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY)  # never make it
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)


def _control(option: int, value: int = 1) -> None:
    if not _ON_LINUX:
        return
    import ctypes

    try:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (OSError, AttributeError):
        return


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:  # noqa: PTH123
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _remove(path: str) -> None:
    try:
        os.unlink(path)  # noqa: PTH108
    except OSError:
        return


def main() -> None:
    """Supervise, then end as the kernel ended."""
    status = Supervisor(int(sys.argv[1]), sys.argv[2], sys.argv[3:]).run()
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        _no_core_dump()
        os.kill(os.getpid(), number)
    sys.exit(os.waitstatus_to_exitcode(status))


def _no_core_dump() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
