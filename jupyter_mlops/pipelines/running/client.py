"""The manager and the client of one kernel.

Imported only where a notebook is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from jupyter_mlops.pipelines.running.kernel import Kernel, without_debugger


class CellManager(AsyncKernelManager):
    """Starts and stops one kernel, through a supervisor if it is given one."""

    prefix: Sequence[str] = ()
    has_debugger = False

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the command that starts the kernel."""
        command = super().format_kernel_cmd(extra_arguments)
        return [*self.prefix, *(command if self.has_debugger else without_debugger(command))]

    def client(self, **options: object) -> CellClient:  # type: ignore[override]
        """Return what speaks to the kernel."""
        return cast(CellClient, super().client(**options))


def manager_of(kernel: Kernel) -> CellManager:
    """Return what starts and stops *kernel*."""
    manager = CellManager(
        kernel_name=kernel.name,
        kernel_spec_manager=_OneSpec(kernel.spec),
        client_factory=CellClient,
        **_encryption(),
    )
    manager.context.setsockopt(zmq.RCVHWM, 0)  # else what comes faster than it is heard is dropped
    return manager


class _OneSpec(KernelSpecManager):
    """Knows the one kernel that was chosen."""

    def __init__(self, spec: KernelSpec) -> None:
        super().__init__()
        self._spec = spec

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return self._spec


def _encryption() -> dict[str, str]:
    """Encrypt what goes to and from the kernel, where jupyter_client and libzmq know how."""
    knows = "transport_encryption" in AsyncKernelManager.class_trait_names() and zmq.has("curve")
    return {"transport_encryption": "auto"} if knows else {}


class CellClient(AsyncKernelClient):
    """Sends the cell's id with its code, as JupyterLab does and nbclient does not."""

    _cell_id = ""
    _source = ""

    def next_cell(self, cell_id: str, source: str) -> None:
        """Say which cell comes next, and its code: the notebook's own copy of it may be masked."""
        self._cell_id, self._source = cell_id, source

    def send(self, kind: str, content: Mapping[str, object]) -> str:
        """Send a request on the shell channel, and return its id."""
        message = self.session.msg(kind, dict(content))
        self.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def execute(  # type: ignore[override]
        self, code: str, store_history: bool = True, stop_on_error: bool = True
    ) -> str:
        """Send the next cell's code, and return the request's id."""
        content = {
            "code": self._source,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        message = self.session.msg("execute_request", content, metadata={"cellId": self._cell_id})
        self.shell_channel.send(message)
        return str(message["header"]["msg_id"])
