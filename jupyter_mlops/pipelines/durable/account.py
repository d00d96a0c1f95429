"""Executions as their readers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlalchemy import Connection, RowMapping

from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import ApprovalRef, ExecutionRef, PipelineName, RunRef
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.durable.launch import Cause
from jupyter_mlops.pipelines.durable.state import ExecutionStatus, StepStatus
from jupyter_mlops.pipelines.file.placeholder import fill, plain
from jupyter_mlops.pipelines.file.spec import StepKind
from jupyter_mlops.pipelines.running.runner import CellRun

_STATES: dict[str, State] = {"succeeded": "ok", "failed": "failed", "cancelled": "warning"}


class StepRun(Record):
    """How one step of an execution stands.

    Parameters
    ----------
    parameters
        What it is given; a placeholder for what an earlier step gives.
    item
        Its number among those that the step fans out into; None when it does not.
    attempt
        0 before it began, 1 the first time.
    output
        The executed notebook, from the project's root; it can be opened while the step runs.
    error
        What failed, for a machine: its cause and name, or an error's code.
    reason
        Why it stands so, when that is not plain.
    """

    name: str
    kind: StepKind
    needs: tuple[str, ...] = ()
    item: int | None = None
    status: StepStatus
    attempt: int
    started_at: datetime | None = None
    duration_s: float | None = None
    parameters: dict[str, JsonValue] = {}
    outputs: dict[str, JsonValue] = {}
    output: str = ""
    run: RunRef | None = None
    cells: tuple[CellRun, ...] = ()
    approval: ApprovalRef | None = None
    error: dict[str, JsonValue] = {}
    reason: str = ""

    @property
    def label(self) -> str:
        """Its name, with its number when it is one of several."""
        return self.name if self.item is None else f"{self.name}[{self.item}]"


class Execution(Record):
    """One durable execution of a pipeline, or of a single notebook.

    Parameters
    ----------
    notebook
        The notebook, when that is all it runs.
    digest
        Identity of what it runs: the pipeline and its notebooks as they were frozen.
    revision
        The commit that was checked out then, with a `+` where files differed from it.
    parent
        The sweep or execution that it belongs to.
    reason
        Why it ended or stands as it does.
    changed
        Files that are not now as it runs them, or ran them; looked at by those who show one execution.
    """

    ref: ExecutionRef
    pipeline: PipelineName
    notebook: str = ""
    status: ExecutionStatus
    parameters: dict[str, JsonValue] = {}
    cause: Cause
    actor: str
    digest: str
    revision: str = ""
    parent: str | None = None
    schedule: str | None = None
    run: RunRef | None = None
    created_at: datetime
    started_at: datetime | None = None
    duration_s: float | None = None
    steps: tuple[StepRun, ...] = ()
    reason: str = ""
    changed: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether it has neither failed nor been cancelled."""
        return self.status not in {"failed", "cancelled"}

    @property
    def is_ended(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.status in state.ENDED

    def card(self) -> Card:
        """Say how it stands, step by step, and what to type next."""
        took = "" if self.duration_s is None else f"{self.duration_s:.1f} s"
        cells = [cell for step in self.steps for cell in step.cells]
        done = sum(cell.status not in {"not_run", "running", "failed"} for cell in cells)
        facts = (
            ("execution", self.ref),
            ("run", self.run or ""),
            ("cells", f"{done} of {len(cells)}" if self.notebook and cells else ""),
            ("took", took),
            ("output", self.steps[0].output if self.notebook and self.steps else ""),
            ("why", self.cause.told),
            ("code", self.revision),
            *((name, str(value)) for name, value in self.parameters.items()),
        )
        rows = tuple(
            (
                step.label,
                step.status,
                "" if step.duration_s is None else f"{step.duration_s:.1f} s",
                step.reason or step.output,
            )
            for step in self.steps
        )
        columns = () if self.notebook else ("step", "status", "took", "what")
        return Card(
            f"{self.notebook or self.pipeline} {_VERBS[self.status]}.",
            _STATES.get(self.status, "info"),
            tuple(fact for fact in facts if fact[1]),
            columns,
            rows if columns else (),
            notes=tuple(filter(None, (self.reason or self._remark(), self._age()))),
            next=self._next(),
        )

    def _age(self) -> str:
        """Say what its files are not any more; what a schedule has frozen can be renewed, or kept."""
        if not self.changed:
            return ""
        verb = "ran" if self.is_ended else "runs"
        since = "scheduled" if self.schedule else "asked for"
        said = f"It {verb} what was frozen when it was {since}; since then {', '.join(self.changed)} changed"
        if not self.schedule:
            return f"{said}."
        return f"{said}: `%mlops schedule {self.schedule} --update`, or `--keep`."

    def _remark(self) -> str:
        """Return what a single notebook's step has to say: where there are several, each says it in its row."""
        return self.steps[0].reason if self.notebook and self.steps else ""

    def _next(self) -> tuple[str, ...]:
        waiting = [step.approval for step in self.steps if step.status == "waiting" and step.approval]
        if self.status in {"failed", "cancelled"}:
            return (f"%mlops retry {self.ref}",)
        if waiting:
            return tuple(f"%mlops approve {approval}" for approval in waiting)
        if not self.is_ended:
            return (f"%mlops follow {self.ref}", f"%mlops cancel {self.ref}")
        return (f"%mlops show {self.run}",) if self.run else ()


_VERBS: dict[str, str] = {
    "queued": "waits to begin",
    "running": "is running",
    "waiting": "waits for approval",
    "paused": "is paused",
    "succeeded": "ran to its end",
    "failed": "failed",
    "cancelled": "was cancelled",
}


def account(connection: Connection, execution: str, now: datetime) -> Execution:
    """Return an execution with its steps.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    return of_row(state.find(connection, execution), state.steps_of(connection, execution), now)


def of_row(row: RowMapping, steps: Sequence[RowMapping], now: datetime) -> Execution:
    """Return the execution that these rows are."""
    frozen = Frozen.model_validate(row["definition"])
    order = {name: place for place, name in enumerate(frozen.definition.order())}
    runs = tuple(
        _step(step, frozen, row["parameters"], now)
        for step in sorted(steps, key=lambda one: (order[one["name"]], one["item"]))
    )
    single = runs[0] if frozen.is_notebook else None
    return Execution(
        ref=row["id"],
        pipeline=row["pipeline"],
        notebook=frozen.definition.steps[0].notebook or "" if frozen.is_notebook else "",
        status=row["status"],
        parameters=row["parameters"],
        cause=Cause.model_validate(row["cause"]),
        actor=row["actor"],
        digest=row["digest"],
        revision=frozen.revision,
        parent=row["parent"],
        schedule=row["schedule"],
        run=(single.run if single else None) or (f"@{row['run_id'][:8]}" if row["run_id"] else None),
        created_at=row["created_at"],
        started_at=row["started_at"],
        duration_s=_duration(row, now),
        steps=runs,
        reason=row["reason"],
    )


def _step(row: RowMapping, frozen: Frozen, given: Mapping[str, JsonValue], now: datetime) -> StepRun:
    step = frozen.definition.step(row["name"])
    return StepRun(
        name=step.name,
        kind=step.kind,
        needs=step.needs,
        item=row["item"] if step.is_fanned else None,
        status=row["status"],
        attempt=row["attempt"],
        started_at=row["started_at"],
        duration_s=_duration(row, now),
        parameters={**_filled(step.arguments if step.verb else step.parameters, given), **row["parameters"]},
        outputs={name: plain(value) for name, value in row["outputs"].items()},
        output=row["output"],
        run=f"@{row['run_id'][:8]}" if row["run_id"] else None,
        cells=tuple(CellRun.model_validate(cell) for cell in row["cells"]),
        approval=row["approval"],
        error=row["error"] or {},
        reason=row["reason"],
    )


def _filled(written: Mapping[str, JsonValue], given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a step's parameters with those of its execution filled in."""
    found = dict(written)
    for name, value in written.items():
        with suppress(Invalid):  # it is an earlier step's to give
            found[name] = fill(value, {"parameters": dict(given)})
    return found


def _duration(row: RowMapping, now: datetime) -> float | None:
    if row["started_at"] is None:
        return None
    until = datetime.fromisoformat(row["finished_at"]) if row["finished_at"] else now
    return max((until - datetime.fromisoformat(row["started_at"])) / timedelta(seconds=1), 0.0)
