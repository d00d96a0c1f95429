"""A real kernel for tests: what Lab, VS Code and papermill talk to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

WAIT_S = 60


class Kernel:
    """A kernel, and what its last cell sent."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client
        self.outputs: list[dict[str, Any]] = []

    def run(
        self, source: str, *, until: str = "", metadata: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """Run a cell to its end, interrupting it once it has printed *until*.

        Parameters
        ----------
        metadata
            What the front end sends with the request; Lab's names the cell.
        """
        self.outputs.clear()

        def hear(message: dict[str, Any]) -> None:
            self.outputs.append(message)
            if until and message["content"].get("text") == until:
                self.manager.interrupt_kernel()

        request = self.client.session.msg

        def with_metadata(kind: str, *args: Any, **options: Any) -> dict[str, Any]:
            message = request(kind, *args, **options)
            message["metadata"] = dict(metadata or {})
            return message

        self.client.session.msg = with_metadata  # type: ignore[method-assign]  # execute() takes no metadata
        try:
            reply = self.client.execute_interactive(source, output_hook=hear, timeout=WAIT_S)
        finally:
            self.client.session.msg = request  # type: ignore[method-assign]
        return dict(reply["content"])

    def ask(self, expression: str) -> str:
        """Return what an expression shows, as text."""
        reply = self.run(expression)
        assert reply["status"] == "ok", reply
        shown = [item["content"]["data"]["text/plain"] for item in self.outputs if "data" in item["content"]]
        return "\n".join(shown)

    @property
    def text(self) -> str:
        """All text that the last cell sent."""
        contents = [item["content"] for item in self.outputs]
        return "\n".join(
            str(content.get("text") or content.get("data", {}).get("text/plain") or "")
            for content in contents
        )


@contextmanager
def started(folder: Path, **environment: str) -> Iterator[Kernel]:
    """Start a kernel in *folder*, and end it."""
    import os

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), env={**os.environ, **environment})
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=WAIT_S)
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
