"""What libraries log by themselves arrives in the run, with the real MLflow."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_mlops.core import live
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.live import Picture
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Cell
from jupyter_mlops.experiments.compare import compare
from jupyter_mlops.experiments.record import record
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.experiments.tune import tune
from jupyter_mlops.models.register import recorded_model, register
from jupyter_mlops.project.show import show
from tests.unit.experiments.cells import PlainCell

SKLEARN = """
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
X, X_test, y, y_test = train_test_split(*load_iris(return_X_y=True), random_state=0)
forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(X, y)
score = forest.score(X_test, y_test)
"""
LIGHTGBM = """
import lightgbm
import numpy as np
random = np.random.default_rng(0)
X = random.normal(size=(200, 3))
y = (X[:, 0] > 0).astype(int)
train = lightgbm.Dataset(X[:150], y[:150])
booster = lightgbm.train(
    {"objective": "binary", "num_leaves": 4, "verbose": -1, "seed": 1, "num_threads": 1},
    train, num_boost_round=12, valid_sets=[lightgbm.Dataset(X[150:], y[150:], reference=train)], valid_names=["valid"],
)
"""
LANGUAGE = """
import mlflow
class Completions:
    @mlflow.trace(span_type="LLM")
    def create(self, *, model, messages):
        return {"choices": [{"message": {"role": "assistant", "content": messages[-1]["content"].upper()}}]}
@mlflow.trace
def ask(text):
    answer = Completions().create(model="tiny", messages=[{"role": "user", "content": text}])
    return answer["choices"][0]["message"]["content"]
replies = [ask("a"), ask("b")]
"""
DIES = """
import os, signal, sys
from pathlib import Path
from jupyter_mlops.core.project import Project
project = Project.open(Path(sys.argv[1]))
from tests.unit.experiments.cells import PlainCell
from jupyter_mlops.experiments.record import record
record(project, PlainCell("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"), "doomed")
"""


BOOSTER = """
import lightgbm, numpy
rows = numpy.arange(80.0).reshape(40, 2)
booster = lightgbm.train({"num_leaves": 4, "verbose": -1, "min_data": 2}, lightgbm.Dataset(rows, rows[:, 0]), 2)
import mlflow
_ = mlflow.lightgbm.log_model(booster, name="trees", pip_requirements=[])
"""


@pytest.fixture
def here(tmp_path: Path) -> Project:
    project = Project(tmp_path / "shop")
    project.prepare()
    project._services["tracker"] = MlflowTracker(project)
    return project


class Pen:
    """A screen that keeps the points."""

    def __init__(self) -> None:
        self.points: list[tuple[str, int]] = []

    def draw(self, picture: Picture) -> None:
        """Nothing draws whole pictures here."""

    def point(self, name: str, step: int, value: float) -> None:
        """Keep it."""
        self.points.append((name, step))


class TestScikitLearn:
    def test_parameters_and_metrics_arrive(self, here: Project) -> None:
        """Of the fit, and of the score on other rows."""
        answer = record(here, PlainCell(SKLEARN), "forest")
        run = here.tracker.run(answer.run)
        assert run.params["n_estimators"] == "5"
        assert "training_accuracy_score" in run.metrics
        assert answer.models == ("forest",)
        assert answer.card().next[0] == f"%mlops register {answer.run} NAME"


class TestLightgbm:
    def test_parameters_and_the_course_of_a_metric_arrive(self, here: Project) -> None:
        """One point for each round; and they are seen while it trains."""
        pen = Pen()
        with live.watching(pen):
            answer = record(here, PlainCell(LIGHTGBM), "boosted")
        run = here.tracker.run(answer.run)
        (name,) = [key for key in run.metrics if key.startswith("valid")]
        assert run.params["num_leaves"] == "4"
        assert [step for step, _ in here.tracker.details(run).curves[name]] == list(range(12))
        assert [step for key, step in pen.points if key == name] == list(range(12))


class TestOwnModels:
    def test_one_that_the_cell_keeps_in_mlflows_own_form_is_registered_from_its_run(
        self, here: Project
    ) -> None:
        """A booster is no estimator of scikit-learn's; the refusal says how it gets there, and so it does."""
        cell = PlainCell(BOOSTER)
        exec(BOOSTER.partition("import mlflow")[0], cell.namespace)  # type: ignore[arg-type]
        with pytest.raises(Invalid) as refused:
            register(here, cell.namespace["booster"], "trees")
        assert "mlflow.lightgbm.log_model" in str(refused.value.hint)
        run = here.tracker.run(record(here, cell, "boosted").run)
        found = register(here, recorded_model(here, run), "trees")
        assert (found.version, found.run) == ("trees@1", run.ref)
        version = here.tracker.resolve("trees@1")
        assert any(item.path == "model.lgb" for item in here.tracker.model_files(version))
        with pytest.raises(Invalid, match="not a scikit-learn model") as refused:
            here.tracker.load(version)
        assert "mlflow.pyfunc.load_model('models:/trees/1')" in str(refused.value.hint)


class TestTraces:
    def test_calls_of_a_language_model_are_listed_with_the_run(self, here: Project) -> None:
        """Traced by MLflow while the cell runs, below whatever calls it; no network is asked."""
        answer = record(here, PlainCell(LANGUAGE), "chat")
        shown = show(here, answer.run)
        assert shown.columns == ("traced", "status", "took", "trace")
        assert [row[:2] for row in shown.rows] == [("ask", "ok")] * 2
        assert show(here, record(here, PlainCell("a = 1"), "silent").run).rows == ()


THREADS = """
import os
import mlflow
def log(number):
    with mlflow.start_run():
        mlflow.log_metric(f"part-{number}", number)
list(pool.map(log, range(4)))
child = os.fork()
if child == 0:
    mlflow.log_metric("forked", 1)
    os._exit(0)
_ = os.waitpid(child, 0)
"""


class TestThreads:
    def test_what_threads_and_forks_log_is_the_cells(self, here: Project) -> None:
        """MLflow would start a run for each of them, where nobody looks; a pool may outlive its cell."""
        with ThreadPoolExecutor(2) as pool:
            for name in ("first", "second"):
                answer = record(here, PlainCell(THREADS, {"pool": pool}), name)
                assert set(here.tracker.run(answer.run).metrics) == {
                    *map("part-{}".format, range(4)),
                    "forked",
                }
        assert len(here.tracker.runs().runs) == 2

    def test_trials_side_by_side_log_to_their_own_runs(
        self, here: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each to its own, parameters of the same name included, and nothing lands beside the project."""
        monkeypatch.chdir(here.root)
        cell = PlainCell("import mlflow\nmlflow.log_param('mine', trial.number)\ntrial.number")
        answer = tune(here, cell, "pair", trials=3, jobs=2)
        own = [here.tracker.run(trial.run or "").params for trial in answer.trials]
        assert own == [{"mine": str(number)} for number in range(3)]
        assert not (here.root / "mlflow.db").exists()


class TestTune:
    def test_trials_are_nested_runs_that_do_not_crowd_the_list(self, here: Project) -> None:
        """MLflow's own pages show them below their study."""
        cell = PlainCell("x = trial.suggest_float('x', 0, 1)\nfor step in range(3): trial.report(x, step)\nx")
        answer = tune(here, cell, "bowl", trials=3)
        assert [run.ref for run in here.tracker.runs().runs] == [answer.run]
        children = [here.tracker.run(trial.run or "") for trial in answer.trials]
        parent = here.tracker.run(answer.run)
        assert {child.tags["jupyter_mlops.parent"] for child in children} == {parent.id}
        assert [child.metrics["score"] for child in children] == [trial.value for trial in answer.trials]
        assert len(here.tracker.details(children[0]).curves["score.course"]) == 3
        assert tuple(here.tracker.details(parent).curves["best_so_far"]) == answer.curve

    def test_a_fit_within_a_trial_logs_nothing_of_its_own(self, here: Project) -> None:
        """A score takes many fits; the trial's parameters are the study's."""
        cell = PlainCell(SKLEARN.replace("n_estimators=5", "n_estimators=trial.suggest_int('trees', 2, 4)"))
        answer = tune(here, cell, "forests", trials=1)
        run = here.tracker.run(answer.trials[0].run or "")
        assert set(run.params) == {"trees"}
        assert set(run.metrics) == {"score"}

    def test_two_trials_can_be_compared(self, here: Project) -> None:
        """Their parameters are why."""
        answer = tune(here, PlainCell("trial.suggest_float('x', 0, 1)"), "pair", trials=2)
        found = compare(here, tuple(trial.run or "" for trial in answer.trials))
        assert [cause.kind for cause in found.causes] == ["parameters"]


class TestKilled:
    def test_a_run_whose_kernel_was_killed_is_closed_by_the_next_session(self, here: Project) -> None:
        """Whoever records, tunes or works next finds it, and says killed."""
        done = subprocess.run(
            [sys.executable, "-c", DIES, str(here.root)],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "MLFLOW_TRACKING_URI": ""} | {"PYTHONPATH": str(Path(__file__).parents[2])},
            check=False,
        )
        assert done.returncode == -signal.SIGKILL
        (doomed,) = here.tracker.runs().runs
        assert doomed.status == "running"
        cell: Cell = PlainCell("1.0")
        tune(here, cell, "next", trials=1)
        assert here.tracker.run(doomed.ref).status == "killed"
