"""Two runs of a real kernel, run again with one factor swapped at a time."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.experiments.compare import compare
from jupyter_mlops.experiments.runs import runs
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import Job
from tests.notebooks.builder import write_notebook

DATA = """rates = %mlops load rates
factor = {factor}"""
FIT = """%%mlops record rate
import mlflow
mlflow.log_metric("total", float(rates["rate"].sum()) * factor)"""


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A project with MLflow's own store, and two runs that differ in data and one parameter."""
    project = Project.create(tmp_path)
    for factor, rate in ((2, 1.0), (3, 5.0)):
        snapshot(project, pd.DataFrame({"rate": [rate]}), "rates")
        path = project.root / "train.ipynb"
        write_notebook(path, "%load_ext jupyter_mlops", DATA.format(factor=factor), FIT)
        job = Job(document.read(path, "train.ipynb"), project.root / "out.ipynb", 120.0)
        answer = PapermillRunner(project).run(job, lambda _: None, lambda: False)
        assert answer.failure is None, answer.failure
        path.unlink()
    return project


class TestReplay:
    def test_the_change_is_attributed_to_the_data_and_the_parameter(self, shop: Project) -> None:
        """2 × 1 became 3 × 5: the data alone +8, last +12; the parameter alone +1, last +5."""
        after, before = (run.ref for run in runs(shop).runs)
        found = compare(shop, (before, after), replay=True).replay
        assert found is not None
        (total,) = (one for one in found.attributions if one.metric == "total")
        assert {effect.factor: (effect.alone, effect.last, effect.explains) for effect in total.effects} == {
            "data": (8.0, 12.0, 10.0),
            "parameters": (1.0, 5.0, 3.0),
        }
        assert (total.change, total.rest, total.noise) == (13.0, 0.0, 0.0)
