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
MEASURED = """
import mlflow
model = SGDClassifier(random_state=0).fit(table, target)
mlflow.log_metric("accuracy", model.score(table, target))
mlflow.log_metric("norm", float(np.linalg.norm(table)))"""
UNSEEDED = f"%%mlops record loose{MEASURED}"
SEEDED = f"%%mlops record churn{MEASURED}\nopen('offset.txt', 'w').write('9')"
LOOK = "people = %mlops load people"
REGISTER = "%mlops register model churn"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with MLflow's own store and two runs of one kernel; their notebook, module and data have changed."""
    folder: Path = tmp_path_factory.mktemp("reproduce") / "shop"
    folder.mkdir()
    project = Project.create(folder)
    path = folder / "work" / "train.ipynb"
    path.parent.mkdir()
    module, offset = path.with_name("columns.py"), path.with_name("offset.txt")
    module.write_text("NAMES = ['x', 'y']\n")
    offset.write_text("0.1")
    for name in ("rates", "people"):
        snapshot(project, pd.DataFrame({"rate": [0.1]}), name)
    seeded, unseeded = DATA.format(seed="7"), DATA.format(seed="")
    write_notebook(path, "%load_ext jupyter_mlops", unseeded, UNSEEDED, LOOK, seeded, SEEDED, REGISTER)
    notebook = document.read(path, "work/train.ipynb")
    environment = {"JUPYTER_MLOPS_NOTEBOOK": notebook.name}
    job = Job(notebook, folder / "out.ipynb", 120.0, environment=environment)
    answer = PapermillRunner(project).run(job, lambda _: None, lambda: False)
    assert answer.failure is None, answer.failure
    path.unlink()
    offset.write_text("0.1")
    snapshot(project, pd.DataFrame({"rate": [99.0]}), "rates")
    module.write_text("NAMES = ['a', 'b']\n")
    return project


def run_of(project: Project, name: str) -> str:
    """Return the run that the notebook recorded as *name*; running it again makes one of the same name."""
    return [run.ref for run in runs(project).runs if run.name == name][-1]


class TestReproduce:
    def test_a_seeded_model_is_made_again_from_the_record_alone(self, shop: Project) -> None:
        """Its notebook is deleted, its module and the newest data are others, and no file is written over."""
        run = run_of(shop, "churn")
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

    def test_only_the_data_that_its_cells_read_are_its(self, shop: Project) -> None:
        """Another dataset was looked at by a cell that the model does not rest on."""
        assert shop.tracker.run(run_of(shop, "churn")).tags[SNAPSHOTS] == "rates@1"

    def test_a_model_without_a_seed_is_not(self, shop: Project) -> None:
        """The cell that printed something else first is named."""
        run = run_of(shop, "loose")
        found = reproduce(shop, run)
        assert not found.is_reproduced
        assert found.first.startswith("cell [2] printed")
        assert shop.tracker.run(run).tags[REPRODUCED].startswith(f"no by {found.made} on ")
