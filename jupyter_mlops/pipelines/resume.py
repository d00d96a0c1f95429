"""Go on with what was paused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.state import moment
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.pause import Pausable, PausableRef, is_of_schedule
from jupyter_mlops.pipelines.scheduling import look, schedules
from jupyter_mlops.pipelines.scheduling.arrivals import matches
from jupyter_mlops.pipelines.scheduling.timetable import Timetable
from jupyter_mlops.pipelines.scheduling.triggers import PAUSED


@verb("resume", effect="write")
def resume(project: Project, ref: PausableRef) -> Pausable:
    """Resume a schedule or an execution; what a schedule would have started meanwhile is left out.

    Raises
    ------
    NotFound
        Neither a schedule nor an execution is called so.
    Conflict
        The execution has ended.
    """
    with project.change() as connection:
        if is_of_schedule(connection, ref):
            return _resume_schedule(connection, project, ref)
        return _resume_execution(connection, project, ref)


def _resume_schedule(connection: Connection, project: Project, name: str) -> Pausable:
    row = schedules.find(connection, name, is_changing=True)
    call.reads(f"schedule:{name}")
    if row["is_paused"]:
        now = project.clock.now()
        _leave_out(connection, project, row)
        mark = moment(now) if row["watch"] == "cron" else row["mark"]
        schedules.change(connection, name, now, is_paused=False, mark=mark)
        look.again(connection, schedules.find(connection, name), now)
    return Pausable(ref=name, kind="schedule", is_paused=False, is_changed=row["is_paused"])


def _leave_out(connection: Connection, project: Project, row: RowMapping) -> None:
    """Give rows to what came while the schedule was paused; what the ledger says has its rows already."""
    spec, now, name = TriggerSpec.model_validate(row["trigger"]), project.clock.now(), row["name"]
    slots: list[str] = []
    if spec.cron is not None:
        passed = Timetable(name, spec).passed(datetime.fromisoformat(row["mark"]), now)
        slots = [passed] if passed else []
    elif spec.pattern is not None:
        slots = [signal.slot for signal in matches(project.root, spec.pattern)]
    for slot in slots:
        schedules.note(connection, name, slot, now, outcome="skipped", reason=PAUSED)


def _resume_execution(connection: Connection, project: Project, ref: str) -> Pausable:
    execution = state.resolve(connection, ref)
    call.reads(f"execution:{execution}")
    row = state.lock(connection, execution)
    if row["status"] in state.ENDED:
        raise Conflict(
            f"{execution} has ended: {row['status']}.", hint=f"Run it again: `%mlops retry {execution}`."
        )
    is_changed = row["status"] == "paused"
    if is_changed:
        now = project.clock.now()
        status = "running" if row["started_at"] else "queued"
        state.change(connection, execution, now, status=status, due_at=moment(now))
    return Pausable(ref=execution, kind="execution", is_paused=False, is_changed=is_changed)
