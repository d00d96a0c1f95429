"""Start what a schedule starts, now and by hand."""

from __future__ import annotations

import secrets

from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable.launch import Cause
from jupyter_mlops.pipelines.file.parameters import assignments
from jupyter_mlops.pipelines.run import Given
from jupyter_mlops.pipelines.scheduling import freshness, look, schedules
from jupyter_mlops.pipelines.scheduling.firing import Triggered, start
from jupyter_mlops.pipelines.scheduling.schedules import ScheduleName
from jupyter_mlops.pipelines.scheduling.timetable import text


@verb("trigger", effect="write")
def trigger(project: Project, name: ScheduleName, *, param: Given = ()) -> Triggered:
    """Start what a schedule starts, now: as it is frozen, paused or not, with its overlap policy.

    Raises
    ------
    Conflict
        An earlier execution has not ended, and the schedule's overlap is forbid.
    Invalid
        A parameter is unknown or ill-typed.
    """
    now = project.clock.now()
    with project.store.read() as connection:
        changed = freshness.changes(project, connection, name)
    with project.change() as connection:
        row = schedules.find(connection, name, is_changing=True)
        busy = look.going(connection, [name])[name]
        if busy and row["overlap"] == "forbid":
            raise Conflict(
                f"{busy[0]} has not ended, and the overlap of {name} is forbid.",
                hint=f"Wait for it, or stop it with `%mlops cancel {busy[0]}`.",
            )
        slot = f"manual:{text(now)}-{secrets.token_hex(3)}"
        cause = Cause(kind="manual", what=f"triggered by {project.actor.name}", slot=text(now))
        execution = start(project, connection, row, cause, slot, given=assignments(param))
        schedules.note(
            connection, name, slot, now, outcome="launched", cause=cause.wire(), execution=execution
        )
    return Triggered(schedule=name, slot=slot, execution=execution, changed=changed)
