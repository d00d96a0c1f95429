"""What the kernel says while a cell runs: heard whole or reported as lost, bounded, and masked.

Imported only where a notebook is run: nbclient is slow to load.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbformat import NotebookNode

from jupyter_mlops.pipelines.running.inside.limits import LEFT_OUT, SENT, SHOWN
from jupyter_mlops.pipelines.running.journal import Journal
from jupyter_mlops.pipelines.running.outputs import CELL_LIMIT, Outputs, shown, size_of

Message = dict[str, Any]
_SILENCE_S = 20.0
_log = logging.getLogger("jupyter_mlops.cells")
_log.setLevel(logging.INFO)  # below that nbclient writes down every message, secrets and all


class OutputLost(Exception):
    """Something that the kernel said did not arrive."""


class Transcript(NotebookClient):
    """Keep what the cells show.

    Parameters
    ----------
    journal
        Hears that something has changed.
    echo
        Hears what the cells print: the stream's name, and the text.
    """

    def __init__(
        self, node: NotebookNode, journal: Journal, echo: Callable[[str, str], None] | None = None
    ) -> None:
        super().__init__(node, timeout=None, log=_log)
        self.journal = journal
        self.outputs = Outputs(journal.mask, echo)
        self.has_quit = False
        self._messages = self._shown = 0

    def open_cell(self) -> None:
        """Begin to hear a cell."""
        self.has_quit = False
        self._shown = 0
        self.outputs.open()

    def close_cell(self, index: int) -> None:
        """Settle what a cell has shown."""
        dropped = self.outputs.close(self.nb.cells[index])
        if dropped:
            self.journal.warn(f"its output was cut, {shown(dropped)} left out.", index)

    def close(self) -> None:
        """Keep what widgets show."""
        self.set_widgets_metadata()
        self.journal.mask.deep(self.nb.metadata.get("widgets", {}))

    async def _async_poll_for_reply(
        self,
        msg_id: str,
        cell: NotebookNode,
        timeout: int | None,
        task_poll_output_msg: asyncio.Future[object],
        task_poll_kernel_alive: asyncio.Future[object],
    ) -> Message:
        """Wait for the reply, and for the outputs that belong to it, however many are still on their way."""
        replying = asyncio.ensure_future(self._reply_to(msg_id))
        try:
            both: set[asyncio.Future[Any]] = {replying, task_poll_output_msg}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({replying}, timeout=None if not task_poll_output_msg.done() else _SILENCE_S)
            if not replying.done():
                raise OutputLost(f"The cell ended, and the kernel did not reply within {_SILENCE_S:g} s.")
            await self._hear_out(task_poll_output_msg)
            return replying.result()
        finally:
            replying.cancel()
            task_poll_kernel_alive.cancel()

    async def _reply_to(self, request: str) -> Message:
        channel = cast("AsyncKernelClient", self.kc).shell_channel
        while True:
            message: Message = await ensure_async(channel.get_msg(timeout=None))
            if message["parent_header"].get("msg_id") == request:
                return message

    async def _hear_out(self, listening: asyncio.Future[object]) -> None:
        while not listening.done():
            before = self._messages
            await asyncio.wait({listening}, timeout=_SILENCE_S)
            if not listening.done() and self._messages == before:
                listening.cancel()
                raise OutputLost(f"The cell ended, and its output did not within {_SILENCE_S:g} s.")
        await listening

    async def _check_raise_for_error(
        self, cell: NotebookNode, cell_index: int, exec_reply: Message | None
    ) -> None:
        content = (exec_reply or {}).get("content") or {}
        self.has_quit = any(item.get("source") == "ask_exit" for item in content.get("payload") or ())
        self.outputs.left_out(content.get(LEFT_OUT, 0))
        await super()._check_raise_for_error(cell, cell_index, exec_reply)
        missing = content.get(SENT, 0) - self._shown
        if missing > 0:
            raise OutputLost(f"{missing:,} of the cell's {content[SENT]:,} outputs did not arrive.")

    def process_message(  # noqa: D102 - nbclient's own
        self, msg: Message, cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        self._messages += 1
        self._shown += msg["msg_type"] in SHOWN
        output = super().process_message(msg, cell, cell_index)
        self.journal.changed()
        return output

    def output(
        self, outs: list[NotebookNode], msg: Message, display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Keep an output, if there is room."""
        content = cast(Message, msg["content"])
        parent = cast(dict[str, str], msg["parent_header"])
        if self.output_hook_stack[parent.get("msg_id", "")]:
            return super().output(outs, msg, display_id, cell_index)
        self.outputs.heard(content)
        if self.clear_before_next_output:
            self.outputs.cleared()
        elif self.outputs.extend(content):
            return None
        if not self.outputs.admit(content):
            return None
        output = super().output(outs, msg, display_id, cell_index)
        self.outputs.added(output)
        return output

    def clear_output(self, outs: list[NotebookNode], msg: Message, cell_index: int) -> None:
        """Forget what the cell showed."""
        super().clear_output(outs, msg, cell_index)
        if not outs:
            self.outputs.cleared()

    def _update_display_id(self, display_id: str, msg: Message) -> None:
        if size_of(msg["content"]) <= CELL_LIMIT:
            self.journal.mask.deep(msg["content"])
            super()._update_display_id(display_id, msg)
