"""show: whatever a reference names."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelFile, Run, RunLog
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.project.show import show


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
