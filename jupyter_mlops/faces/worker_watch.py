"""The server's worker: started when there is something to do, watched, and stopped with the server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from logging import Logger
from pathlib import Path
from typing import IO

from jupyter_mlops.core.errors import Conflict, MlopsError
from jupyter_mlops.core.project import FOLDER, Project, find
from jupyter_mlops.core.settings import PREFIX
from jupyter_mlops.pipelines.scheduling import agenda
from jupyter_mlops.pipelines.scheduling.worker_loop import PARENT

COMMAND = (sys.executable, "-m", "jupyter_mlops", "worker")
LOG_FILE = "worker.log"
_LOOK_S = 2.0
_ELSEWHERE_S = 30.0
_MOST_STARTS = 5
_WITHIN_S = 600.0
_IDLE_S = 900.0
_STOP_S = 20.0
_LARGEST_LOG = 5_000_000


class WorkerWatch:
    """Keep one worker at work on the project that the server serves, while there is work for it.

    Parameters
    ----------
    start
        The folder that the server serves.
    imposed
        Settings of the server's admin; they hold for the worker too.
    command
        What is started.
    clock
        Tells seconds that never go back.
    """

    def __init__(
        self,
        start: Path,
        imposed: Mapping[str, object],
        log: Logger,
        *,
        command: Sequence[str] = COMMAND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._start = start
        self._imposed = imposed
        self._log = log
        self._command = command
        self._clock = clock
        self._project: Project | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._starts: deque[float] = deque(maxlen=_MOST_STARTS)
        self._not_before = self._needed_at = float("-inf")
        self._is_closed = False
        self._turn = threading.Lock()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            with suppress(MlopsError):  # the panel's own questions will say what is wrong
                await asyncio.to_thread(self.look)
            await asyncio.sleep(_LOOK_S)

    def look(self) -> None:
        """Start, leave or stop the worker, as there is need."""
        with self._turn:
            now = self._clock()
            self._mourn(now)
            if self._is_closed or now < self._not_before:
                return
            is_needed = self._is_needed()
            if is_needed:
                self._needed_at = now
                self._begin(now)
            elif self._process is not None and now - self._needed_at > _IDLE_S:
                self._end()

    def close(self) -> None:
        """Stop the worker, and start none again."""
        self._is_closed = True
        with self._turn:
            self._end()

    @property
    def pid(self) -> int | None:
        """The worker's process, while it runs."""
        return None if self._process is None else self._process.pid

    def _is_needed(self) -> bool:
        """Tell whether there is work that nobody else is there for."""
        project = self._found()
        if project is None or project.settings.worker == "off":
            return False
        with project.store.read() as connection:
            others = [
                worker for worker in agenda.at_work(connection, project.clock.now()) if worker.pid != self.pid
            ]
            return not others and agenda.is_needed(connection)

    def _found(self) -> Project | None:
        root = find(self._start)
        if root is None or not (root / FOLDER).is_dir():
            self._project = None
        elif self._project is None or self._project.root != root:
            self._project = Project(root, admin=self._imposed)
        return self._project

    def _begin(self, now: float) -> None:
        if self._process is not None or self._project is None:
            return
        if len(self._starts) == _MOST_STARTS and now - self._starts[0] < _WITHIN_S:
            self._not_before = self._starts[0] + _WITHIN_S
            self._log.error(
                "The worker ended %d times; it is started again in %.0f s. See %s.",
                _MOST_STARTS,
                self._not_before - now,
                self._project.folder / LOG_FILE,
            )
            return
        self._starts.append(now)
        with _log_of(self._project.folder) as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._project.root,
                env={**os.environ, **self._environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._log.info("Started a worker for %s, process %d.", self._project.root, self._process.pid)

    def _environment(self) -> dict[str, str]:
        said = {
            f"{PREFIX}{name}".upper(): value if isinstance(value, str) else json.dumps(value)
            for name, value in self._imposed.items()
        }
        return {**said, PARENT: str(os.getpid())}

    def _mourn(self, now: float) -> None:
        """See whether the worker has ended, and when it may be started again."""
        code = None if self._process is None else self._process.poll()
        if code is None:
            return
        self._process = None
        if code == Conflict.exit_code:
            self._starts.pop()
            self._not_before = now + _ELSEWHERE_S
        elif code != 0:
            self._not_before = now + 2.0 ** len(self._starts)
            self._log.warning("The worker ended with code %d.", code)

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            if os.name == "posix":
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None


def _log_of(folder: Path) -> IO[bytes]:
    """Open the log for more; a long one is put aside."""
    path = folder / LOG_FILE
    with suppress(OSError):
        if path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
