"""The whole of it against a real `mlflow server`: recorded, registered, loaded, and lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from jupyter_mlops.core.errors import Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.record import record
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.experiments.tracking.mlflow_wire import LostAnswer
from tests.unit.experiments.cells import PlainCell

TRAIN = """
import mlflow, warnings
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
X, y = load_iris(return_X_y=True, as_frame=True)
forest = RandomForestClassifier(5, random_state=0).fit(X, y)
mlflow.log_metric("mine", 0.25)
with mlflow.start_run():
    mlflow.log_param("joined", "yes")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server in a process group of its own, ended whole."""
    root = tmp_path_factory.mktemp("server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    project = Project(root)
    project.prepare()
    from jupyter_mlops.experiments.tracking import mlflow_store

    mlflow_store.prepare(project)
    command = [
        *(
            sys.executable,
            "-m",
            "mlflow",
            "server",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--workers",
            "1",
        ),
        *(
            "--backend-store-uri",
            mlflow_store.address(project),
            "--artifacts-destination",
            str(root / "files"),
        ),
    ]
    quiet = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    quiet.pop("MLFLOW_TRACKING_URI", None)
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, start_new_session=True, env=quiet, cwd=root
        )
    uri = f"http://127.0.0.1:{port}"
    try:
        _await(uri, process, root / "log")
        yield uri, process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def there(server: tuple[str, subprocess.Popen[bytes]], tmp_path: Path) -> Project:
    """A project of its own that keeps its runs on the server."""
    project = Project(tmp_path / "shop", admin={"tracking_uri": server[0], "tracker_timeout_s": 5.0})
    project.prepare()
    project._services["tracker"] = MlflowTracker(project)
    return project


class TestRoundTrip:
    def test_a_recorded_forest_is_registered_and_loads_by_every_way(
        self, there: Project, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Ours, and MLflow's own two loaders, all predict the same; nothing of the vendor's is printed."""
        cell = PlainCell(TRAIN)
        answer = record(there, cell, "first")
        printed = "".join(capfd.readouterr())
        assert (answer.models, answer.is_whole, answer.notes) == (("forest",), True, ())
        assert answer.metrics["mine"] == 0.25
        assert (len([name for name in answer.metrics if name.startswith("training_")]) > 3, printed) == (
            True,
            "",
        )

        tracker = there.tracker
        version = tracker.register("iris", tracker.run(answer.run), "forest", key="r1", tags={})
        forest, table = cell.namespace["forest"], cell.namespace["X"]
        expected = forest.predict(table)  # type: ignore[attr-defined]
        np.testing.assert_array_equal(tracker.load(version).predict(table), expected)  # type: ignore[attr-defined]
        assert tracker.run(answer.run).params["joined"] == "yes"
        import mlflow

        mlflow.set_tracking_uri(there.settings.tracking_uri)
        try:
            np.testing.assert_array_equal(mlflow.pyfunc.load_model("models:/iris/1").predict(table), expected)
            loaded = mlflow.pyfunc.load_model("models:/iris/1").metadata
            assert loaded.signature is not None
            np.testing.assert_array_equal(
                mlflow.sklearn.load_model("models:/iris/1").predict(table), expected
            )
        finally:
            mlflow.set_tracking_uri(None)

    def test_a_run_whose_process_died_is_closed(self, there: Project) -> None:
        """The next start finds it still running, and its process gone."""
        source = (
            "import os; from pathlib import Path; from jupyter_mlops.core.project import Project\n"
            "from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker\n"
            f"p = Project(Path({str(there.root)!r}), admin={{'tracking_uri': {there.settings.tracking_uri!r}}})\n"
            "MlflowTracker(p).start('dying', key='d1', experiment='shop', tags={})\n"
            "os._exit(9)"
        )
        subprocess.run([sys.executable, "-c", source], check=False, timeout=100)
        alive = there.tracker.start("alive", key="d2", experiment="shop", tags={})
        lost = there.tracker.close_lost()
        assert [(run.name, run.status) for run in lost] == [("dying", "killed")]
        assert there.tracker.run(alive.ref).status == "running"

    def test_a_lost_answer_makes_no_second_run(self, there: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """The server made the run, the answer got lost, and the run is found by its key."""
        tracker = cast(MlflowTracker, there.tracker)
        create = tracker._client.create_run

        def forgetful(*arguments: object) -> object:
            from mlflow.exceptions import MlflowException

            create(*arguments)  # type: ignore[arg-type]
            raise MlflowException("API request failed") from LostAnswer("gone")

        monkeypatch.setattr(tracker._client, "create_run", forgetful)
        run = tracker.start("once", key="lost1", experiment="shop", tags={})
        assert [found.id for found in tracker.runs(query="once").runs] == [run.id]

    def test_a_pickle_is_not_loaded(self, there: Project, tmp_path: Path) -> None:
        """What others registered may run any code when it is loaded."""
        import mlflow
        from sklearn.linear_model import LinearRegression

        mlflow.set_tracking_uri(there.settings.tracking_uri)
        try:
            with mlflow.start_run():
                mlflow.sklearn.log_model(
                    LinearRegression().fit([[1]], [1]),
                    name="model",
                    serialization_format="cloudpickle",
                    pip_requirements=[],
                    registered_model_name="foreign",
                )
        finally:
            mlflow.set_tracking_uri(None)
        with pytest.raises(Refused, match="pickle"):
            there.tracker.load(there.tracker.resolve("foreign@1"))


class TestSilence:
    def test_a_stopped_server_costs_seconds_and_loses_nothing(
        self, there: Project, server: tuple[str, subprocess.Popen[bytes]]
    ) -> None:
        """It accepts and never answers: the cell's result stays, the rest is sent when it answers again."""
        group = server[1].pid
        stop = f"import os, signal; os.killpg({group}, signal.SIGSTOP)\nresult = 42"
        cell = PlainCell(
            f"{stop}\nfrom sklearn.linear_model import LinearRegression\nmodel = LinearRegression().fit([[1.0]], [1.0])"
        )
        try:
            begun = time.monotonic()
            answer = record(there, cell, "stopped")
            assert time.monotonic() - begun < 25
            assert (cell.namespace["result"], answer.is_whole) == (42, False)
            begun = time.monotonic()
            with pytest.raises(Unavailable):
                there.tracker.runs()
            assert time.monotonic() - begun < 10
        finally:
            os.killpg(group, signal.SIGCONT)
        time.sleep(5.5)  # the tracker rests as long after a silence
        record(there, PlainCell("a = 1"), "next")
        found = there.tracker.run(answer.run)
        assert (found.status, "jupyter_mlops.models" in found.tags) == ("finished", True)


def _await(uri: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            with urllib.request.urlopen(f"{uri}/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(log.read_text())
