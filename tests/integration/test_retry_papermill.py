"""Going on with a failed execution, with real kernels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mlops.core.errors import Invalid, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.attach import attach
from jupyter_mlops.pipelines.retry import retry
from jupyter_mlops.pipelines.run import run
from tests.fakes import FakeTracker
from tests.notebooks.builder import write_notebook

COUNT = "import os\nos.system('printf x >> count')"


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    made = Project(tmp_path / "shop", services={"tracker": FakeTracker()})
    made.prepare()
    return made


def fail(project: Project, *sources: str) -> None:
    write_notebook(project.root / "train.ipynb", *sources)
    with pytest.raises(Invalid):
        run(project, "train.ipynb")


class TestRetry:
    def test_it_goes_on_at_the_failed_cell(self, shop: Project) -> None:
        """The cell is mended; what those before it made is there again, without running them."""
        fail(shop, COUNT, "rows = [1, 2, 3]", "sum(row)", "print('end')")
        write_notebook(
            shop.root / "train.ipynb", COUNT, "rows = [1, 2, 3]", "print(sum(rows))", "print('end')"
        )
        found = retry(shop)
        assert [cell.status for cell in found.steps[0].cells] == [
            "restored",
            "restored",
            "completed",
            "completed",
        ]
        assert (shop.root / "count").read_text() == "x"
        assert '"6\\n"' in (shop.root / found.steps[0].output).read_text()

    def test_an_earlier_cell_that_changed_is_named(self, shop: Project) -> None:
        """Nothing runs; from the start it does."""
        fail(shop, "rows = [1]", "1/0")
        write_notebook(shop.root / "train.ipynb", "rows = [2]", "print(rows)")
        with pytest.raises(Refused, match=r"cell \[1\] \(rows = \[1\]\) changed"):
            retry(shop)
        assert retry(shop, from_start=True).status == "succeeded"


class TestAttach:
    def test_the_variables_of_the_failed_cell_are_there(self, shop: Project) -> None:
        """A second client sees them, until the kernel is ended."""
        write_notebook(shop.root / "train.ipynb", "rows = [1, 2, 3]", "1/0")
        (shop.root / "train.pipeline.toml").write_text(
            '[steps.train]\nnotebook = "train.ipynb"\nkeep_kernel_s = 60\n'
        )
        with pytest.raises(Invalid):
            run(shop, "train")
        kernel = attach(shop)
        look = (
            "import sys; from jupyter_client import BlockingKernelClient as Client\n"
            "client = Client(connection_file=sys.argv[1]); client.load_connection_file(); client.start_channels()\n"
            "client.wait_for_ready(timeout=20)\n"
            "client.execute_interactive('print(sum(rows))', timeout=20); client.stop_channels()"
        )
        command = [sys.executable, "-c", look, kernel.connection_file]
        seen = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert seen.stdout.strip() == "6"
        attach(shop, kernel.id, end=True)
        assert not Path(kernel.connection_file).exists()
