"""The example pipelines run as their files say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.pipelines.durable.account import account
from jupyter_mlops.pipelines.durable.state import EXECUTIONS

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(400)  # the first test runs both pipelines, with seven imports of MLflow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the examples, in which the model has been retrained and validated."""
    folder = tmp_path_factory.mktemp("examples") / "shop"
    shutil.copytree(ROOT / "examples", folder, ignore=shutil.ignore_patterns("train.ipynb", ".*"))
    Project.create(folder)
    for words in (["retrain", "-p", "month=2"], ["validate"]):
        say(folder, *words)
    return folder


def say(folder: Path, *words: str) -> None:
    """Run a pipeline as one does in a shell."""
    command = [sys.executable, "-m", "jupyter_mlops", "run", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr


class TestRetrain:
    def test_the_new_model_serves(self, place: Path) -> None:
        """Snapshot, training, registry and alias agree."""
        project = Project.open(place)
        champion = project.tracker.resolve("tumour@champion")
        assert champion.version == 1
        assert project.tracker.run(str(champion.run)).name == "tumour-model"
        with project.store.read() as connection:
            execution = connection.execute(
                select(EXECUTIONS.c.id).where(EXECUTIONS.c.pipeline == "retrain")
            ).scalar_one()
            found = account(connection, execution, project.clock.now())
        steps = {step.name: step for step in found.steps}
        assert list(steps) == ["data", "contract", "train", "evaluate", "gate", "promote"]
        train, promote = steps["train"], steps["promote"]
        assert resolve(project, "tumours@1").rows == 440
        assert float(str(train.outputs["auc"])) > 0.95
        assert str(promote.outputs["note"]).startswith("retrained, AUC 0.9")

    def test_its_runs_lie_within_each_other(self, place: Path) -> None:
        """In MLflow's own terms, so that its pages show them so."""
        from mlflow import MlflowClient

        client = MlflowClient(f"sqlite:///{place / '.mlops' / 'mlflow.db'}")
        runs = {run.info.run_id: run for run in client.search_runs(["1"])}
        named = {run.info.run_name: run for run in runs.values()}
        path = []
        run = named["tumour-model"]
        while (parent := run.data.tags.get("mlflow.parentRunId")) is not None:
            run = runs[parent]
            path.append(run.info.run_name)
        assert path == ["train", "retrain"]


class TestValidate:
    def test_the_champion_is_scored(self, place: Path) -> None:
        """On the newest snapshot, in a run of its own."""
        (run,) = Project.open(place).tracker.runs(query="nightly-check").runs
        assert run.metrics["auc"] > 0.95
        assert run.tags["jupyter_mlops.snapshots"] == "tumours@1"
