"""Recording into the project's own store, with the real MLflow and the real scikit-learn."""

from __future__ import annotations

import os
import socket
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelFile, RunLog
from jupyter_mlops.experiments.record import record
from jupyter_mlops.experiments.tracking import mlflow_process
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from tests.fakes import FakeClock
from tests.unit.experiments.cells import PlainCell

DATA = "from sklearn.datasets import load_iris\nX, y = load_iris(return_X_y=True, as_frame=True)\n"
SEARCH = """
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2).fit(X, y)
"""


@pytest.fixture
def here(tmp_path: Path) -> Project:
    project = Project(tmp_path / "shop")
    project.prepare()
    project._services["tracker"] = MlflowTracker(project)
    return project


class TestRecord:
    def test_a_search_is_one_run_and_one_model(self, here: Project) -> None:
        """Its candidates are kept within it, and do not crowd the list."""
        answer = record(here, PlainCell(DATA + SEARCH), "search")
        assert (answer.models, "best_cv_score" in answer.metrics) == (("search",), True)
        assert (
            [run.ref for run in here.tracker.runs().runs] == [answer.run] == [here.tracker.run("@latest").ref]
        )
        version = here.tracker.register("iris", here.tracker.run(answer.run), "search", key="r", tags={})
        assert here.tracker.load(version).best_params_  # type: ignore[attr-defined]

    def test_the_users_warnings_are_shown_and_mlflows_are_not(
        self, here: Project, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """A model that did not converge says so; the vendor is silent."""
        source = "from sklearn.linear_model import LogisticRegression\nmodel = LogisticRegression(max_iter=1).fit(X, y)"
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            record(here, PlainCell(DATA + source))
        ours = {str(item.category.__name__) for item in caught if "site-packages/mlflow" not in item.filename}
        assert "ConvergenceWarning" in ours
        assert not [item for item in caught if issubclass(item.category, FutureWarning)]
        assert "".join(capfd.readouterr()) == ""

    def test_secrets_among_parameters_are_masked(
        self, here: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the environment calls a secret is one wherever it turns up."""
        monkeypatch.setenv("SHOP_API_TOKEN", "hunter2hunter2")
        source = (
            "from sklearn.feature_extraction.text import CountVectorizer\n"
            "from sklearn.pipeline import make_pipeline\nfrom sklearn.naive_bayes import MultinomialNB\n"
            "m = make_pipeline(CountVectorizer(token_pattern='hunter2hunter2'), MultinomialNB())\n"
            "m.fit(['hunter2hunter2', 'a hunter2hunter2'], [0, 1])"
        )
        answer = record(here, PlainCell(source))
        params = here.tracker.run(answer.run).params
        assert params
        assert not any("hunter2" in value for value in params.values())

    def test_mlflow_is_left_as_it_was(self, here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """Tracking address, active run and autologging are the user's again."""
        import mlflow
        from mlflow.utils.autologging_utils import autologging_is_disabled

        monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///elsewhere.db")
        start = mlflow.start_run
        record(here, PlainCell("a = 1"))
        assert os.environ["MLFLOW_TRACKING_URI"] == "sqlite:///elsewhere.db"
        assert (mlflow.active_run(), mlflow.start_run) == (None, start)
        assert autologging_is_disabled("sklearn")

    def test_the_users_own_autologging_stays_on(
        self, here: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the options that the user gave it; what we try out ourselves is not logged to the user's store."""
        import mlflow
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS, get_autologging_config

        monkeypatch.chdir(tmp_path)
        mlflow.sklearn.autolog(max_tuning_runs=3, silent=True)
        try:
            record(here, PlainCell(DATA + SEARCH))
            assert not list(here.folder.glob("artifacts/models/*/artifacts/*.pkl"))
            assert [path.name for path in tmp_path.iterdir()] == ["shop"]
            assert get_autologging_config("sklearn", "max_tuning_runs") == 3
            assert get_autologging_config("sklearn", "log_models")
            assert not get_autologging_config("sklearn", "disable")
        finally:
            mlflow.sklearn.autolog(disable=True)
            AUTOLOGGING_INTEGRATIONS["sklearn"].clear()

    def test_autologging_that_the_user_switched_off_stays_off(self, here: Project) -> None:
        """Nobody is logged against their word."""
        import mlflow
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

        mlflow.sklearn.autolog(disable=True)
        try:
            assert record(here, PlainCell(DATA + SEARCH)).params == 0
        finally:
            AUTOLOGGING_INTEGRATIONS["sklearn"].clear()

    def test_an_error_fails_the_run_and_keeps_its_traceback(self, here: Project) -> None:
        """Also through a `with mlflow.start_run()` of the user's own."""
        source = "import mlflow\nwith mlflow.start_run():\n    mlflow.log_metric('m', 1.0)\n    1 / 0"
        with pytest.raises(ZeroDivisionError):
            record(here, PlainCell(source), "broken")
        run = here.tracker.run("@latest")
        assert (run.status, run.metrics) == ("failed", {"m": 1.0})
        (file,) = here.folder.glob(f"artifacts/{run.id}/artifacts/traceback.txt")
        assert "ZeroDivisionError" in file.read_text()


class TestLimits:
    def test_a_long_parameter_is_kept_whole_in_a_file(self, here: Project) -> None:
        """MLflow would cut it after 6,000 characters."""
        run = here.tracker.start("r", key="k", experiment="e", tags={})
        here.tracker.log(run, RunLog(params={"long": "ä" * 7_000}))
        said = here.tracker.run(run.ref).params["long"]
        assert "7000 characters, whole in params/000.txt" in said
        (file,) = here.folder.glob("artifacts/*/artifacts/params/000.txt")
        assert file.read_text(encoding="utf-8") == "ä" * 7_000

    def test_a_model_is_kept_once_however_often_it_is_logged(self, here: Project) -> None:
        """A retry finds the model by its fingerprint."""
        from sklearn.linear_model import LinearRegression

        run = here.tracker.start("r", key="k", experiment="e", tags={})
        model = ModelFile("m", LinearRegression().fit([[1.0]], [1.0]), "f1")
        for _ in range(2):
            here.tracker.log(run, RunLog(models=[model]))
        client = cast(MlflowTracker, here.tracker)._client
        assert len(client.get_run(run.id).outputs.model_outputs) == 1

    def test_an_untrusted_type_is_refused_and_leaves_no_model(self, here: Project) -> None:
        """What the version does not trust is not kept half."""

        run = here.tracker.start("r", key="k", experiment="e", tags={})
        from tests.unit.experiments.cells import Doubler  # type: ignore[attr-defined]

        run = here.tracker.start("r", key="k", experiment="e", tags={})
        with pytest.raises(Refused, match="nobody trusted"):
            here.tracker.log(run, RunLog(models=[ModelFile("m", Doubler().fit([[1]], [2]), "f1")]))
        assert not cast(MlflowTracker, here.tracker)._client.get_run(run.id).outputs.model_outputs


class TestLost:
    def test_the_run_of_an_execution_outlives_the_process_that_began_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It may wait for days for an approval, and another worker goes on with it."""
        tracker = MlflowTracker(Project(tmp_path))
        monkeypatch.setattr(mlflow_process, "is_alive", lambda tags: False)
        tracker.start("retrain", key="1", experiment="e", tags={"jupyter_mlops.pipeline": "retrain"})
        dead = tracker.start("cell", key="2", experiment="e", tags={})
        assert [run.id for run in tracker.close_lost()] == [dead.id]


class TestLostElsewhere:
    def test_a_run_of_another_machine_is_closed_when_it_has_been_silent_for_a_week(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not before, since nobody here can see its kernel; one that still measures is left alone."""
        clock = FakeClock(datetime.now(UTC))
        tracker = MlflowTracker(Project(tmp_path, clock=clock))
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(socket, "gethostname", lambda: "elsewhere")
            silent, busy = (
                tracker.start(name, key=name, experiment="e", tags={}) for name in ("silent", "busy")
            )
        clock.advance(6 * 24 * 3600)
        assert tracker.close_lost() == []
        tracker.log(busy, RunLog(metrics={"loss": 0.5}))
        clock.advance(2 * 24 * 3600)
        assert [(run.id, run.status) for run in tracker.close_lost()] == [(silent.id, "killed")]
        assert tracker.finish(silent, "finished").status == "finished"  # its kernel was there after all
