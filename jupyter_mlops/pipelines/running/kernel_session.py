"""One kernel from its start to its end: limited in memory, interrupted or killed on demand, kept or gone in the end.

Imported only where a notebook is run.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from jupyter_core.utils import ensure_async

from jupyter_mlops.pipelines.running.agent import Agent, AgentLost, Answer, Asleep, ready
from jupyter_mlops.pipelines.running.client import CellClient, CellManager, manager_of
from jupyter_mlops.pipelines.running.kernel import Kernel
from jupyter_mlops.pipelines.running.memory import MemoryLimit, out_of_memory_kills
from jupyter_mlops.pipelines.running.patience import Patience
from jupyter_mlops.pipelines.running.process import ProcessTree, describe_exit
from jupyter_mlops.pipelines.running.runner import Cause

_GRACE_S = 4.0
_MEASURE_S = 0.1
_LOOK_S = 0.01
# Of the time that it may take to become ready, how long it may do nothing: at first, and when started again.
_FIRST_SHARE, _IDLE_SHARE = 0.1, 0.5
_PYTHON_FAILED = 1
_Result = TypeVar("_Result")
_NO_HISTORY = "--HistoryManager.hist_file=:memory:"


@dataclass(frozen=True)
class Ending:
    """Why a run ends where it does."""

    cause: Cause
    message: str
    name: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a kernel is started in.

    Parameters
    ----------
    environment
        All of its variables.
    has_debugger
        Whether somebody may want to debug in it.
    """

    kernel: Kernel
    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    start_timeout_s: float = 60.0
    memory_limit_mb: float | None = None
    has_debugger: bool = False


class KernelSession:
    """Hold one kernel."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        limit = surroundings.memory_limit_mb
        self.memory = None if limit is None else MemoryLimit(limit)
        self._prepare()
        self._is_over = self._is_kept = False
        self._measuring: asyncio.Task[None] | None = None
        self._kills = 0

    def _prepare(self) -> None:
        """Make ready for one start."""
        self.processes = ProcessTree(None if self.memory is None else self.memory.group)
        self.manager: CellManager = manager_of(self._surroundings.kernel)
        self.client: CellClient | None = None
        self.agent: Agent | None = None

    @property
    def connection_file(self) -> Path:
        """Where its ports and keys are written."""
        return Path(self.manager.connection_file)

    async def start(self) -> Answer:
        """Start it, and return what it says of itself.

        It is started a second time if it sleeps and does not become ready, or if its Python ends with an error: between our
        choice of its ports and its own start somebody else may take one, and it then either neither serves nor ends, or
        fails. One that is slow is waited for as long as it works.

        Raises
        ------
        AgentLost
            It did not become ready.
        OSError
            There is no such program.
        """
        self._kills = out_of_memory_kills()
        try:
            return await self._start(_FIRST_SHARE)
        except AgentLost as error:
            may_lack_a_port = isinstance(error, Asleep) or await self._exit_code(0) == _PYTHON_FAILED
            if self.shortage() is not None or not may_lack_a_port:
                raise
        self.processes.end()
        await self._exit_code(_GRACE_S)
        await self._disconnect()
        self._prepare()
        return await self._start(_IDLE_SHARE)

    async def _start(self, idle_share: float) -> Answer:
        is_local = not self._surroundings.kernel.spec.metadata.get("kernel_provisioner")
        self.manager.prefix = self.processes.prefix if is_local else ()
        self.manager.has_debugger = self._surroundings.has_debugger
        try:
            await self.manager.start_kernel(
                cwd=str(self._surroundings.folder),
                env=dict(self._surroundings.environment),
                pass_fds=self.processes.inherited,
                extra_arguments=[_NO_HISTORY] if self.manager.ipykernel else [],
            )
        finally:
            self.processes.started(getattr(self.manager.provisioner, "pid", None))
        if self.memory is not None and self._measuring is None:
            self._measuring = asyncio.ensure_future(self._measure(self.memory))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.allow_stdin = False
        limit = self._surroundings.start_timeout_s
        return await self._greet(
            self.client, Patience(limit, limit * idle_share, self.processes.is_at_work), limit
        )

    async def is_alive(self) -> bool:
        """Tell whether it still runs."""
        return bool(await ensure_async(self.manager.is_alive()))

    def next_cell(self, cell_id: str, source: str) -> None:
        """Say which cell is executed next, and its code."""
        if self.client is not None:
            self.client.next_cell(cell_id, source)

    async def interrupt(self, task: asyncio.Future[_Result]) -> None:
        """Ask the kernel to stop what *task* waits for, then kill it."""
        for _ in range(2):  # the first may come before the cell does, or be swallowed by it
            if not task.done():
                await ensure_async(self.manager.interrupt_kernel())
                await asyncio.wait({task}, timeout=_GRACE_S / 2)
        if not task.done():
            self.processes.kill()
            await asyncio.wait({task}, timeout=_GRACE_S)
            task.cancel()

    async def death(self) -> Ending:
        """Say how it died."""
        code = await self._exit_code(_GRACE_S)
        if (short := self.shortage()) is not None:
            return short
        if out_of_memory_kills() > self._kills:
            return Ending("out_of_memory", "The system killed the kernel for want of memory.")
        hint = ", often for want of memory" if code == -9 else ""
        return Ending("kernel_died", f"The kernel died ({describe_exit(code)}{hint}).")

    def shortage(self) -> Ending | None:
        """Say that it, or something that it started, has used more memory than it may; or return nothing."""
        if self.memory is None or not (self._is_over or self.memory.has_killed()):
            return None
        return Ending("out_of_memory", str(self.memory))

    async def close(self, *, is_lost: bool) -> None:
        """End it and all that it started, unless it is kept; one that is not lost may say goodbye first."""
        if self._measuring is not None:
            self._measuring.cancel()
        if self._is_kept:
            await self._release()
            return
        try:
            if not is_lost and await self.is_alive():
                await self._say_goodbye()
                await self._exit_code(_GRACE_S)
        finally:
            self.processes.end()
            await self._exit_code(_GRACE_S)
            await self._release()

    async def _say_goodbye(self) -> None:
        with suppress(AgentLost):
            if self.agent is not None:
                await self.agent.ask("end", _LOOK_S * 20)
        await ensure_async(self.manager.request_shutdown())

    async def keep(self, seconds: float, place: Path, besides: Path) -> int | None:
        """Leave it to its supervisor for so long; return that one's process id, or None if there is none.

        Parameters
        ----------
        place
            Where its connection file is copied to, and removed from in the end.
        besides
            Another file to be removed then.
        """
        leader = self.processes.leader
        if leader is None or not await self.is_alive():
            return None
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(self.connection_file.read_bytes())
        if not self.processes.keep(seconds, [place, besides]):
            place.unlink()
            return None
        self._is_kept = True
        return leader

    async def _greet(self, client: CellClient, patience: Patience, limit_s: float) -> Answer:
        said = await ready(client, self.is_alive, patience)
        if said.get("implementation") == "ipython":
            agent = Agent(client, self.is_alive)
            if await agent.install(limit_s):
                self.agent = agent
        return said

    async def _measure(self, memory: MemoryLimit) -> None:
        while not memory.is_exceeded(self.processes.pids()):
            await asyncio.sleep(_MEASURE_S)
        self._is_over = True
        self.processes.kill()

    async def _exit_code(self, patience_s: float) -> int | None:
        """Wait for the end of the leading process."""
        deadline = time.monotonic() + patience_s
        provisioner = self.manager.provisioner
        code = None if provisioner is None else await provisioner.poll()
        while provisioner is not None and code is None and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_S)
            code = await provisioner.poll()
        return code

    async def _release(self) -> None:
        await self._disconnect()
        if self.memory is not None:
            self.memory.remove()

    async def _disconnect(self) -> None:
        with suppress(AgentLost, RuntimeError):
            await ensure_async(self.manager.cleanup_resources())
        if self.client is not None:
            self.client.stop_channels()
