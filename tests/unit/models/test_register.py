"""Registering keeps a fitted estimator once, with what it came from, and says which version it became."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from jupyter_mlops.core.errors import Invalid, NotFound, Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.session import Recorded
from jupyter_mlops.core.tracker import ModelFile, Run
from jupyter_mlops.experiments.fingerprint import fingerprint
from jupyter_mlops.models.register import Registered, recorded_model, register
from tests.fakes import FakeTracker
from tests.unit.models.conftest import finished_run

X = np.arange(24.0).reshape(12, 2)
y = np.array([0, 1] * 6)
OWN = f"{__name__}.Constant"


class Constant(ClassifierMixin, BaseEstimator):
    """A classifier of the user's own."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Constant:
        self.answer_ = y[0]
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.full(len(X), self.answer_)


@pytest.fixture
def model() -> LogisticRegression:
    return LogisticRegression().fit(X, y)


@pytest.fixture
def recorded(project: Project, tracker: FakeTracker, model: LogisticRegression) -> Run:
    """A run of this session that keeps the model as clf."""
    known = fingerprint(model)
    run = finished_run(
        tracker, "fit", ModelFile("clf", model, known), snapshots="customers@3", notebook="train.ipynb"
    )
    project.session.models[known] = Recorded(run.id, "clf")
    return run


class TestRecorded:
    def test_finds_the_run_that_recorded_it(self, project: Project, tracker, model, recorded: Run) -> None:
        """A model that a run keeps already is not logged again."""
        tracker.calls.clear()
        answer = register(project, model, "churn")
        assert (answer.version, answer.run, answer.is_new) == ("churn@1", recorded.ref, True)
        assert "log" not in tracker.calls
        assert "start" not in tracker.calls

    def test_version_tells_where_it_came_from(self, project: Project, tracker, model, recorded: Run) -> None:
        """Run, data, notebook, class, fingerprint and note stand on the version."""
        register(project, model, "churn", note="first try")
        tags = {
            key.removeprefix("jupyter_mlops."): value
            for key, value in tracker.resolve("churn@1").tags.items()
        }
        assert tags.pop("signature").startswith("jupyter-mlops/model/1\nchurn@1\n")
        assert tags.pop("mlops.unproven_reasons").startswith("no recorder watched")
        assert tags == {
            "mlops.proven": "false",
            "run": recorded.id,
            "snapshots": "customers@3",
            "notebook": "train.ipynb",
            "class": "sklearn.linear_model._logistic.LogisticRegression",
            "fingerprint": fingerprint(model),
            "trusted": "[]",
            "note": "first try",
            "owner": "ada",
        }

    def test_changed_model_is_another(self, project: Project, model, recorded: Run) -> None:
        """A model that was fitted again is not the one that the run keeps."""
        model.fit(X + 1, y)
        assert register(project, model, "churn").run != recorded.ref

    def test_of_two_runs_with_equal_models_its_own(
        self, project: Project, tracker: FakeTracker, model, recorded: Run
    ) -> None:
        """MLflow wrote into the model which run saw its fit."""
        vars(model)["_mlflow_run_id"] = recorded.id
        known = fingerprint(model)
        later = finished_run(tracker, "again", ModelFile("clf", model, known))
        for run in (recorded, later):
            project.session.keep(known, Recorded(run.id, "clf"))
        assert register(project, model, "churn").run == recorded.ref

    def test_deleted_run_is_replaced(self, project: Project, model) -> None:
        """When somebody deleted the run since, the model is kept in a new one."""
        project.session.models[fingerprint(model)] = Recorded("f" * 32, "clf")
        assert register(project, model, "churn").version == "churn@1"

    def test_lineage_has_run_and_data(self, through, model, recorded: Run, lines) -> None:
        """The ledger's line leads from run and snapshot to the version."""
        through(register, model=model, name="churn")
        outcome = lines()[-1]
        assert {"run:" + recorded.ref, "snapshot:customers@3"} <= set(outcome.inputs)
        assert outcome.outputs == ("version:churn@1",)


class TestUnrecorded:
    def test_makes_a_run_named_after_the_model(self, project: Project, tracker, model) -> None:
        """Without a run, one is made, holds the model, and is finished."""
        answer = register(project, model, "churn")
        run = tracker.run(answer.run)
        assert (run.name, run.status) == ("churn", "finished")
        kept = tracker.files[run.id]["churn"]
        assert kept.fingerprint == fingerprint(model)
        assert any(line.startswith("scikit-learn==") for line in kept.requirements)

    def test_loads_to_identical_predictions(self, project: Project, tracker, model) -> None:
        """What was kept predicts as the original."""
        register(project, model, "churn")
        assert (tracker.load(tracker.resolve("churn@1")).predict_proba(X) == model.predict_proba(X)).all()

    def test_takes_the_data_of_the_session(self, project: Project, tracker, model) -> None:
        """What the notebook has read is the model's data."""
        project.session.snapshots["customers@3"] = None
        assert register(project, model, "churn").snapshots == ("customers@3",)

    def test_second_name_uses_the_same_run(self, project: Project, model) -> None:
        """A model under two names is kept once."""
        assert register(project, model, "churn").run == register(project, model, "leavers").run

    def test_named_run_keeps_it(self, project: Project, tracker, model) -> None:
        """`--run` puts the model into a run of the user's choice."""
        run = finished_run(tracker, "mine")
        assert register(project, model, "churn", run=run.ref).run == run.ref
        assert "churn" in tracker.files[run.id]

    def test_what_somebody_else_kept_there_is_taken_by_its_name(self, project: Project, tracker) -> None:
        """A run of plain MLflow's says nothing of its models but their names; this session's data are not theirs."""
        run = finished_run(tracker, "theirs", ModelFile("net", {"weights": 1}, ""))
        project.session.snapshots["customers@3"] = None
        answer = register(project, recorded_model(project, run), "nets")
        assert (answer.version, answer.run, answer.snapshots) == ("nets@1", run.ref, ())

    def test_failure_closes_the_run_as_failed(self, project: Project, tracker, model) -> None:
        """No run is left open when the model cannot be kept."""
        tracker.fails["log"] = Unavailable("No room.")
        with pytest.raises(Unavailable):
            register(project, model, "churn")
        assert [run.status for run in tracker.runs().runs] == ["failed"]
        assert tracker.versions("churn") == []


class TestRetry:
    def test_same_model_is_there_already(self, project: Project, model) -> None:
        """A second time makes no second version, and the card says so."""
        register(project, model, "churn")
        again = register(project, model, "churn")
        assert (again.version, again.is_new) == ("churn@1", False)
        assert again.card().title == "churn@1 was there already"

    def test_another_session_finds_it_too(self, project: Project, model) -> None:
        """After a kernel's restart the same model is still the same."""
        register(project, model, "churn")
        project.session.models.clear()
        assert not register(project, model, "churn").is_new

    def test_after_a_failed_registration(self, project: Project, tracker, model) -> None:
        """A retry takes up the run that the first attempt finished."""
        tracker.fails["register"] = Unavailable("Gone.")
        with pytest.raises(Unavailable):
            register(project, model, "churn")
        project.session.models.clear()
        assert register(project, model, "churn").version == "churn@1"
        assert len(tracker.runs().runs) == 1

    def test_after_a_failed_log(self, project: Project, tracker, model) -> None:
        """A retry logs to the run that failed, and finishes it."""
        tracker.fails["log"] = Unavailable("Gone.")
        with pytest.raises(Unavailable):
            register(project, model, "churn")
        register(project, model, "churn")
        assert [run.status for run in tracker.runs().runs] == ["finished"]

    def test_another_model_is_the_next_version(self, project: Project, model) -> None:
        """Another fit makes another version."""
        register(project, model, "churn")
        assert register(project, LogisticRegression(C=0.1).fit(X, y), "churn").version == "churn@2"


class TestTrust:
    def test_own_class_needs_consent(self, project: Project, tracker) -> None:
        """Without consent nothing is kept."""
        with pytest.raises(Refused, match="Constant"):
            register(project, Constant().fit(X, y), "churn")
        assert tracker.calls == []

    def test_consent_is_recorded(self, project: Project, through, tracker, lines) -> None:
        """Which types, and who vouched: on the version and in the ledger."""
        through(register, model=Constant().fit(X, y), name="churn", trust=[OWN])
        tags = tracker.resolve("churn@1").tags
        assert (tags["jupyter_mlops.consented"], tags["jupyter_mlops.consented_by"]) == (OWN, "ada")
        assert json.loads(tags["jupyter_mlops.trusted"]) == [OWN]
        assert lines()[-1].arguments["trust"] == [OWN]

    def test_settings_consent_for_everybody(self, project: Project) -> None:
        """A type in `trusted` needs no option."""
        settings = project.settings.model_copy(update={"trusted": (OWN,)})
        project.__dict__["_read_settings"] = (settings, {})
        assert register(project, Constant().fit(X, y), "churn").consented == (OWN,)

    def test_class_of_a_notebook_warns(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """With consent it is kept, and the card says that it loads only here."""
        monkeypatch.setattr(Constant, "__module__", "__main__")
        monkeypatch.setattr(sys.modules["__main__"], "Constant", Constant, raising=False)
        card = register(project, Constant().fit(X, y), "churn", trust=("__main__.Constant",)).card()
        assert card.state == "warning"
        assert "move it to a module" in card.notes[0]


class TestNonsense:
    @pytest.mark.parametrize(
        "unfitted",
        [
            LogisticRegression(),
            make_pipeline(StandardScaler(), LogisticRegression()),
            GridSearchCV(LogisticRegression(), {"C": [1]}),
        ],
    )
    def test_unfitted(self, project: Project, tracker, unfitted: BaseEstimator) -> None:
        """An estimator, pipeline or search that was not fitted has nothing to keep."""
        with pytest.raises(Invalid, match=f"The {type(unfitted).__name__} is not fitted"):
            register(project, unfitted, "churn")
        assert tracker.calls == []

    def test_search_without_refit(self, project: Project) -> None:
        """A search that kept no model has none to register."""
        search = GridSearchCV(LogisticRegression(), {"C": [1]}, refit=False, cv=2).fit(X, y)
        with pytest.raises(Invalid, match="refit=False"):
            register(project, search, "churn")

    @pytest.mark.parametrize("thing", [X, {"a": 1}, "clf", None])
    def test_not_an_estimator(self, project: Project, thing: object) -> None:
        """The sentence names the type that was given."""
        with pytest.raises(Invalid, match=f"A {type(thing).__name__} is not an estimator"):
            register(project, thing, "churn")

    def test_class_instead_of_instance(self, project: Project) -> None:
        """A slip: the class was named."""
        with pytest.raises(Invalid, match="LogisticRegression is a class"):
            register(project, LogisticRegression, "churn")

    def test_lambda_within(self, project: Project, tracker) -> None:
        """What could not be loaded is refused before anything is kept."""
        model = make_pipeline(FunctionTransformer(lambda X: X), LogisticRegression()).fit(X, y)
        with pytest.raises(Invalid, match="a lambda"):
            register(project, model, "churn")
        assert tracker.calls == []

    def test_unknown_run(self, project: Project, model) -> None:
        """A run that does not exist cannot keep it."""
        with pytest.raises(NotFound, match="@beef"):
            register(project, model, "churn", run="@beef")

    @pytest.mark.parametrize("name", ["../churn", "", "a" * 200, "churn@2"])
    def test_bad_name(self, through, model, name: str) -> None:
        """A name that is a path, empty, endless or a reference is refused at the door."""
        with pytest.raises(Invalid):
            through(register, model=model, name=name)

    def test_tracker_down(self, project: Project, tracker, model) -> None:
        """An unreachable tracker says so."""
        tracker.is_down = True
        with pytest.raises(Unavailable):
            register(project, model, "churn")


class TestRunsModel:
    def test_registers_by_the_run(self, project: Project, tracker, model) -> None:
        """Outside a notebook, a run stands for the model that it keeps."""
        first = register(project, model, "churn")
        named = recorded_model(project, tracker.run(first.run))
        answer = register(project, named, "leavers")
        assert (answer.version, answer.run, answer.estimator) == ("leavers@1", first.run, first.estimator)

    def test_run_without_a_model(self, project: Project, tracker) -> None:
        """A run that keeps none says how to record one."""
        with pytest.raises(NotFound, match="keeps no model"):
            recorded_model(project, finished_run(tracker, "empty"))

    def test_run_with_several_models(self, project: Project, tracker) -> None:
        """A run that keeps two cannot stand for one."""
        run = finished_run(tracker, "two", models=json.dumps({"a": "1", "b": "2"}))
        with pytest.raises(Invalid, match="2 models: a, b"):
            recorded_model(project, run)


class TestCard:
    def test_says_what_and_what_next(self, project: Project, model, recorded: Run) -> None:
        """Version, class, run and data; then what proves it, and the promotion, ready to type."""
        card = register(project, model, "churn").card()
        assert card.title == "Registered churn@1"
        assert dict(card.facts)["run"] == recorded.ref
        assert dict(card.facts)["data"] == "customers@3"
        assert card.notes == ()
        assert card.next == ("%mlops prove churn@1", "%mlops promote churn@1")

    def test_teaches_to_record(self, project: Project, model) -> None:
        """A model that no run kept says what it lacks, and how to keep it."""
        assert "%%mlops record" in register(project, model, "churn").card().notes[0]

    def test_round_trip(self, project: Project, model) -> None:
        """The wire form reads back to the same answer."""
        answer = register(project, model, "churn")
        assert Registered.model_validate(answer.wire()) == answer


class TestLabels:
    def test_owner_and_tags_are_kept_and_changed(self, project: Project, model: LogisticRegression) -> None:
        """Registering the same model again changes them, and makes no second version."""
        answer = register(project, model, "churn", owner="bo", tag=("team=payments", "urgent"))
        assert (answer.owner, answer.labels) == ("bo", {"team": "payments", "urgent": "yes"})
        again = register(project, model, "churn", owner="cy")
        assert (again.version, again.owner, again.is_new) == ("churn@1", "cy", False)

    @pytest.mark.parametrize("tag", ["", "=x", "mlops.proven=true", "mlflow.note=x", "jupyter_mlops.owner=x"])
    def test_what_is_no_tag_is_refused(self, project: Project, model: LogisticRegression, tag: str) -> None:
        """Nobody writes the system's own."""
        with pytest.raises(Invalid, match=r"is no tag|written by the system"):
            register(project, model, "churn", tag=(tag,))
