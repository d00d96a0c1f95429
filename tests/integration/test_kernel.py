"""A real kernel: what Lab, VS Code and papermill talk to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import MIME
from jupyter_mlops.experiments.mlflow import MlflowTracker

WAIT_S = 60


class Kernel:
    """A kernel in a fresh project, and what its last cell sent."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client
        self.outputs: list[dict[str, Any]] = []

    def run(self, source: str, *, until: str = "") -> dict[str, Any]:
        """Run a cell to its end, interrupting it once it has printed *until*."""
        self.outputs.clear()

        def hear(message: dict[str, Any]) -> None:
            self.outputs.append(message)
            if until and message["content"].get("text") == until:
                self.manager.interrupt_kernel()

        reply = self.client.execute_interactive(source, output_hook=hear, timeout=WAIT_S)
        return dict(reply["content"])


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel whose working folder is a fresh project."""
    Project.create(tmp_path)
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=WAIT_S)
    yield Kernel(manager, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


class TestKernel:
    def test_an_interrupt_ends_the_cell_and_its_run(self, kernel: Kernel, tmp_path: Path) -> None:
        """Ctrl-C shows the user's own frames; the run is closed as killed; the next cell works."""
        kernel.run("%load_ext jupyter_mlops")
        slow = "%%mlops record slow\nimport time\nprint('begun', end='', flush=True)\ntime.sleep(60)"
        reply = kernel.run(slow, until="begun")
        assert reply["ename"] == "KeyboardInterrupt"
        shown = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(reply["traceback"]))
        assert "time.sleep(60)" in shown
        assert "jupyter_mlops" not in shown
        (run,) = MlflowTracker(Project(tmp_path)).runs().runs
        assert run.status == "killed"
        assert kernel.run("%mlops status")["status"] == "ok"

    def test_a_card_is_sent_in_three_forms_and_an_error_in_one_line(self, kernel: Kernel) -> None:
        """Lab draws our own type, other front ends the HTML, a log the text; what is wrong is one sentence."""
        kernel.run("%load_ext jupyter_mlops")
        kernel.run("import pandas as pd; df = pd.DataFrame({'a': [1]})")
        kernel.run("x = %mlops snapshot df customers")
        (card,) = (
            item["content"]["data"] for item in kernel.outputs if MIME in item["content"].get("data", {})
        )
        assert {"text/plain", "text/html"} <= set(card)
        reply = kernel.run("%mlops snapshot dff customers")
        assert (reply["ename"], len(reply["traceback"])) == ("NotFound", 2)
