"""show: whatever a reference names."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core import ledger
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelFile, Run, RunLog
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.pipelines.durable.frozen import freeze, of_notebook
from jupyter_mlops.pipelines.durable.launch import launch
from jupyter_mlops.pipelines.file import definition, document
from jupyter_mlops.project.show import show
from tests.notebooks.builder import write_notebook


@pytest.fixture
def run(project: Project) -> Run:
    tracker = project.tracker
    started = tracker.start("first", key="k", experiment="shop", tags={})
    tracker.log(started, RunLog(metrics={"auc": 0.9}, models=(ModelFile("model", [1], "f"),)))
    tracker.register("churn", started, "model", key="v", tags={})
    return tracker.finish(started, "finished")


class TestShow:
    def test_a_snapshot_a_version_and_a_run_are_found(self, project: Project, run: Run) -> None:
        """Each by the reference that every verb takes."""
        snapshot(project, pd.DataFrame({"a": [1]}), "customers")
        assert show(project, "customers@1").kind == "snapshot"
        assert show(project, "churn@1").kind == "version"
        shown = show(project, run.ref)
        assert shown.kind == "run"
        assert "auc" in str(shown)

    def test_an_execution_is_shown_with_its_steps(self, project: Project) -> None:
        """By its id, whether it has ended or not."""
        write_notebook(project.root / "train.ipynb", "1")
        plan = of_notebook(project, document.find(project.root, "train.ipynb"))
        execution = launch(project, plan, {})
        shown = show(project, execution)
        assert shown.kind == "execution"
        assert "train.ipynb waits to begin" in str(shown)

    def test_a_pipeline_is_shown_with_its_newest_executions(self, project: Project) -> None:
        """By its name; before it ran, with its file alone."""
        write_notebook(project.root / "train.ipynb", "1")
        (project.root / "retrain.pipeline.toml").write_text('[steps.train]\nnotebook = "train.ipynb"\n')
        assert "retrain was not run yet" in str(show(project, "retrain"))
        plan = freeze(project, definition.load(project.root, "retrain"))
        first, second = (launch(project, plan, {}) for _ in range(2))
        shown = show(project, "retrain")
        assert shown.kind == "pipeline"
        assert {row[0] for row in shown.rows} == {first, second}
        assert ("file", "retrain.pipeline.toml") in shown.facts

    def test_a_notebook_that_was_run_by_itself_is_found_by_its_name(self, project: Project) -> None:
        """As `executions` lists it."""
        write_notebook(project.root / "train.ipynb", "1")
        execution = launch(project, of_notebook(project, document.find(project.root, "train.ipynb")), {})
        shown = show(project, "train")
        assert shown.rows[0][0] == execution

    def test_a_name_of_two_things_asks_which(self, project: Project, run: Run) -> None:
        """A dataset and a model may share a name; the kind tells them apart."""
        snapshot(project, pd.DataFrame({"a": [1]}), "churn")
        with pytest.raises(Invalid, match="is a dataset and a model"):
            show(project, "churn@1")
        assert show(project, "dataset:churn@1").kind == "snapshot"
        assert show(project, "model:churn@1").kind == "version"

    def test_nothing_of_that_name_says_where_to_look(self, project: Project) -> None:
        """One sentence, and the verbs that list."""
        with pytest.raises(NotFound, match="Nothing is called 'nobody'"):
            show(project, "nobody")


class TestNotebook:
    def test_a_notebook_shows_its_parameters_and_its_runs(self, project: Project) -> None:
        """What a form needs, read without running it; the newest runs come from the ledger."""
        source = 'trees: int = 100  # how many\nkind: Literal["a", "b"] = "a"\nname: str'
        write_notebook(project.root / "train.ipynb", parameters=source)
        entry = AuditEvent(
            at="2026-11-20T12:00:00+00:00",
            actor="ada",
            source="os",
            face="cli",
            verb="run",
            phase="outcome",
            outcome="ok",
            inputs=("notebook:train.ipynb",),
            outputs=("run:@8c1d22f0",),
        )
        with project.store.write() as connection:
            ledger.append(connection, entry)
        shown = show(project, "train.ipynb")
        trees, kind, name = shown.record["parameters"]  # type: ignore[misc]
        assert (trees["type"], trees["default"], trees["help"]) == ("int", "100", "how many")
        assert kind["choices"] == ["a", "b"]
        assert name["is_required"]
        assert shown.record["runs"] == ["@8c1d22f0"]
        assert "%mlops run train.ipynb" in str(show(project, "train.ipynb"))
