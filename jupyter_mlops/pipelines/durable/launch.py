"""Ask for an execution: its rows are the request, and a worker finds them."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue
from sqlalchemy import Connection

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.file.spec import StepSpec

CauseKind = Literal[
    "manual", "cron", "snapshot", "alias", "file", "webhook", "pipeline", "alert", "sweep", "backfill", "tune"
]


class Cause(Record):
    """Why an execution was asked for.

    Parameters
    ----------
    reference
        What fired: `snapshot:customers@4`, a file's path, another execution.
    slot
        The due time of a schedule.
    run
        The id of the run that it is part of: a trial's.
    """

    kind: CauseKind = "manual"
    what: str = ""
    reference: str = ""
    slot: str = ""
    run: str = ""

    @property
    def told(self) -> str:
        """The cause in words; empty when somebody just asked for it."""
        kind = "" if self.kind == "manual" or self.what.startswith(self.kind) else self.kind
        name = (self.reference or self.slot).removeprefix(f"{self.kind}:")
        return " ".join(filter(None, (kind, self.what, "" if name in self.what else name)))


@dataclass(frozen=True)
class Request:
    """How an execution is to be run, besides what.

    Parameters
    ----------
    key
        A second request of the same key answers the first one's execution.
    schedule
        The schedule that asks; its overlap policy holds.
    parent
        The sweep that it belongs to.
    held_by
        The worker that alone may go on with it, while that one lives.
    """

    cause: Cause = field(default_factory=Cause)
    key: str | None = None
    priority: int | None = None
    queue: str | None = None
    schedule: str | None = None
    parent: str | None = None
    held_by: str | None = None
    id: str | None = None


def new_id(project: Project) -> str:
    """Return an id that sorts by time."""
    return f"{project.clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


def launch(
    project: Project, frozen: Frozen, parameters: Mapping[str, JsonValue], request: Request | None = None
) -> str:
    """Write an execution down, to be run as soon as may be, and return its id.

    Within a call it becomes true together with the call's line in the ledger.

    Parameters
    ----------
    parameters
        As `Definition.values` returns them.
    """
    with project.change() as connection:
        return insert(connection, project, frozen, parameters, request or Request())


def insert(
    connection: Connection,
    project: Project,
    frozen: Frozen,
    parameters: Mapping[str, JsonValue],
    request: Request,
) -> str:
    """Write an execution down in a transaction of the caller's, and return its id."""
    known = state.of_key(connection, request.key) if request.key else None
    if known is not None:
        return known
    execution, steps = rows(project, frozen, parameters, request)
    state.add(connection, execution, steps)
    return str(execution["id"])


def rows(
    project: Project, frozen: Frozen, parameters: Mapping[str, JsonValue], request: Request
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return what `insert` writes down: an execution's row, and those of its steps."""
    execution = request.id or new_id(project)
    now = state.moment(project.clock.now())
    known = {"id": execution, "parameters": dict(parameters), "created_at": now, "due_at": now}
    steps = list(_steps(execution, frozen.definition.steps, now))
    return _row(project, frozen, request) | known | {"updated_at": now}, steps


def _row(project: Project, frozen: Frozen, request: Request) -> dict[str, object]:
    definition = frozen.definition
    return {
        "pipeline": definition.name,
        "definition": frozen.wire(),
        "digest": frozen.digest,
        "cause": request.cause.wire(),
        "actor": project.actor.name,
        "source": project.actor.source,
        "key": request.key,
        "parent": request.parent,
        "schedule": request.schedule,
        "queue": request.queue or definition.queue,
        "priority": definition.priority if request.priority is None else request.priority,
        "status": "queued",
        "held_by": request.held_by,
        "is_cancelled": False,
        "reason": "",
    }


def _steps(execution: str, steps: tuple[StepSpec, ...], now: str) -> Iterator[dict[str, object]]:
    for step in steps:
        for item, parameters in enumerate(_combinations(step)):
            yield step_row(execution, step.name, item, parameters, now)


def step_row(
    execution: str, name: str, item: int, parameters: Mapping[str, object], now: str
) -> dict[str, object]:
    """Return the row of a step that has not begun."""
    return {
        "execution": execution,
        "name": name,
        "item": item,
        "status": "pending",
        "attempt": 0,
        "failures": 0,
        "parameters": dict(parameters),
        "outputs": {},
        "output": "",
        "cells": [],
        "reason": "",
        "updated_at": now,
    }


def _combinations(step: StepSpec) -> Iterator[dict[str, object]]:
    for values in itertools.product(*step.matrix.values()):
        yield dict(zip(step.matrix, values, strict=True))
