"""Cancel an execution."""

from __future__ import annotations

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import ExecutionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable import state, turn
from jupyter_mlops.pipelines.durable.account import Execution, account
from jupyter_mlops.pipelines.durable.sheet import Sheet


@verb("cancel", effect="write")
def cancel(project: Project, ref: ExecutionRef) -> Execution:
    """Cancel an execution: nothing more begins, and what runs is stopped within seconds.

    Raises
    ------
    Conflict
        It has ended.
    """
    now = project.clock.now()
    with project.change() as connection:
        execution = state.resolve(connection, ref)
        call.reads(f"execution:{execution}", given=f"execution:{ref}")
        row = state.lock(connection, execution)
        if row["status"] in state.ENDED:
            raise Conflict(
                f"{execution} has ended: {row['status']}.", hint=f"Run it again: `%mlops retry {execution}`."
            )
        sheet = Sheet(connection, row, now)
        sheet.change_execution(is_cancelled=True, reason=f"Cancelled by {project.actor.name}.")
        turn.take(sheet)
        return account(connection, execution, now)
