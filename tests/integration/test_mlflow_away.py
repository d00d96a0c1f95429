"""A real server that goes away while a cell runs: the cell waits once, and nothing that it logs is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run as MlflowRun

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.experiments import spool
from jupyter_mlops.experiments.record import record
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.experiments.tune import tune
from jupyter_mlops.project.status import status
from tests.integration.servers import Server
from tests.unit.experiments.cells import PlainCell

HERE = Path(__file__).parents[2]
LOGS = """
import mlflow
from sklearn.linear_model import LogisticRegression
model = LogisticRegression(C=0.25).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
mlflow.log_param("mine", "yes")
mlflow.set_tag("team", "risk")
for step in range(20):
    mlflow.log_metric("loss", 1 / (step + 1), step=step)
mlflow.log_metrics({"auc": 0.75})
mlflow.log_dict({"a": 1}, "notes/a.json")
with mlflow.start_run(run_name="fold", nested=True):
    mlflow.log_metric("part", 0.5)
result = 42
"""
DIES = """
import os, sys
from pathlib import Path
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.experiments.record import record
from tests.unit.experiments.cells import PlainCell
project = Project(Path(sys.argv[1]), admin={"tracking_uri": sys.argv[2], "tracker_timeout_s": 2.0})
project.prepare()
record(project, PlainCell(sys.argv[3]), "doomed")
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the file: each test finds it running."""
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(root: Server) -> Iterator[Server]:
    """The server, started again if a test ended it."""
    yield root
    os.killpg(root.group, signal.SIGCONT) if root.is_alive else root.start()


def session(root: Path, server: Server) -> Project:
    project = Project(root, admin={"tracking_uri": server.uri})
    project.prepare()
    project._services["tracker"] = MlflowTracker(project)
    return project


@pytest.fixture
def there(server: Server, tmp_path: Path) -> Project:
    return session(tmp_path / "shop", server)


def nested(project: Project, run: Run) -> list[MlflowRun]:
    """Return the runs within *run*, which are in its experiment."""
    client = MlflowClient(project.settings.tracking_uri)
    place = client.get_run(run.id).info.experiment_id
    return list(client.search_runs([place], f"tags.mlflow.parentRunId = '{run.id}'"))


def assert_whole(project: Project, ref: str) -> None:
    """All that the cell logged is there, each point once, and nothing waits."""
    run = project.tracker.run(ref)
    assert (run.status, run.params["mine"], run.params["C"], run.tags["team"]) == (
        "finished",
        "yes",
        "0.25",
        "risk",
    )
    assert (run.metrics["auc"], "training_accuracy_score" in run.metrics) == (0.75, True)
    details = project.tracker.details(run)
    assert [step for step, _ in details.curves["loss"]] == list(range(20))
    assert b'"a": 1' in (project.tracker.artifact(run, "notes/a.json") or b"")
    assert "jupyter_mlops.models" in run.tags
    (fold,) = nested(project, run)
    assert (fold.info.run_name, fold.info.status, fold.data.metrics) == ("fold", "FINISHED", {"part": 0.5})
    assert spool.waiting(project) == 0


class TestAway:
    def test_what_a_cell_logs_meanwhile_is_sent_by_the_next(self, there: Project, server: Server) -> None:
        """Its own calls, autologging's, files, and the model: the server was killed, and started again."""
        record(there, PlainCell(LOGS), "warm")
        lost = f"import os, signal; os.killpg({server.group}, signal.SIGKILL)\n"
        cell, begun = PlainCell(lost + LOGS), time.monotonic()
        answer = record(there, cell, "first")
        assert time.monotonic() - begun < 10
        assert (cell.namespace["result"], answer.is_whole) == (42, False)
        assert any("2 runs wait" in note for note in status(there).warnings)
        server.kill()
        server.start()
        there = session(there.root, server)  # another one, which never found the server away
        record(there, PlainCell("a = 1"), "next")
        assert_whole(there, answer.run)

    def test_one_that_is_back_at_the_end_gets_all_at_once(self, there: Project, server: Server) -> None:
        """Nothing waits then, and the card says what happened."""
        away = f"import os, signal; os.killpg({server.group}, signal.SIGSTOP)\n"
        back = f"os.killpg({server.group}, signal.SIGCONT)\n"
        answer = record(there, PlainCell(away + LOGS + back), "first")
        assert (answer.is_whole, answer.notes) == (
            True,
            ("The tracker was away for a while; what was logged meanwhile has been sent.",),
        )
        assert_whole(there, answer.run)

    def test_a_search_goes_on_and_its_trials_are_sent_by_the_next(
        self, there: Project, server: Server
    ) -> None:
        """What each logs itself, too; it waits once, for trials that begin later as well."""
        source = f"import mlflow, os\nif trial.number == 1: os.killpg({server.group}, {signal.SIGKILL:d})\n"
        begun = time.monotonic()
        cell = PlainCell(f"{source}mlflow.log_metric('mine', trial.number)\ntrial.number")
        answer = tune(there, cell, "search", trials=3)
        assert time.monotonic() - begun < 10
        server.kill()
        server.start()
        there = session(there.root, server)  # another one, which never found the server away
        record(there, PlainCell("a = 1"), "next")
        assert there.tracker.run(answer.run).status == "finished"
        trials = nested(there, there.tracker.run(answer.run))
        assert {run.info.run_name: (run.info.status, run.data.metrics) for run in trials} == {
            f"search-{number}": ("FINISHED", {"mine": number, "score": number}) for number in range(3)
        }

    def test_a_kernel_killed_meanwhile_loses_nothing_that_it_logged(
        self, there: Project, server: Server
    ) -> None:
        """The journal is on disk; the next session sends it, and closes the run as killed."""
        cell = f"import os, signal; os.killpg({server.group}, signal.SIGSTOP)\n{LOGS}\nos.kill(os.getpid(), signal.SIGKILL)"
        done = subprocess.run(
            [sys.executable, "-c", DIES, str(there.root), server.uri, cell],
            cwd=HERE,
            env={**os.environ, "PYTHONPATH": str(HERE)},
            check=False,
        )
        assert (done.returncode, spool.waiting(there)) == (-signal.SIGKILL, 2)
        os.killpg(server.group, signal.SIGCONT)
        record(there, PlainCell("a = 1"), "next")
        (doomed,) = there.tracker.runs(query="doomed").runs
        assert (doomed.status, doomed.params["mine"], doomed.metrics["auc"]) == ("killed", "yes", 0.75)
        assert len(there.tracker.details(doomed).curves["loss"]) == 20
