"""An unproven model of a real kernel, mended by running its cells clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.prove import prove
from jupyter_mlops.experiments.recorder.proof import PROVEN, REASONS
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import Job
from tests.notebooks.builder import write_notebook

DATA = """import builtins
import numpy as np
from sklearn.linear_model import SGDClassifier
generator = np.random.default_rng(7)
table = generator.normal(size=(80, 2))
exec("builtins.SCALE = 2.0")"""
FIT = """%%mlops record churn
import mlflow
target = (table[:, 0] > 0).astype(int)
model = SGDClassifier(random_state=0).fit(table * SCALE, target)
mlflow.log_metric("weight", float(model.coef_[0, 0]))"""
HIDDEN = "builtins.SCALE = 3.0"


def trained(project: Project) -> None:
    """Run a notebook whose model rests on what no reading of its cells can see; then lose the notebook."""
    path = project.root / "train.ipynb"
    write_notebook(path, "%load_ext jupyter_mlops", DATA, HIDDEN, FIT, "%mlops register model churn")
    notebook = document.read(path, "train.ipynb")
    job = Job(
        notebook, project.root / "out.ipynb", 120.0, environment={"JUPYTER_MLOPS_NOTEBOOK": "train.ipynb"}
    )
    answer = PapermillRunner(project).run(job, lambda _: None, lambda: False)
    assert answer.failure is None, answer.failure
    path.unlink()


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A project with MLflow's own store."""
    return Project.create(tmp_path)


class TestProve:
    def test_one_action_makes_a_version_proven(self, shop: Project) -> None:
        """The notebook is gone; the cells that it seems to rest on do not suffice, so that the session ran."""
        trained(shop)
        version = shop.tracker.resolve("churn@1")
        assert version.tags[PROVEN] == "false"
        assert "exec" in version.tags[REASONS]
        found = prove(shop, "churn@1")
        assert found.is_proven, str(found)
        assert (found.rests_on, found.versions) == ("session", ("churn@1",))
        assert shop.tracker.resolve("churn@1").tags[PROVEN] == "true"
        assert not shop.tracker.resolve("churn@1").tags.get(REASONS)
        assert shop.tracker.run(found.run).tags[PROVEN] == "true"
