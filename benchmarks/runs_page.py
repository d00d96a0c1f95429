"""A page of 100 runs out of 10,000: the `runs` verb as REST answers it, against MLflow's own search of the same page."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from measure import Claim, Turn, compare, report, times

from jupyter_mlops.core import door
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.experiments.runs import runs
from jupyter_mlops.faces.render import as_json_text

RUNS, PAGE, METRICS, PARAMS = 10_000, 100, 4, 8
OURS, MLFLOW = "runs verb, as JSON", "MlflowClient.search_runs"
ROW = "(?, ?, 'NOTEBOOK', 'train.ipynb', '', 'ada', 'FINISHED', ?, ?, '', 'active', ?, 0, NULL)"


def seeded(folder: Path) -> Project:
    """Return a project whose MLflow store holds many finished runs."""
    project = Project.create(folder)
    project.tracker.runs(limit=1)
    with closing(sqlite3.connect(project.folder / "mlflow.db")) as database, database:
        ids = [f"{number:032x}" for number in range(RUNS)]
        database.executemany(
            f"INSERT INTO runs VALUES {ROW}",
            ((key, f"run-{n}", n * 1000, n * 1000 + 500, f"artifacts/{key}") for n, key in enumerate(ids)),
        )
        database.executemany(
            "INSERT INTO latest_metrics VALUES (?, ?, 0, 0, 0, ?)",
            ((f"metric_{m}", n / (m + 1), key) for n, key in enumerate(ids) for m in range(METRICS)),
        )
        database.executemany(
            "INSERT INTO params VALUES (?, ?, ?)",
            ((f"param_{p}", str(n), key) for n, key in enumerate(ids) for p in range(PARAMS)),
        )
    return project


def ours(folder: Path) -> Turn:
    project = seeded(folder)
    verb = verb_of(runs)
    assert verb is not None
    page = door.enter(project, verb, {"limit": PAGE})
    assert len(page.runs) == PAGE  # type: ignore[attr-defined]
    return lambda _: lambda: as_json_text(door.enter(project, verb, {"limit": PAGE}))


def mlflow(folder: Path) -> Turn:
    from mlflow import MlflowClient

    project = seeded(folder)
    client = MlflowClient(f"sqlite:///{project.folder / 'mlflow.db'}")
    order = ["attributes.start_time DESC"]
    assert len(client.search_runs(["0"], max_results=PAGE, order_by=order)) == PAGE
    return lambda _: lambda: client.search_runs(["0"], max_results=PAGE, order_by=order)


def main() -> None:
    repetitions = times()
    found = compare({OURS: ours, MLFLOW: mlflow}, repetitions)
    ratio = Claim(f"ratio to {MLFLOW}", found[OURS] / found[MLFLOW], "×", 1.5)
    report(f"runs_page: {PAGE} of {RUNS:,} runs, newest first", repetitions, found, ratio)


if __name__ == "__main__":
    main()
