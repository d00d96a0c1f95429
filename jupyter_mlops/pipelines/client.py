"""The manager and the client of one kernel.

Imported only where a notebook is run.
"""

from __future__ import annotations

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from jupyter_mlops.pipelines.kernel import Kernel


def manager_of(kernel: Kernel) -> AsyncKernelManager:
    """Return what starts and stops *kernel*."""
    return AsyncKernelManager(
        kernel_name=kernel.name,
        kernel_spec_manager=_OneSpec(kernel.spec),
        client_factory=CellClient,
        **_encryption(),
    )


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

    cell_id = ""

    def execute(  # type: ignore[override]
        self, code: str, store_history: bool = True, stop_on_error: bool = True
    ) -> str:
        """Send the code, and return the request's id."""
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        message = self.session.msg("execute_request", content, metadata={"cellId": self.cell_id})
        self.shell_channel.send(message)
        return str(message["header"]["msg_id"])
