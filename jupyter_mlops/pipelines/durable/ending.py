"""What is done once when an execution has ended: its run is closed, the ledger told, people notified."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from jupyter_mlops.core import ledger
from jupyter_mlops.core.ledger import AuditEvent, Outcome
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import execution_record, notice, state
from jupyter_mlops.pipelines.durable.state import moment

_OUTCOME: dict[str, Outcome] = {"succeeded": "ok", "failed": "failed", "cancelled": "failed"}


def end(project: Project, execution: str) -> None:
    """Close an execution that has ended; done again, it does nothing.

    Raises
    ------
    Unavailable
        The tracker does not answer: it is tried again later.
    """
    with project.store.read() as connection:
        row = state.find(connection, execution)
    if row["status"] not in state.ENDED or row["due_at"] is None:
        return
    execution_record.close(project, execution)
    notice.tell(project, notice.of_end(project, row))  # before it is closed: rather told twice than never
    with project.store.write() as connection:
        if state.close(connection, execution, project.clock.now()):
            _tell_ledger(connection, project, row, state.steps_of(connection, execution))


def _tell_ledger(
    connection: Connection, project: Project, row: RowMapping, steps: Sequence[RowMapping]
) -> None:
    """Say how it ended, unless a call in the foreground says so itself."""
    if row["held_by"] is not None:
        return
    started, finished = (datetime.fromisoformat(row[name]) for name in ("started_at", "finished_at"))
    ledger.append(
        connection,
        AuditEvent(
            at=moment(project.clock.now()),
            actor=row["actor"],
            source=row["source"],
            face="pipeline",
            verb="run",
            phase="outcome",
            arguments={"execution": row["id"], "pipeline": row["pipeline"], "cause": row["cause"]},
            outputs=tuple(f"run:@{step['run_id'][:8]}" for step in steps if step["run_id"]),
            outcome=_OUTCOME[row["status"]],
            reason=row["reason"],
            duration_ms=(finished - started).total_seconds() * 1_000,
        ),
    )
