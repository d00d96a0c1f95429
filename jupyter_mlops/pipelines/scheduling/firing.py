"""Launch what a slot of a schedule asks for, as its owner and through the door."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, cast

from pydantic import Field, JsonValue, ValidationError
from sqlalchemy import Connection, RowMapping

from jupyter_mlops.core import call, door
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Conflict, Invalid, MlopsError, Refused, Unavailable
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.types import ExecutionRef
from jupyter_mlops.core.verb import Verb, verb, verb_of
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.durable.launch import Cause, Request, insert
from jupyter_mlops.pipelines.file.definition import Overlap
from jupyter_mlops.pipelines.scheduling import look, schedules
from jupyter_mlops.pipelines.scheduling.arguments import filled
from jupyter_mlops.pipelines.scheduling.schedules import ScheduleName

_LINEAGE = {"snapshot", "alias", "pipeline", "alert"}
Slot = Annotated[str, Field(description="A due time, or what fired otherwise.")]


class Triggered(Record):
    """An execution that a schedule asked for.

    Parameters
    ----------
    slot
        The due time, or what fired otherwise.
    changed
        Files that are newer than what runs.
    """

    schedule: ScheduleName
    slot: str
    execution: ExecutionRef
    changed: tuple[str, ...] = ()

    def card(self) -> Card:
        """Name the execution, how to follow it, and what is newer than what it runs."""
        title = f"{self.schedule} asked for execution {self.execution}"
        steps = [f"%mlops follow {self.execution}"]
        if not self.changed:
            return Card(title, next=tuple(steps))
        notes = (f"It runs what was frozen; since then {', '.join(self.changed)} changed.",)
        steps += [f"%mlops schedule {self.schedule} {option}" for option in ("--update", "--keep")]
        return Card(title, "warning", notes=notes, next=tuple(steps))


@verb("trigger", effect="write")
def launch_slot(project: Project, name: ScheduleName, slot: Slot) -> Triggered:
    """Launch a slot that waits; the scheduler calls it, and no face has it."""
    now = project.clock.now()
    with project.change() as connection:
        row = schedules.find(connection, name, is_changing=True)
        waiting = {item["slot"]: item for item in schedules.waiting(connection, [name])[name]}
        firing = waiting.pop(slot, None)
        if firing is None or row["is_paused"]:
            raise Conflict(f"{slot} of {name} was settled meanwhile.", hint="There is nothing to do.")
        if row["overlap"] == "forbid" and look.going(connection, [name])[name]:
            raise Conflict(f"{name} was triggered meanwhile.", hint="The next look leaves the slot out.")
        cause, given = Cause.model_validate(firing["cause"]), firing["parameters"]
        if cause.kind in _LINEAGE:
            call.reads(cause.reference)
        execution = start(project, connection, row, cause, slot, given=given)
        schedules.settle(connection, name, slot, "launched", execution=execution)
        look.again(connection, row, now, list(waiting.values()))
    return Triggered(schedule=name, slot=slot, execution=execution)


def start(
    project: Project,
    connection: Connection,
    row: RowMapping,
    cause: Cause,
    slot: str,
    *,
    given: Mapping[str, object] | None = None,
    overlap: Overlap | None = None,
    priority: int | None = None,
) -> str:
    """Ask for an execution of what a schedule has frozen; the same slot answers the same execution.

    Parameters
    ----------
    given
        Parameters besides those of the schedule.
    overlap
        Instead of the schedule's own.
    """
    policy: Overlap = overlap or row["overlap"]
    plan = planned(project, row, cause, slot, given=given, overlap=policy, priority=priority)
    if policy == "replace":
        going = look.going(connection, [row["name"]])
        look.cancel(
            connection, going[row["name"]], project.clock.now(), f"Replaced by {slot} of {row['name']}."
        )
    return insert(connection, project, plan.frozen, plan.values, plan.request)


@dataclass(frozen=True)
class Plan:
    """What a slot asks for."""

    frozen: Frozen
    values: Mapping[str, JsonValue]
    request: Request


def planned(
    project: Project,
    row: RowMapping,
    cause: Cause,
    slot: str,
    *,
    given: Mapping[str, object] | None = None,
    overlap: Overlap,
    priority: int | None = None,
) -> Plan:
    """Return what a slot of a schedule asks for, changing nothing; the options are those of `start`."""
    frozen = frozen_of(row)
    definition = frozen.definition.model_copy(update={"overlap": overlap})
    frozen = frozen.model_copy(update={"definition": definition})
    trigger: dict[str, JsonValue] = {"reference": cause.reference, "slot": cause.slot}
    values = filled(project, frozen, row["parameters"], given or {}, trigger)
    key = f"schedule:{row['name']}/{slot}"
    return Plan(frozen, values, Request(cause, key=key, schedule=row["name"], priority=priority))


def frozen_of(row: RowMapping) -> Frozen:
    """Return what a schedule runs.

    Raises
    ------
    Invalid
        Another version of the package has kept it in a way that this one cannot read.
    """
    try:
        return _read(json.dumps(row["definition"]))
    except ValidationError as error:
        what = error.errors()[0]["msg"]
        hint = f"Freeze it anew with `%mlops schedule {row['name']} --update`."
        raise Invalid(f"What {row['name']} runs cannot be read: {what}.", hint=hint) from None


@lru_cache(maxsize=256)
def _read(definition: str) -> Frozen:
    return Frozen.model_validate_json(definition)


def is_waiting(project: Project, name: str, slot: str) -> bool:
    """Tell whether a slot is still to be launched."""
    with project.store.read() as connection:
        found = schedules.find_firing(connection, name, slot)
    return found is not None and found["outcome"] == "waiting"


def fire(project: Project, row: RowMapping, slot: str) -> bool:
    """Pass the door for a slot that waits, as its schedule's owner, and say whether it was launched.

    Raises
    ------
    Unavailable
        The store does not answer: the slot goes on waiting.
    """
    name = row["name"]
    owner = project.acting(Actor(row["actor"], row["source"]))
    try:
        door.enter(owner, _LAUNCH, {"name": name, "slot": slot}, face="pipeline")
    except Conflict:
        return False
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one schedule holds up no other
        _settle(project, name, slot, error)
        return False
    return True


def _settle(project: Project, name: str, slot: str, error: Exception) -> None:
    """Write down why a slot came to nothing."""
    outcome: schedules.Outcome = "refused" if isinstance(error, Refused) else "failed"
    reason = error.message if isinstance(error, MlopsError) else f"{type(error).__name__}: {error}"
    with project.store.write() as connection:
        schedules.settle(connection, name, slot, outcome, reason=redact(reason)[:2_000])
        if schedules.exists(connection, name):
            row = schedules.find(connection, name, is_changing=True)
            look.again(connection, row, project.clock.now())


_LAUNCH = cast(Verb, verb_of(launch_slot))
