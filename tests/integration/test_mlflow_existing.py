"""A store that plain MLflow made, taken as it is: nothing of ours is in it, and every verb reads it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from sklearn.linear_model import LogisticRegression

from jupyter_mlops.core import door
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.experiments.compare import compare
from jupyter_mlops.experiments.runs import runs
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.models.models import models
from jupyter_mlops.models.promote import promote
from jupyter_mlops.project.history import history
from jupyter_mlops.project.show import show


def fill(uri: str) -> None:
    """Make what a team's project has: nested runs, files, versions with aliases, tags and old stages."""
    import mlflow

    mlflow.set_tracking_uri(uri)
    try:
        mlflow.set_experiment("churn")
        for number, regularised in enumerate((0.1, 1.0), 1):
            with mlflow.start_run(run_name=f"fit-{number}"):
                mlflow.log_param("C", regularised)
                for step in range(3):
                    mlflow.log_metric("auc", 0.7 + step * regularised / 10, step=step)
                mlflow.log_text("hello", "notes/a.txt")
                with mlflow.start_run(run_name=f"fold-{number}", nested=True):
                    mlflow.log_metric("auc", 0.5)
                model = LogisticRegression(C=regularised).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
                mlflow.sklearn.log_model(
                    model,
                    name="model",
                    registered_model_name="churn",
                    serialization_format="skops",
                    pip_requirements=[],
                )
        client = mlflow.MlflowClient()
        client.set_registered_model_alias("churn", "champion", "1")
        client.set_model_version_tag("churn", "1", "team", "risk")
        client.transition_model_version_stage("churn", "1", "Production")
    finally:
        mlflow.set_tracking_uri(None)


@pytest.fixture
def existing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A new project that is pointed at the team's store."""
    monkeypatch.chdir(tmp_path)
    uri = f"sqlite:///{tmp_path / 'team.db'}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fill(uri)
    project = Project(tmp_path / "shop", admin={"tracking_uri": uri})
    project.prepare()
    project._services["tracker"] = MlflowTracker(project)
    return project


class TestExisting:
    def test_runs_versions_and_decisions(self, existing: Project) -> None:
        """One store, one test: it takes seconds to make."""
        listed = runs(existing).runs
        assert {run.name for run in listed} >= {"fit-1", "fit-2"}
        second, first = (next(run for run in listed if run.name == name) for name in ("fit-2", "fit-1"))
        assert (first.status, first.params["C"], first.metrics["auc"]) == ("finished", "0.1", 0.72)
        assert show(existing, first.ref).kind == "run"
        assert existing.tracker.artifact(first, "notes/a.txt") == b"hello"
        assert "parameters" in {cause.kind for cause in compare(existing, (first.ref, second.ref)).causes}

        (churn,) = {item.name for item in models(existing).versions}
        assert churn == "churn"
        champion = existing.tracker.resolve("churn@champion")
        assert (champion.version, champion.tags["team"], champion.run) == (1, "risk", first.ref)
        assert dict(show(existing, "churn@1").facts)["team"] == "risk"
        assert existing.tracker.load(champion).predict([[3.0]]).tolist() == [1]  # type: ignore[attr-defined]

        verb = verb_of(promote)
        assert verb is not None
        moved = door.enter(existing, verb, {"version": "churn@2", "to": "champion"})
        assert isinstance(moved, Record)
        assert existing.tracker.resolve("churn@champion").version == 2
        assert "promote" in history(existing, "churn@2").card().text()
