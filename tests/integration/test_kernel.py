"""A real kernel: what Lab, VS Code and papermill talk to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import MIME
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from tests.integration.kernels import Kernel, started


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel whose working folder is a fresh project."""
    Project.create(tmp_path)
    with started(tmp_path) as kernel:
        yield kernel


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
