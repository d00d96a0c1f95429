"""The embedded store: ready-made, and exactly what MLflow would have made."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.tracking import mlflow_store

_EIGHT = """
import os, sys
from pathlib import Path
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
import mlflow.store.tracking.sqlalchemy_store, mlflow.store.model_registry.sqlalchemy_store

def start(number):
    tracker = MlflowTracker(Project(Path(sys.argv[1])))
    tracker.finish(tracker.start("r", key=str(number), experiment="e", tags={}), "finished")

gate, opener = os.pipe()
for number in range(8):
    if os.fork() == 0:
        os.close(opener)
        os.read(gate, 1)
        start(number)
        os._exit(0)
os.close(opener)
sys.exit(sum(os.waitstatus_to_exitcode(os.wait()[1]) != 0 for _ in range(8)))
"""


def content(path: Path) -> tuple[dict[str, list[str]], list[tuple[object, ...]]]:
    """Return tables and indexes, each as its sorted clauses since MLflow writes them in any order, and the rows."""
    connection = sqlite3.connect(path)
    master = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    schema = {name: sorted(line.strip(", \t") for line in sql.splitlines()) for name, sql in master}
    tables = sorted(connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
    rows = [(name, *row) for (name,) in tables for row in connection.execute(f"SELECT * FROM {name}")]
    connection.close()
    return schema, rows


@pytest.fixture
def fresh(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.prepare()
    return project


class TestPrepare:
    def test_the_shipped_schema_is_what_mlflow_makes(
        self, fresh: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Tables, indexes and first rows are those of MLflow's own migrations."""
        monkeypatch.setattr(time, "time", lambda: 1e9)
        mlflow_store.prepare(fresh)
        migrated = Project(tmp_path / "migrated")
        migrated.prepare()
        monkeypatch.setattr(mlflow_store, "_is_ours", lambda: False)
        monkeypatch.setattr(mlflow_store, "artifacts", lambda _project: fresh.folder / "artifacts")
        mlflow_store.prepare(migrated)
        assert content(fresh.folder / "mlflow.db") == content(migrated.folder / "mlflow.db")

    def test_the_shipped_schema_is_that_of_the_installed_mlflow(self) -> None:
        """An upgrade of MLflow that changes the schema fails here, not at a user's first run."""
        from mlflow.store.db.utils import _get_latest_schema_revision

        assert _get_latest_schema_revision() == mlflow_store._SCHEMA_HEAD

    def test_an_existing_store_is_left_alone(self, fresh: Project) -> None:
        """What is there already is somebody's."""
        mlflow_store.prepare(fresh)
        before = (fresh.folder / "mlflow.db").stat().st_ino
        mlflow_store.prepare(fresh)
        assert (fresh.folder / "mlflow.db").stat().st_ino == before

    def test_a_folder_that_cannot_be_written_is_unavailable(self, fresh: Project) -> None:
        """One sentence says which file and why, and nothing half-made is left."""
        (fresh.folder / "mlflow.db.lock").mkdir()
        with pytest.raises(Unavailable, match=r"mlflow\.db"):
            mlflow_store.prepare(fresh)
        assert not list(fresh.folder.glob("mlflow.db.*.new"))

    def test_a_server_needs_no_file(self, tmp_path: Path) -> None:
        """With a tracking URI of its own, the project makes no store."""
        project = Project(tmp_path, admin={"tracking_uri": "http://127.0.0.1:9"})
        project.prepare()
        mlflow_store.prepare(project)
        assert not (project.folder / "mlflow.db").exists()

    def test_the_store_is_private_to_its_owner(self, fresh: Project) -> None:
        """A file of our making is not open to others."""
        mlflow_store.prepare(fresh)
        assert not stat.S_IMODE((fresh.folder / "mlflow.db").stat().st_mode) & stat.S_IWOTH


class TestFirstUse:
    def test_eight_processes_at_once_all_record(self, fresh: Project) -> None:
        """Nobody loses the race for a fresh store."""
        done = subprocess.run(
            [sys.executable, "-c", _EIGHT, str(fresh.root)],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        connection = sqlite3.connect(fresh.folder / "mlflow.db")
        assert connection.execute("SELECT count(*) FROM runs WHERE status = 'FINISHED'").fetchone() == (8,)
        connection.close()
