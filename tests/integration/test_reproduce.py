"""Runs recorded in a real kernel into a real MLflow store, and made again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.experiments.provenance import SNAPSHOTS
from jupyter_mlops.experiments.reproduce import REPRODUCED, REPRODUCES, reproduce
from jupyter_mlops.experiments.runs import runs
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import Job
from tests.notebooks.builder import write_notebook

DATA = """import numpy as np
import pandas as pd
from sklearn.linear_model import SGDClassifier
from columns import NAMES
rates = %mlops load rates
offset = float(open("offset.txt").read()) + rates["rate"].iloc[0]
generator = np.random.default_rng({seed})
table = pd.DataFrame(generator.normal(size=(80, 2)), columns=NAMES)
target = (table["x"] + generator.normal(size=80) > offset).astype(int)
print(float(table["x"].iloc[0]))"""
FIT = """%%mlops record churn
import mlflow
open("offset.txt", "w").write("9")
model = SGDClassifier(random_state=0).fit(table, target)
mlflow.log_metric("accuracy", model.score(table, target))
mlflow.log_metric("norm", float(np.linalg.norm(table)))"""
REGISTER = "%mlops register model churn"


def recorded(project: Project, seed: str) -> str:
    """Run the notebook in a kernel, delete it, change its module and its data; return the run that it recorded."""
    path = project.root / "work" / "train.ipynb"
    path.parent.mkdir(exist_ok=True)
    module = path.with_name("columns.py")
    module.write_text("NAMES = ['x', 'y']\n")
    offset = path.with_name("offset.txt")
    offset.write_text("0.1")
    snapshot(project, pd.DataFrame({"rate": [0.1]}), "rates")
    write_notebook(path, "%load_ext jupyter_mlops", DATA.format(seed=seed), FIT, REGISTER)
    notebook = document.read(path, "work/train.ipynb")
    job = Job(
        notebook, project.root / "out.ipynb", 120.0, environment={"JUPYTER_MLOPS_NOTEBOOK": notebook.name}
    )
    answer = PapermillRunner(project).run(job, lambda _: None, lambda: False)
    assert answer.failure is None, answer.failure
    path.unlink()
    offset.write_text("0.1")
    snapshot(project, pd.DataFrame({"rate": [99.0]}), "rates")
    module.write_text("NAMES = ['a', 'b']\n")
    return runs(project).runs[0].ref


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with MLflow's own store."""
    folder: Path = tmp_path_factory.mktemp("reproduce") / "shop"
    folder.mkdir()
    return Project.create(folder)


class TestReproduce:
    def test_a_seeded_model_is_made_again_from_the_record_alone(self, shop: Project) -> None:
        """Its notebook is deleted, its module and the newest data are others, and no file is written over."""
        run = recorded(shop, "7")
        found = reproduce(shop, run)
        assert found.is_reproduced, str(found)
        assert {item.name: item.sameness for item in found.metrics}["accuracy"] == "equal"
        assert (found.first, found.versions) == ("", ("churn@1",))
        assert shop.tracker.resolve("churn@1").tags[REPRODUCED].startswith(f"yes by {found.made} on ")
        assert shop.tracker.run(run).tags[REPRODUCED].startswith("yes")
        new = shop.tracker.run(str(found.made))
        assert new.tags[REPRODUCES] == shop.tracker.run(run).id
        assert len(shop.tracker.versions()) == 1
        assert (shop.root / found.output).is_file()
        assert (shop.root / "work" / "offset.txt").read_text() == "0.1"
        assert shop.tracker.run(run).tags[SNAPSHOTS] == new.tags[SNAPSHOTS] == "rates@1"

    def test_a_model_without_a_seed_is_not(self, shop: Project) -> None:
        """The cell that printed something else first is named."""
        run = recorded(shop, "")
        found = reproduce(shop, run)
        assert not found.is_reproduced
        assert found.first.startswith("cell [2] printed")
        assert shop.tracker.run(run).tags[REPRODUCED].startswith(f"no by {found.made} on ")
