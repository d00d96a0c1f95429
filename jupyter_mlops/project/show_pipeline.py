"""What there is to see of a pipeline: its file, what starts it, and how it went lately."""

from __future__ import annotations

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import PipelineName
from jupyter_mlops.pipelines.executions import Executions, executions
from jupyter_mlops.pipelines.pipelines import PipelineEntry, Planned, pipelines

_LATEST = 5


class PipelineShown(Record):
    """A pipeline, or a notebook that was run by itself, by name.

    Parameters
    ----------
    entry
        Its file; None when it has none, or none any more.
    latest
        Its newest executions.
    """

    ref: PipelineName
    entry: PipelineEntry | None = None
    schedules: tuple[Planned, ...] = ()
    latest: Executions

    def card(self) -> Card:
        """Show its file, what starts it, and a row for each of its newest executions."""
        listed = self.latest.card()
        steps = (f"%mlops executions {self.ref}",) if self.latest.executions else ()
        if self.entry is not None and not self.entry.problems:
            steps = (*steps, f"%mlops run {self.ref}")
        return Card(self._title(), "info", self._facts(), listed.columns, listed.rows, next=steps)

    def _title(self) -> str:
        if not self.latest.executions:
            return f"{self.ref} was not run yet"
        newest = self.latest.executions[0]
        return f"{self.ref}: the newest of its executions is {newest.ref}, {newest.status}"

    def _facts(self) -> tuple[tuple[str, str], ...]:
        entry = self.entry
        facts = (
            ()
            if entry is None
            else (
                ("file", entry.file),
                ("about", entry.description),
                ("steps", " → ".join(entry.steps)),
                *(("cannot run", problem) for problem in entry.problems),
            )
        )
        starts = ((one.name, f"{one.when}{', paused' if one.is_paused else ''}") for one in self.schedules)
        return tuple(fact for fact in (*facts, *starts) if fact[1])


def find(project: Project, name: str) -> PipelineShown | None:
    """Return the pipeline of that name; None when there is neither a file nor an execution of it."""
    known = pipelines(project)
    entry = next((one for one in known.pipelines if one.name == name), None)
    latest = executions(project, name, limit=_LATEST)
    if entry is None and not latest.executions:
        return None
    mine = tuple(one for one in known.schedules if one.pipeline == name)
    return PipelineShown(ref=name, entry=entry, schedules=mine, latest=latest)
