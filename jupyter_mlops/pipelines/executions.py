"""List executions, newest first."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue
from sqlalchemy import select

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import PipelineName
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable.account import Execution, of_row
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, STEPS, ExecutionStatus

Limit = Annotated[int, Field(gt=0, le=1_000, description="Most executions to list.")]
_SHORT = 40


class Executions(Record):
    """A page of executions.

    Parameters
    ----------
    next_page
        Where the next page starts; None when this is the last.
    """

    executions: tuple[Execution, ...]
    next_page: str | None = None

    def card(self) -> Card:
        """Show one line for each."""
        if not self.executions:
            return Card("No executions", "info", next=("%mlops run NOTEBOOK.ipynb", "%mlops pipelines"))
        columns, rows = self._compared() if self._is_sweep else self._listed()
        more = (f"%mlops executions --page {self.next_page}",) if self.next_page else ()
        count = len(self.executions)
        title = f"{count} execution{'' if count == 1 else 's'}{' and more' if self.next_page else ''}"
        return Card(
            title, "info", columns=columns, rows=rows, next=(f"%mlops follow {self.executions[0].ref}", *more)
        )

    @property
    def _is_sweep(self) -> bool:
        first = self.executions[0].parent
        return first is not None and all(one.parent == first for one in self.executions)

    def _listed(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        columns = ("execution", "what", "status", "asked for", "took", "why", "reason")
        rows = tuple(
            (
                one.ref,
                one.notebook or one.pipeline,
                one.status,
                f"{one.created_at:%Y-%m-%d %H:%M}",
                _took(one),
                one.cause.told,
                one.reason,
            )
            for one in self.executions
        )
        return columns, rows

    def _compared(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Put what differs between the executions of a sweep beside what came of it."""
        given = [{name: str(value) for name, value in one.parameters.items()} for one in self.executions]
        made = [
            {
                name: str(value)
                for step in one.steps
                for name, value in step.outputs.items()
                if _is_short(value)
            }
            for one in self.executions
        ]
        names = dict.fromkeys(name for one in given for name in one)
        varied = [name for name in names if len({one.get(name) for one in given}) > 1]
        outputs = list(dict.fromkeys(name for one in made for name in one))
        rows = tuple(
            (
                one.ref,
                *(parameters.get(name, "") for name in varied),
                *(found.get(name, "") for name in outputs),
                one.status,
                _took(one),
                one.reason,
            )
            for one, parameters, found in zip(self.executions, given, made, strict=True)
        )
        return ("execution", *varied, *outputs, "status", "took", "reason"), rows


def _took(one: Execution) -> str:
    return "" if one.duration_s is None else f"{one.duration_s:.1f} s"


def _is_short(value: JsonValue) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _SHORT)


@verb("executions", effect="read")
def executions(
    project: Project,
    pipeline: PipelineName | None = None,
    *,
    status: Annotated[ExecutionStatus | None, Field(description="Only those that stand so.")] = None,
    parent: Annotated[str | None, Field(description="Only those of this sweep.")] = None,
    limit: Limit = 20,
    page: Annotated[str | None, Field(description="Where to go on, as the previous page said.")] = None,
) -> Executions:
    """List executions of pipelines and notebooks, newest first, with how they stand."""
    query = select(EXECUTIONS).order_by(EXECUTIONS.c.id.desc()).limit(limit + 1)
    chosen = {"pipeline": pipeline, "status": status, "parent": parent}
    for name, value in chosen.items():
        if value is not None:
            query = query.where(EXECUTIONS.c[name] == value)
    if page is not None:
        query = query.where(EXECUTIONS.c.id < page)
    with project.store.read() as connection:
        rows = connection.execute(query).mappings().all()
        ids = [row["id"] for row in rows[:limit]]
        steps = connection.execute(select(STEPS).where(STEPS.c.execution.in_(ids))).mappings().all()
    now = project.clock.now()
    found = tuple(
        of_row(row, [step for step in steps if step["execution"] == row["id"]], now) for row in rows[:limit]
    )
    return Executions(executions=found, next_page=ids[-1] if len(rows) > limit else None)
