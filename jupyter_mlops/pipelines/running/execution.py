"""One notebook in one kernel, cell by cell, until the end or the first failure.

Imported only where a notebook is run: nbclient is slow to load.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from jupyter_mlops.pipelines.running.agent import AgentLost
from jupyter_mlops.pipelines.running.checkpoint import Kept
from jupyter_mlops.pipelines.running.journal import Journal
from jupyter_mlops.pipelines.running.keeping import Keeping, NotRestored
from jupyter_mlops.pipelines.running.kernel_session import Ending, KernelSession, Surroundings
from jupyter_mlops.pipelines.running.runner import CellStatus, Failure
from jupyter_mlops.pipelines.running.transcript import OutputLost, Transcript

_SAVE_CHECK_S = 1.0
_SECRET_S = 60.0
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Conditions:
    """Under which a notebook runs.

    Parameters
    ----------
    timeout_s
        Longest time one cell may take.
    secrets
        Where what the notebook refers to is found, by reference.
    variables
        The environment's secrets among them: for the kernel's eyes only.
    kept
        What an earlier run has kept of its cells, and where to keep more.
    home
        The project's root.
    keep
        Leaves the kernel of a failed cell to itself for a while, and returns its connection file.
    """

    surroundings: Surroundings
    timeout_s: float
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    kept: Kept | None = None
    home: Path = Path()
    keep: Callable[[KernelSession, Failure], Awaitable[str | None]] | None = None


class Execution(Transcript):
    """Run one notebook's cells, in order, in one kernel.

    Parameters
    ----------
    journal
        Hears what happens to each cell.
    echo
        Hears what the cells print: the stream's name, and the text.
    """

    def __init__(
        self,
        node: NotebookNode,
        conditions: Conditions,
        journal: Journal,
        echo: Callable[[str, str], None] | None = None,
    ) -> None:
        super().__init__(node, journal, echo)
        self._conditions = conditions
        self._session = KernelSession(conditions.surroundings)
        self._keeping: Keeping | None = None
        self.kernel_file: str | None = None
        self._is_cancelled = threading.Event()
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def cancel(self) -> None:
        """Stop at once; may be called from any thread."""
        self._is_cancelled.set()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def run(self) -> None:
        """Run until the end or the first failure."""
        self._loop = asyncio.get_running_loop()
        if self._is_cancelled.is_set():
            self._stopping.set()
        try:
            ending = await self._open()
            if ending is not None:
                self.journal.failed(None, ending.cause, ending.message)
                return
            saving = asyncio.ensure_future(self._save_now_and_then())
            try:
                await self._run_cells(saving)
            finally:
                saving.cancel()
        finally:
            self.close()
            await self._leave()

    async def _leave(self) -> None:
        """End the kernel, or leave it to whoever wants to look into it."""
        failure, keep = self.journal.failure, self._conditions.keep
        is_stuck = failure is not None and failure.cell > 0 and failure.cause in {"error", "timeout"}
        try:
            if is_stuck and keep is not None and failure is not None:
                self.kernel_file = await keep(self._session, failure)
        finally:
            is_lost = failure is not None and failure.cause not in {"error", "quit"}
            await self._session.close(is_lost=is_lost)

    async def _open(self) -> Ending | None:
        starting = asyncio.ensure_future(self._session.start())
        stopped = await self._wait(starting, None)
        if stopped is not None:
            starting.cancel()
            return Ending("cancelled", "Cancelled before the kernel was ready.")
        name = self._conditions.surroundings.kernel.name
        try:
            said = await starting
        except (AgentLost, OSError) as error:
            died = await self._session.death()
            what = died.message if died.cause == "out_of_memory" else str(error)
            return Ending("no_kernel", f"The kernel {name!r} did not start: {what}")
        self.km, self.kc = self._session.manager, self._session.client
        self.nb.metadata["language_info"] = said["language_info"]
        ending = await self._give_secrets()
        if ending is None:
            await self._begin_keeping()
        return ending

    async def _give_secrets(self) -> Ending | None:
        """Let the kernel find its secrets, and learn what to mask."""
        conditions, agent = self._conditions, self._session.agent
        if not conditions.secrets:
            return None
        if agent is None:
            return Ending("no_secret", "Only IPython kernels can be given secrets.")
        try:
            answer = await agent.ask(
                "secrets", _SECRET_S, references=conditions.secrets, environment=conditions.variables
            )
        except AgentLost as error:
            return Ending("no_secret", str(error))
        if "error" in answer:
            return Ending("no_secret", f"The secret {answer['error']}.")
        self.journal.learn(answer["values"])
        return None

    async def _begin_keeping(self) -> None:
        kept, agent, surroundings = self._conditions.kept, self._session.agent, self._conditions.surroundings
        if kept is not None and agent is not None:
            self._keeping = Keeping(kept, agent, self._conditions.home, surroundings.folder)
            self._say(await self._keeping.begin())

    async def _save_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_CHECK_S)
            if self.journal.is_save_due:
                self.outputs.settle()
                self.journal.save()

    async def _run_cells(self, saving: asyncio.Future[None]) -> None:
        resuming = asyncio.ensure_future(self._resume())
        start = await self._unless_stopped(resuming)
        if start is None:
            if self.journal.failure is None:
                self.journal.failed(None, "cancelled", "Cancelled while it was brought back.")
            return
        last = len(self.journal.positions) - 1
        for place in range(start, last + 1):
            if saving.done():
                saving.result()  # a full disk is told now, not in an hour
            if not await self._run_cell(place, "completed"):
                return
            if place < last:
                await self._keep(place)

    async def _resume(self) -> int | None:
        """Bring back what an earlier run has done; return where to go on, or None if it cannot."""
        try:
            return await self._restore()
        except NotRestored as error:
            if not self._stopping.is_set():
                self.journal.failed(None, "not_restored", f"What was kept cannot be brought back: {error}.")
            return None

    async def _restore(self) -> int:
        keeping = self._keeping
        if keeping is None or not keeping.start:
            return 0
        await keeping.prepare()
        for place in range(keeping.start):
            if place not in keeping.replayed:
                self.journal.restored(self.journal.positions[place], *keeping.shown(place))
                continue
            await keeping.before(place)
            if not await self._run_cell(place, "replayed"):
                return len(self.journal.positions)
        await keeping.settle()
        return keeping.start

    async def _unless_stopped(self, task: asyncio.Future[_Result]) -> _Result | None:
        """Wait for what the kernel does for us, and stop it if the run is to be stopped."""
        if await self._wait(task, None) is not None:
            await self._session.interrupt(task)
        return None if task.cancelled() else await task

    async def _run_cell(self, place: int, status: CellStatus) -> bool:
        """Run one cell, and tell whether the next one may follow."""
        index = self.journal.positions[place]
        self.journal.started(index)
        ending = await self._outcome(place, index)
        if ending is None:
            self.journal.completed(index, status)
        else:
            self.journal.failed(index, ending.cause, ending.message, ending.name)
        return ending is None

    async def _keep(self, place: int) -> None:
        if self._keeping is not None:
            index = self.journal.positions[place]
            label = self.journal.cells[place].label
            keeping = self._keeping.after(self.nb.cells[index], self.journal.sources[place], label)
            self._say(await self._unless_stopped(asyncio.ensure_future(keeping)), index)

    def _say(self, warning: str | None, index: int | None = None) -> None:
        if warning:
            self.journal.warn(warning, index)

    async def _outcome(self, place: int, index: int) -> Ending | None:
        if self._stopping.is_set():
            return Ending("cancelled", "Cancelled.")
        cell = self.nb.cells[index]
        self._session.next_cell(cell.id, self.journal.sources[place])
        self.open_cell()
        task = asyncio.ensure_future(self.async_execute_cell(cell, index))
        stopped = await self._wait(task, self._conditions.timeout_s)
        if stopped is not None:
            await self._session.interrupt(task)
        try:
            await task
        except CellExecutionError as error:
            return stopped or self._session.shortage() or Ending("error", error.evalue, error.ename)
        except (DeadKernelError, asyncio.CancelledError):
            return stopped or await self._session.death()
        except OutputLost as error:
            return stopped or Ending("output_lost", str(error))
        finally:
            self.close_cell(index)
        quit_ = Ending("quit", "quit() or exit() ended the kernel.") if self.has_quit else None
        return stopped or self._session.shortage() or quit_  # a child may have been ended, and the cell not

    async def _wait(self, task: asyncio.Future[_Result], timeout_s: float | None) -> Ending | None:
        """Wait for *task*; say why it is to be stopped instead, if it is."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        both: set[asyncio.Future[_Result] | asyncio.Future[Literal[True]]] = {task, stopping}
        await asyncio.wait(both, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if task.done():
            return None
        if self._stopping.is_set():
            return Ending("cancelled", "Cancelled.")
        return Ending("timeout", f"The cell took longer than {timeout_s:g} s and was stopped.")
