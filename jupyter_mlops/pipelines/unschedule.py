"""Have a pipeline no longer start by itself."""

from __future__ import annotations

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import PipelineName
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.scheduling import look, schedules
from jupyter_mlops.pipelines.scheduling.schedules import ScheduleName


class Unscheduled(Record):
    """A schedule that is gone.

    Parameters
    ----------
    waiting
        Slots that had come and are not launched any more.
    going
        Executions that it had asked for, and that go on.
    """

    name: ScheduleName
    pipeline: PipelineName
    waiting: int
    going: tuple[str, ...]

    def card(self) -> Card:
        """Say what is gone and what goes on."""
        notes = ("Slots that had come are not launched.",) if self.waiting else ()
        steps = tuple(f"%mlops cancel {execution}" for execution in self.going[:3])
        facts = (("going on", ", ".join(self.going[:3])),) if self.going else ()
        title = f"{self.pipeline} is not started by {self.name} any more"
        return Card(title, facts=facts, notes=notes, next=steps)


@verb("unschedule", effect="write")
def unschedule(project: Project, name: ScheduleName) -> Unscheduled:
    """Remove a schedule; what it had started goes on, and the record of its slots stays."""
    with project.change() as connection:
        row = schedules.find(connection, name, is_changing=True)
        waiting = schedules.waiting(connection, [name])[name]
        for firing in waiting:
            schedules.settle(connection, name, firing["slot"], "skipped", reason="The schedule was removed.")
        schedules.remove(connection, name)
        going = look.going(connection, [name])[name]
    return Unscheduled(name=name, pipeline=row["pipeline"], waiting=len(waiting), going=tuple(going))
