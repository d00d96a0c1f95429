"""Recording: what a cell made is kept, and what went wrong is told, the user's own error first."""

from __future__ import annotations

import json
from typing import cast

import pytest

from jupyter_mlops.core import door
from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.ledger import entries
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import RunLog
from jupyter_mlops.core.types import Figure
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.experiments.record import Recorded, record
from tests.fakes import FakeTracker
from tests.unit.experiments.cells import PlainCell

TRAIN = """
import numpy as np
from sklearn.linear_model import LogisticRegression
X = np.array([[0.0], [1.0], [2.0], [3.0]])
y = [0, 0, 1, 1]
classifier = LogisticRegression().fit(X, y)
"""
PIPELINE = """
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier
tree = DecisionTreeClassifier()
model = make_pipeline(tree).fit([[0], [1]], [0, 1])
same = model
unfitted = DecisionTreeClassifier()
tree.fit([[0], [1]], [0, 1])
model.steps[0] = ("tree", tree)
"""


@pytest.fixture
def tracker(project: Project) -> FakeTracker:
    return cast(FakeTracker, project.tracker)


def only_run(tracker: FakeTracker):  # type: ignore[no-untyped-def]
    (run,) = tracker.runs().runs
    return run


class TestWhatIsKept:
    def test_the_run_has_the_name_and_is_finished(self, project: Project, tracker: FakeTracker) -> None:
        """The cell ran once, and its run says so."""
        cell = PlainCell("a = 1")
        answer = record(project, cell, "first")
        assert (only_run(tracker).name, only_run(tracker).status, cell.times) == ("first", "finished", 1)
        assert answer.run == only_run(tracker).ref == project.session.last_run

    def test_a_run_without_a_name_takes_the_notebooks(self, project: Project) -> None:
        """`train.ipynb` makes a run called train."""
        assert record(project, PlainCell("a = 1")).name == "train"

    def test_what_libraries_log_is_shown(self, project: Project, tracker: FakeTracker) -> None:
        """Metrics and parameters come from autologging."""
        tracker.autologged = RunLog(params={"C": "1.0"}, metrics={"training_score": 0.9, "auc": 0.8})
        answer = record(project, PlainCell("a = 1"))
        assert (answer.params, answer.metrics) == (1, {"training_score": 0.9, "auc": 0.8})
        assert answer.card().text().index("auc") < answer.card().text().index("training_score")

    def test_source_requirements_and_figures_are_files(self, project: Project, tracker: FakeTracker) -> None:
        """The cell, the exact environment, and each picture it showed."""
        record(project, PlainCell("a = 1", figures=(Figure("roc/../x", "image/png", b"PNG"),)))
        files = tracker.artifacts[only_run(tracker).id]
        assert files["source.py"] == b"a = 1"
        assert b"\nnumpy==" in files["requirements.txt"]
        assert [path for path in files if path.startswith("figures/")] == ["figures/01-roc-.png"]

    def test_the_run_says_where_it_came_from(self, project: Project, tracker: FakeTracker) -> None:
        """Notebook, snapshots, environment and person are tags."""
        project.session.snapshots["customers@3"] = None
        record(project, PlainCell("a = 1"), tags=("team=risk", "urgent"))
        tags = only_run(tracker).tags
        assert tags["jupyter_mlops.notebook"] == "notebooks/train.ipynb"
        assert tags["jupyter_mlops.snapshots"] == "customers@3"
        assert tags["jupyter_mlops.actor"] == "ada"
        assert (len(tags["jupyter_mlops.environment"]), tags["team"], tags["urgent"]) == (64, "risk", "true")

    @pytest.mark.parametrize("tag", ["", "=x", "jupyter_mlops.key=x", "mlflow.user=eve"])
    def test_a_tag_of_ours_is_not_the_users_to_give(self, project: Project, tag: str) -> None:
        """Nobody pretends to be another run's key."""
        with pytest.raises(Invalid):
            record(project, PlainCell("a = 1"), tags=(tag,))


class TestModels:
    def test_the_fitted_estimator_is_kept_once(self, project: Project, tracker: FakeTracker) -> None:
        """By the variable's name, with example, pins and fingerprint."""
        answer = record(project, PlainCell(TRAIN))
        (kept,) = tracker.files[only_run(tracker).id].values()
        assert answer.models == (kept.name,) == ("classifier",)
        assert kept.example.shape == (4, 1)  # type: ignore[union-attr]
        assert any(pin.startswith("scikit-learn==") for pin in kept.requirements)
        assert project.session.models[kept.fingerprint].run == only_run(tracker).id
        assert json.loads(only_run(tracker).tags["jupyter_mlops.models"]) == {"classifier": kept.fingerprint}

    def test_parts_copies_and_unfitted_ones_are_not(self, project: Project, tracker: FakeTracker) -> None:
        """A pipeline is one model, under its first name."""
        assert record(project, PlainCell(PIPELINE)).models == ("model",)

    def test_an_estimator_of_an_earlier_cell_is_kept_when_this_one_fits_it(self, project: Project) -> None:
        """`model.fit(X, y)` binds nothing, and yet it makes a model."""
        cell = PlainCell("model.fit([[0], [1]], [0, 1])")
        exec("from sklearn.linear_model import LinearRegression\nmodel = LinearRegression()", cell.namespace)  # type: ignore[arg-type]
        assert record(project, cell).models == ("model",)

    def test_code_of_ones_own_needs_consent(self, project: Project, tracker: FakeTracker) -> None:
        """The run is kept without the model, and the note says what to type."""
        source = "from tests.unit.experiments.cells import Doubler\nmodel = Doubler().fit([[1]], [2])"
        answer = record(project, PlainCell(source))
        assert (answer.models, tracker.files) == ((), {})
        assert "--trust tests.unit.experiments.cells.Doubler" in answer.notes[0]

    def test_a_model_that_cannot_be_kept_is_a_note(self, project: Project, tracker: FakeTracker) -> None:
        """The rest of the run is kept."""
        source = (
            "from sklearn.pipeline import make_pipeline\n"
            "from sklearn.preprocessing import FunctionTransformer\n"
            "from sklearn.linear_model import LinearRegression\n"
            "model = make_pipeline(FunctionTransformer(lambda x: x), LinearRegression()).fit([[1]], [2])"
        )
        answer = record(project, PlainCell(source))
        assert (answer.models, answer.is_whole) == ((), True)
        assert "lambda" in answer.notes[0]


class TestErrors:
    def test_the_users_error_comes_out_and_the_run_failed(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """The traceback is a file of the run."""
        with pytest.raises(ZeroDivisionError):
            record(project, PlainCell("1 / 0"))
        assert only_run(tracker).status == "failed"
        assert b"ZeroDivisionError" in tracker.artifacts[only_run(tracker).id]["traceback.txt"]

    def test_an_interrupted_cell_is_killed(self, project: Project, tracker: FakeTracker) -> None:
        """Ctrl-C is the user's, and comes out."""
        with pytest.raises(KeyboardInterrupt):
            record(project, PlainCell("raise KeyboardInterrupt"))
        assert only_run(tracker).status == "killed"

    @pytest.mark.parametrize("call", ["log", "finish"])
    def test_a_failing_tracker_hides_no_error(
        self, project: Project, tracker: FakeTracker, call: str
    ) -> None:
        """The user's error is more urgent than ours, and has none of ours in its context."""
        tracker.fails[call] = Unavailable("Gone.")
        with pytest.raises(ZeroDivisionError) as caught:
            record(project, PlainCell("1 / 0"))
        assert caught.value.__context__ is None

    def test_secrets_are_masked(self, project: Project, tracker: FakeTracker) -> None:
        """Neither source nor traceback tells a password."""
        with pytest.raises(ValueError, match="password"):
            record(project, PlainCell("raise ValueError('password=hunter2hunter2')"))
        files = tracker.artifacts[only_run(tracker).id]
        assert not any(b"hunter2" * 2 in content for content in files.values())

    def test_a_tracker_that_is_down_lets_no_cell_run(self, project: Project, tracker: FakeTracker) -> None:
        """An hour's training is not run unrecorded."""
        tracker.is_down = True
        cell = PlainCell("a = 1")
        with pytest.raises(Unavailable):
            record(project, cell)
        assert cell.times == 0


class TestSpool:
    @pytest.mark.parametrize("call", ["log", "finish"])
    def test_what_could_not_be_written_is_sent_by_the_next(
        self, project: Project, tracker: FakeTracker, call: str
    ) -> None:
        """The cell's result stays, the answer warns, and nothing is lost."""
        tracker.fails[call] = Unavailable("Gone.")
        answer = record(project, PlainCell(TRAIN), "first")
        assert (answer.is_whole, answer.card().state) == (False, "warning")
        assert "spool" in answer.notes[0]
        record(project, PlainCell("a = 1"), "second")
        first = tracker.run(answer.run)
        assert first.status == "finished"
        assert tracker.files[first.id]["classifier"].example.shape == (4, 1)  # type: ignore[union-attr]
        assert set(tracker.artifacts[first.id]) == {"source.py", "requirements.txt", "mlops/record.json"}
        assert not list((project.folder / "spool").iterdir())

    def test_a_tracker_that_dies_in_the_cell_costs_no_result(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """What autologging could not write is a warning, not an error."""
        cell = PlainCell("tracker.is_down = True\nresult = 42", {"tracker": tracker})
        answer = record(project, cell)
        assert (cell.namespace["result"], answer.is_whole) == (42, False)


class TestLostRuns:
    def test_the_first_record_of_a_session_closes_what_a_dead_kernel_left(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """A run whose kernel died does not run for ever."""
        lost = tracker.start("lost", key="k", experiment="e", tags={})
        tracker.lose(lost)
        record(project, PlainCell("a = 1"))
        assert tracker.run(f"@{lost.id}").status == "killed"


class TestThroughTheDoor:
    def test_intent_and_outcome_name_the_run_and_the_data(self, project: Project) -> None:
        """MLflow is not ours: the ledger says first what will be done, then what was."""
        project.session.snapshots["customers@3"] = None
        verb = verb_of(record)
        assert verb is not None
        answer = cast(Recorded, door.enter(project, verb, {"cell": PlainCell("a = 1"), "name": "first"}))
        with project.store.read() as connection:
            intent, outcome = list(entries(connection))
        assert (intent.phase, outcome.outcome) == ("intent", "ok")
        assert outcome.inputs == ("notebook:notebooks/train.ipynb", "snapshot:customers@3")
        assert outcome.outputs == (f"run:{answer.run}",)

    def test_a_failed_cell_leaves_its_run_in_the_ledger(self, project: Project, tracker: FakeTracker) -> None:
        """A run exists, and the ledger knows of it."""
        verb = verb_of(record)
        assert verb is not None
        with pytest.raises(ZeroDivisionError):
            door.enter(project, verb, {"cell": PlainCell("1 / 0")})
        with project.store.read() as connection:
            outcome = list(entries(connection))[-1]
        assert (outcome.outcome, outcome.outputs) == ("failed", (f"run:{only_run(tracker).ref}",))
