"""Asking for an execution: its rows are the request, and no engine is loaded for it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from measure import Action, Claim, Prepare, Sample, Turn, compare, report, timed, times

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.frozen import freeze
from jupyter_mlops.pipelines.durable.launch import launch
from jupyter_mlops.pipelines.file.definition import Definition

CALLS, WITHIN_MS = 50, 20
OURS, PEER, LIMIT = "launch, three steps", "DBOS, enqueue of one workflow", "one synced SQLite transaction"


def launched(folder: Path) -> Turn:
    project = Project.create(folder)
    steps = [{"name": name, "verb": "status"} for name in ("prepare", "train", "report")]
    plan = freeze(project, Definition.model_validate({"name": "retrain", "steps": steps}))
    return _many(lambda: launch(project, plan, {}))


def enqueued(folder: Path) -> Turn:
    from dbos import DBOS

    DBOS(
        config={
            "name": "benchmark",
            "system_database_url": f"sqlite:///{folder}/dbos.db",
            "log_level": "ERROR",
        }
    )

    @DBOS.workflow()
    def work() -> None:
        """Do nothing."""

    DBOS.listen_queues([])
    DBOS.launch()
    DBOS.register_queue("default")
    return _many(lambda: DBOS.enqueue_workflow("default", work))


def committed(folder: Path) -> Turn:
    connection = sqlite3.connect(folder / "limit.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE line (text TEXT)")
    return _many(lambda: connection.execute("INSERT INTO line VALUES (?)", ("x" * 500,)))


def _many(action: Action) -> Turn:
    def calls() -> None:
        for _ in range(CALLS):
            action()

    def average() -> Sample:
        return timed(calls) / CALLS

    return lambda _number: average


def main() -> None:
    repetitions = times()
    contenders: dict[str, Prepare] = {OURS: launched, PEER: enqueued, LIMIT: committed}
    found = compare(contenders, repetitions)
    report(
        f"launch: per execution, of {CALLS}",
        repetitions,
        found,
        Claim(OURS, found[OURS] / 0.001, "ms", WITHIN_MS),
        Claim("ratio to DBOS alone", found[OURS] / found[PEER], "×"),
    )


if __name__ == "__main__":
    main()
