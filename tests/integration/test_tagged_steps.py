"""Tagged cells of one notebook run as steps, each in a kernel of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.account import Execution
from jupyter_mlops.pipelines.pipeline import pipeline
from jupyter_mlops.pipelines.run import run
from tests.unit.pipelines.files import write_tagged

LOAD = """frame = pd.DataFrame({"a": [1.5, None], "b": ["x", None]}, index=[3, 5])
column, grid = frame["a"], np.arange(6, dtype="int32").reshape(2, 3)
day, shape, told = date(2026, 11, 1), (1, 2), {"n": n, "none": None}"""
CHECK = """assert frame.equals(pd.DataFrame({"a": [1.5, None], "b": ["x", None]}, index=[3, 5]))
assert column.name == "a" and column.equals(frame["a"])
assert grid.shape == (2, 3) and grid.dtype == "int32"
assert (day, shape) == (date(2026, 11, 1), (1, 2))
total = double(told["n"])"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Execution]:
    """A pipeline of two steps, inferred, written and run."""
    folder = tmp_path_factory.mktemp("tagged") / "shop"
    folder.mkdir()
    project = Project.create(folder)
    imports = "import numpy as np\nimport pandas as pd\nfrom datetime import date"
    write_tagged(
        project,
        (imports, "imports"),
        ("n: int = 1", "pipeline-parameters"),
        ("def double(x):\n    return 2 * x", "functions"),
        (LOAD, "step:load"),
        (CHECK, "step:check", "prev:load"),
        ("print(total)", "pipeline-metrics"),
        ("nonsense(", "skip"),
    )
    pipeline(project, "train.ipynb", "nightly", write=True)
    return folder, run(project, "nightly", param=("n=21",))


class TestTaggedSteps:
    def test_variables_pass_exactly(self, ran: tuple[Path, Execution]) -> None:
        """Tables and arrays as snapshots, the rest as values; parameters reach every step."""
        _, execution = ran
        assert [(step.name, step.status) for step in execution.steps] == [
            ("load", "succeeded"),
            ("check", "succeeded"),
        ]
        assert execution.steps[1].outputs == {"total": 42}

    def test_the_output_shows_what_was_taken_over(self, ran: tuple[Path, Execution]) -> None:
        """As lines that can be typed; the datasets are the pipeline's own."""
        folder, execution = ran
        text = (folder / execution.steps[1].output).read_text(encoding="utf-8")
        assert "frame = %mlops load nightly.load.frame@1" in text
        assert "nonsense(" not in text
