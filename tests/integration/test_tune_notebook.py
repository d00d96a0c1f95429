"""A whole notebook as what is searched, in real kernels; and a study in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from jupyter_mlops.core.clock import SystemClock
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.tune import tune
from jupyter_mlops.faces.script import Script
from jupyter_mlops.pipelines.executions import executions
from tests.fakes import FakeTracker
from tests.notebooks.builder import write_notebook
from tests.postgres import Postgres, running
from tests.unit.experiments.cells import PlainCell


@pytest.fixture
def shop(project: Project) -> Project:
    """A project whose clock goes on: kernels take their time."""
    return Project(project.root, clock=SystemClock(), services={"tracker": FakeTracker()})


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running() as server:
        yield server


def notebook(project: Project) -> Script:
    write_notebook(
        project.root / "train.ipynb",
        "%load_ext jupyter_mlops\nif depth > 6: raise ValueError('too deep')\nscore = depth + rate",
        "%mlops output score=score",
        parameters="depth: int = 2\nrate: float = 0.5",
    )
    return Script(project.root / "train.ipynb", project.root)


class TestNotebook:
    def test_its_output_is_the_score_and_its_failure_a_failed_trial(self, shop: Project) -> None:
        """Each trial is an execution in a fresh kernel; two at a time."""
        space = ("depth=int(5,7)", "rate=float(0,1)")
        found = tune(shop, notebook(shop), "deep", trials=4, jobs=2, space=space)
        told = {trial.state for trial in found.trials}
        assert told <= {"complete", "failed"}
        for trial in found.trials:
            depth, rate = cast(int, trial.params["depth"]), cast(float, trial.params["rate"])
            assert trial.state == ("failed" if depth > 6 else "complete")
            assert trial.value is None or trial.value == pytest.approx(depth + rate)
            assert ("too deep" in trial.reason) == (depth > 6)

    def test_a_trials_execution_is_part_of_its_run(self, shop: Project) -> None:
        """The study holds its trials, and a trial what it ran: the list of runs shows the study alone."""
        found = tune(shop, notebook(shop), "deep", trials=1, space=("depth=int(2,3)",))
        trial = shop.tracker.run(found.trials[0].run or "")
        (made,) = executions(shop).executions
        assert made.run is not None
        assert shop.tracker.run(made.run).tags["jupyter_mlops.parent"] == trial.id
        assert made.cause.told == "tune trial 0 of deep"
        assert [run.name for run in shop.tracker.runs().runs] == ["deep"]

    def test_a_space_that_the_notebook_does_not_take_is_refused_before_anything_runs(
        self, shop: Project
    ) -> None:
        """An unknown parameter, or none at all."""
        with pytest.raises(Invalid, match="Nothing of train"):
            tune(shop, notebook(shop), "bare")
        with pytest.raises(Invalid, match="leaves"):
            tune(shop, notebook(shop), "strange", space=("leaves=int(1,2)",))


class TestPostgres:
    def test_a_study_is_kept_in_a_schema_of_its_own(self, shop: Project, postgres: Postgres) -> None:
        """Beside the project's tables, and it goes on from there."""
        admin = {"store_url": postgres.database()}
        project = Project(shop.root, services={"tracker": FakeTracker()}, admin=admin)
        tune(project, PlainCell("trial.suggest_float('x', 0, 1)"), "team", trials=2)
        found = tune(project, PlainCell("trial.suggest_float('x', 0, 1)"), "team", trials=1, resume=True)
        assert [trial.number for trial in found.trials] == [0, 1, 2]
        assert not (project.folder / "tune.db").exists()
