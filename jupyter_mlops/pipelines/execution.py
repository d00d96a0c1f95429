"""One notebook in one kernel: cell ids sent, time limited, outputs bounded, nothing left behind.

Imported only where a notebook is run: nbclient is slow to load.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from jupyter_mlops.core.redact import redact
from jupyter_mlops.pipelines.client import manager_of
from jupyter_mlops.pipelines.journal import Journal
from jupyter_mlops.pipelines.kernel import Kernel
from jupyter_mlops.pipelines.outputs import CELL_LIMIT, Outputs, size_of
from jupyter_mlops.pipelines.process import ProcessGroup, describe_exit, out_of_memory_kills
from jupyter_mlops.pipelines.runner import Cause

_GRACE_S = 5.0
_SAVE_CHECK_S = 1.0
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Conditions:
    """Under which a notebook runs.

    Parameters
    ----------
    folder
        The kernel's working folder.
    timeout_s
        Longest time one cell may take.
    """

    kernel: Kernel
    folder: Path
    environment: Mapping[str, str]
    timeout_s: float
    start_timeout_s: float = 60.0


@dataclass(frozen=True)
class _Ending:
    """Why a run ends at a cell."""

    cause: Cause
    message: str
    name: str = ""


class Execution(NotebookClient):
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
        super().__init__(node, timeout=None, iopub_timeout=30, raise_on_iopub_timeout=False)
        self._conditions = conditions
        self._journal = journal
        self._outputs = Outputs(echo)
        self._group: ProcessGroup | None = None
        self._is_cancelled = threading.Event()
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_quit = False
        self._kills = 0

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
        self._kills = out_of_memory_kills()
        try:
            ending = await self._open()
            if ending is not None:
                self._journal.failed(None, ending.cause, ending.message)
                return
            saving = asyncio.ensure_future(self._save_now_and_then())
            try:
                await self._run_cells(saving)
            finally:
                saving.cancel()
        finally:
            self.set_widgets_metadata()
            await self._close()

    async def _open(self) -> _Ending | None:
        kernel = self._conditions.kernel
        self.km = manager_of(kernel)
        environment = {**os.environ, **self._conditions.environment}
        await self.km.start_kernel(cwd=str(self._conditions.folder), env=environment)
        leader = getattr(self.km.provisioner, "pid", None)
        self._group = ProcessGroup(leader) if leader else None
        self.kc = self.km.client()
        self.kc.start_channels()
        self.kc.allow_stdin = False
        ready = asyncio.ensure_future(self.kc.wait_for_ready(timeout=self._conditions.start_timeout_s))
        if await self._wait(ready, None) is not None:
            ready.cancel()
            return _Ending("cancelled", "Cancelled before the kernel was ready.")
        try:
            await ready
        except RuntimeError as error:
            return _Ending("no_kernel", f"The kernel {kernel.name!r} did not start: {error}.")
        reply = await self.async_wait_for_reply(self.kc.kernel_info())
        if reply is not None:
            self.nb.metadata["language_info"] = reply["content"]["language_info"]
        return None

    async def _save_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_CHECK_S)
            if self._journal.is_save_due:
                self._outputs.settle()
                self._journal.save()

    async def _run_cells(self, saving: asyncio.Future[None]) -> None:
        for index in self._journal.positions:
            if saving.done():
                saving.result()  # a full disk is told now, not in an hour
            self._journal.started(index)
            ending = await self._run_cell(index)
            if ending is not None:
                self._journal.failed(index, ending.cause, ending.message, ending.name)
                return
            self._journal.completed(index)

    async def _run_cell(self, index: int) -> _Ending | None:
        cell = self.nb.cells[index]
        setattr(self.kc, "cell_id", cell.id)  # noqa: B010 - the trait is our client's own
        self._outputs.open()
        task = asyncio.ensure_future(self.async_execute_cell(cell, index))
        stopped = await self._wait(task, self._conditions.timeout_s)
        if stopped is not None:
            await self._interrupt(task)
        try:
            await task
        except CellExecutionError as error:
            return stopped or _Ending("error", error.evalue, error.ename)
        except (DeadKernelError, asyncio.CancelledError):
            return stopped or await self._death()
        finally:
            self._outputs.close(cell)
        return stopped or (_Ending("quit", "quit() or exit() ended the kernel.") if self._has_quit else None)

    async def _wait(self, task: asyncio.Future[_Result], timeout_s: float | None) -> _Ending | None:
        """Wait for *task*; say why it is to be stopped instead, if it is."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        both: set[asyncio.Future[_Result] | asyncio.Future[Literal[True]]] = {task, stopping}
        await asyncio.wait(both, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if task.done():
            return None
        if self._stopping.is_set():
            return _Ending("cancelled", "Cancelled.")
        return _Ending("timeout", f"The cell took longer than {timeout_s:g} s and was stopped.")

    async def _interrupt(self, task: asyncio.Future[_Result]) -> None:
        """Ask the kernel to stop the cell, then kill it."""
        for _ in range(2):  # the first may come before the cell does, or be swallowed by it
            if self.km is not None and not task.done():
                await ensure_async(self.km.interrupt_kernel())
                await asyncio.wait({task}, timeout=_GRACE_S / 2)
        if not task.done():
            if self._group is not None:
                self._group.kill()
            await asyncio.wait({task}, timeout=_GRACE_S)
            task.cancel()

    async def _death(self) -> _Ending:
        provisioner = self.km.provisioner if self.km is not None else None
        code = await provisioner.poll() if provisioner is not None else None
        if out_of_memory_kills() > self._kills:
            return _Ending("out_of_memory", "The system killed the kernel for want of memory.")
        hint = ", often for want of memory" if code == -9 else ""
        return _Ending("kernel_died", f"The kernel died ({describe_exit(code)}{hint}).")

    async def _close(self) -> None:
        failure = self._journal.failure
        is_lost = failure is not None and failure.cause not in {"error", "quit"}
        self.shutdown_kernel = "immediate" if is_lost else "graceful"
        try:
            if self.km is not None:
                await self._async_cleanup_kernel()
        finally:
            if self._group is not None:
                self._group.end()

    async def _check_raise_for_error(
        self, cell: NotebookNode, cell_index: int, exec_reply: dict[str, object] | None
    ) -> None:
        content = (exec_reply or {}).get("content")
        payload = content.get("payload") if isinstance(content, dict) else None
        self._has_quit = any(item.get("source") == "ask_exit" for item in payload or ())
        await super()._check_raise_for_error(cell, cell_index, exec_reply)

    def process_message(  # noqa: D102 - nbclient's own
        self, msg: dict[str, object], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        output = super().process_message(msg, cell, cell_index)
        self._journal.changed()
        return output

    def output(
        self, outs: list[NotebookNode], msg: dict[str, object], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Keep an output, if there is room."""
        content = cast(dict[str, Any], msg["content"])
        parent = cast(dict[str, str], msg["parent_header"])
        if self.output_hook_stack[parent.get("msg_id", "")]:
            return super().output(outs, msg, display_id, cell_index)
        self._outputs.heard(content)
        if self.clear_before_next_output:
            self._outputs.cleared()
        elif self._outputs.extend(content):
            return None
        if not self._outputs.admit(content):
            return None
        if "traceback" in content:
            content |= {
                "evalue": redact(content["evalue"]),
                "traceback": [redact(line) for line in content["traceback"]],
            }
        output = super().output(outs, msg, display_id, cell_index)
        self._outputs.added(output)
        return output

    def clear_output(self, outs: list[NotebookNode], msg: dict[str, object], cell_index: int) -> None:
        """Forget what the cell showed."""
        super().clear_output(outs, msg, cell_index)
        if not outs:
            self._outputs.cleared()

    def _update_display_id(self, display_id: str, msg: dict[str, object]) -> None:
        if size_of(msg["content"]) <= CELL_LIMIT:
            super()._update_display_id(display_id, msg)
