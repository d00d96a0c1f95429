"""Let nothing more begin: of a schedule, or of one execution."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from jupyter_mlops.core import call
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import Word, check_name
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.sheet import Sheet
from jupyter_mlops.pipelines.scheduling import schedules

PausableRef = Annotated[
    str,
    Word("schedule", is_lineage=False),
    AfterValidator(check_name),
    Field(description="A schedule by name; or an execution: its id or the end of it.", examples=["retrain"]),
]


class Pausable(Record):
    """A schedule or an execution, and whether it goes on.

    Parameters
    ----------
    is_changed
        False when it stood so already.
    """

    ref: PausableRef
    kind: Literal["schedule", "execution"]
    is_paused: bool
    is_changed: bool

    def card(self) -> Card:
        """Say how it stands, and how to change that."""
        word = "paused" if self.is_paused else "going on"
        already = "" if self.is_changed else " already"
        step = f"%mlops {'resume' if self.is_paused else 'pause'} {self.ref}"
        title = f"The {self.kind} {self.ref} is {word}{already}"
        return Card(title, "ok" if self.is_changed else "info", next=(step,))


@verb("pause", effect="write")
def pause(project: Project, ref: PausableRef) -> Pausable:
    """Pause a schedule, or an execution between its steps, until it is resumed.

    Raises
    ------
    NotFound
        Neither a schedule nor an execution is called so.
    Conflict
        The execution has ended.
    """
    with project.change() as connection:
        if is_of_schedule(connection, ref):
            return _pause_schedule(connection, project, ref)
        return _pause_execution(connection, project, ref)


def is_of_schedule(connection: Connection, ref: str) -> bool:
    """Tell whether *ref* means a schedule, or a pipeline that has some: then one of them is to be named.

    Raises
    ------
    NotFound
        Neither a schedule nor an execution is called so.
    """
    if schedules.exists(connection, ref) or schedules.of(connection, ref):
        return True
    try:
        state.resolve(connection, ref)
    except NotFound:
        hint = "List them with `%mlops pipelines` and `%mlops executions`."
        raise NotFound(f"Neither a schedule nor an execution is called {ref!r}.", hint=hint) from None
    return False


def _pause_schedule(connection: Connection, project: Project, name: str) -> Pausable:
    row = schedules.find(connection, name, is_changing=True)
    call.reads(f"schedule:{name}")
    schedules.change(connection, name, project.clock.now(), is_paused=True, due_at=None)
    return Pausable(ref=name, kind="schedule", is_paused=True, is_changed=not row["is_paused"])


def _pause_execution(connection: Connection, project: Project, ref: str) -> Pausable:
    execution = state.resolve(connection, ref)
    call.reads(f"execution:{execution}")
    row = state.lock(connection, execution)
    if row["status"] in state.ENDED:
        raise Conflict(f"{execution} has ended: {row['status']}.", hint="There is nothing to pause.")
    sheet = Sheet(connection, row, project.clock.now())
    for item in sheet.with_status("queued"):
        sheet.change(item, status="pending")  # queued anew when it goes on
    sheet.change_execution(status="paused")
    is_changed = row["status"] != "paused"
    return Pausable(ref=execution, kind="execution", is_paused=True, is_changed=is_changed)
