"""Speak to what runs within the kernel on our behalf: `inside.agent` answers.

Imported only where a notebook is run.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_core.utils import ensure_async

from jupyter_mlops.pipelines.running.client import CellClient
from jupyter_mlops.pipelines.running.inside.agent import REQUEST
from jupyter_mlops.pipelines.running.outputs import CELL_LIMIT
from jupyter_mlops.pipelines.running.patience import Patience

_FOLDER = Path(__file__).with_name("inside")
_LOOK_S = 1.0
_LOOKS = 4
# Run before any cell, in names of its own: not even an import is left behind in the notebook's.
_INSTALL = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location(
    "_jupyter_mlops", {str(_FOLDER / "__init__.py")!r}, submodule_search_locations=[{str(_FOLDER)!r}])
sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])
importlib.import_module(spec.name + ".agent").install({CELL_LIMIT})
"""
Answer = dict[str, Any]


class AgentLost(Exception):
    """The kernel did not answer."""


class Asleep(AgentLost):
    """It lives, did not become ready, and does nothing about it."""


class Agent:
    """Ask the kernel for what no cell should see.

    Parameters
    ----------
    is_alive
        Whether the kernel still runs.
    """

    def __init__(self, client: CellClient, is_alive: Callable[[], Awaitable[bool]]) -> None:
        self._client = client
        self._is_alive = is_alive

    async def install(self, timeout_s: float) -> bool:
        """Bring it into the kernel; tell whether the kernel can have it."""
        content = {
            "code": f"exec({_INSTALL!r}, {{}})",
            "silent": True,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        answer = await self._reply(self._client.send("execute_request", content), timeout_s)
        return bool(answer.get("status") == "ok")

    async def ask(self, do: str, timeout_s: float, **content: object) -> Answer:
        """Return the answer to a request.

        Raises
        ------
        AgentLost
            The kernel died, or took too long.
        """
        return await self._reply(self._client.send(REQUEST, {"do": do, **content}), timeout_s)

    async def _reply(self, request: str, timeout_s: float) -> Answer:
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = await ensure_async(self._client.shell_channel.get_msg(timeout=min(left, _LOOK_S)))
            except Empty:
                if not await self._is_alive():
                    raise AgentLost("The kernel died.") from None
                continue
            if message["parent_header"].get("msg_id") == request:
                content: Answer = message["content"]
                return content
        raise AgentLost(f"The kernel did not answer within {timeout_s:g} s.")


async def ready(client: CellClient, is_alive: Callable[[], Awaitable[bool]], patience: Patience) -> Answer:
    """Wait until the kernel hears us and we hear it; return what it says of itself.

    jupyter_client's own wait ends with a fifth of a second of listening to nothing.

    Raises
    ------
    AgentLost
        It died, took too long, or is asleep.
    """
    while True:
        request = client.send("kernel_info_request", {})
        try:
            reply = await _greeting(client, is_alive, patience)
            heard = await ensure_async(client.iopub_channel.get_msg(timeout=_LOOK_S / 5))
            while heard["parent_header"].get("msg_id") != request:
                heard = await ensure_async(client.iopub_channel.get_msg(timeout=_LOOK_S / 5))
        except Empty:
            continue
        client._handle_kernel_info_reply(reply)  # noqa: SLF001 - adapts to the kernel's version of the protocol
        content: Answer = reply["content"]
        return content


async def _greeting(
    client: CellClient, is_alive: Callable[[], Awaitable[bool]], patience: Patience
) -> Answer:
    """Return the first reply, unless none comes before it should be asked again."""
    for _ in range(_LOOKS):
        with suppress(Empty):
            reply: Answer = await ensure_async(client.shell_channel.get_msg(timeout=_LOOK_S / _LOOKS))
            return reply
        if not await is_alive():
            raise AgentLost("It died before it was ready.")
        if patience.is_over():
            raise AgentLost(f"It was not ready within {patience.limit_s:g} s.")
        if patience.is_asleep():
            raise Asleep(f"It was not ready, and did nothing for {patience.idle_s:g} s.")
    raise Empty
