"""Schedules and what came of each of their slots, as the store keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Index,
    RowMapping,
    String,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.store import METADATA
from jupyter_mlops.core.types import ExecutionRef, PipelineName, Word, check_name
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.pipelines.durable.state import moment
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.scheduling.said import said

SCHEDULES = Table(
    "schedules",
    METADATA,
    Column("name", String, primary_key=True),
    Column("pipeline", String, nullable=False, index=True),
    Column("watch", String, nullable=False, index=True),
    Column("trigger", JSON, nullable=False),
    Column("is_declared", Boolean, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("digest", String, nullable=False),
    Column("kept", String),
    Column("overlap", String, nullable=False),
    Column("catchup", String, nullable=False),
    Column("is_paused", Boolean, nullable=False),
    Column("actor", String, nullable=False),
    Column("source", String, nullable=False),
    Column("mark", String),
    Column("due_at", String, index=True),
    Column("created_at", String, nullable=False),
    Column("updated_at", String, nullable=False),
)
FIRINGS = Table(
    "firings",
    METADATA,
    Column("schedule", String, primary_key=True),
    Column("slot", String, primary_key=True),
    Column("cause", JSON, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("execution", String),
    Column("at", String, nullable=False, index=True),
    Index("firings_of_schedule", "schedule", "outcome", "at"),
)

Outcome = Literal["seen", "waiting", "launched", "skipped", "refused", "failed"]
ScheduleName = Annotated[
    str,
    Word("schedule"),
    AfterValidator(check_name),
    Field(description="Name of a schedule, like retrain or retrain.nightly.", examples=["retrain"]),
]
_COMPARED = ("file", "snapshot", "alias")
_LIGHT = tuple(column for column in SCHEDULES.c if column.name != "definition")


class Firing(Record):
    """What came of one slot of a schedule, or of a range of them.

    Parameters
    ----------
    slot
        A due time, two of them with `/` between for a range, or what fired otherwise, like snapshot:customers@4.
    outcome
        `seen` is what was there before the schedule was; `waiting` is launched soon.
    """

    schedule: ScheduleName
    slot: str
    outcome: Outcome
    reason: str = ""
    execution: ExecutionRef | None = None
    at: datetime


class Standing(Record):
    """How a schedule stands.

    Parameters
    ----------
    when
        What starts it, in words.
    next_at
        Its next due time; None when it waits for something to happen, or is paused.
    last
        What came of the slot that was settled last.
    """

    name: ScheduleName
    pipeline: PipelineName
    when: str
    is_paused: bool
    next_at: datetime | None = None
    last: Firing | None = None


def of(connection: Connection, pipeline: str | None = None) -> Sequence[Standing]:
    """Return how the schedules of *pipeline*, or all, stand: next due time, whether paused, last firing."""
    query = select(*_LIGHT).order_by(SCHEDULES.c.name)
    if pipeline is not None:
        query = query.where(SCHEDULES.c.pipeline == pipeline)
    return [_standing(connection, row) for row in connection.execute(query).mappings()]


def firings(connection: Connection, schedule: str, *, limit: int = 50) -> Sequence[Firing]:
    """Return what came of a schedule's slots, newest first, without what was there before it."""
    query = select(FIRINGS).where(FIRINGS.c.schedule == schedule, FIRINGS.c.outcome != "seen")
    query = query.order_by(FIRINGS.c.at.desc(), FIRINGS.c.slot.desc()).limit(limit)
    return [_firing(row) for row in connection.execute(query).mappings()]


def find(connection: Connection, name: str, *, is_changing: bool = False) -> RowMapping:
    """Return a schedule's row.

    Parameters
    ----------
    is_changing
        Nobody else changes it until the transaction ends.

    Raises
    ------
    NotFound
        There is none of that name.
    """
    query = select(SCHEDULES).where(SCHEDULES.c.name == name)
    row = connection.execute(query.with_for_update() if is_changing else query).mappings().one_or_none()
    if row is None:
        its = [one.name for one in of(connection, name)]
        known = connection.execute(select(SCHEDULES.c.name)).scalars()
        hint = f"{name} is started by {', '.join(its)}: name one." if its else did_you_mean(name, known)
        otherwise = "Make one with `%mlops schedule PIPELINE --cron '30 6 * * *'`."
        raise NotFound(f"No schedule {name!r}.", hint=hint or otherwise)
    return row


def find_all(connection: Connection, names: Sequence[str]) -> Mapping[str, RowMapping]:
    """Return the rows of schedules, those that are there; nobody else changes them until the transaction ends."""
    query = select(SCHEDULES).where(SCHEDULES.c.name.in_(names)).order_by(SCHEDULES.c.name)
    return {row["name"]: row for row in connection.execute(query.with_for_update()).mappings()}


def exists(connection: Connection, name: str) -> bool:
    """Tell whether there is a schedule of that name."""
    return connection.execute(select(SCHEDULES.c.name).where(SCHEDULES.c.name == name)).first() is not None


def put(connection: Connection, row: Mapping[str, object]) -> None:
    """Write a schedule down, in the place of one of the same name."""
    here = SCHEDULES.c.name == row["name"]
    if connection.execute(SCHEDULES.update().where(here).values(**row)).rowcount == 0:
        connection.execute(SCHEDULES.insert().values(**row))


def change(connection: Connection, name: str, at: datetime, **values: object) -> None:
    """Set columns of a schedule."""
    here = SCHEDULES.c.name == name
    connection.execute(SCHEDULES.update().where(here).values(**values, updated_at=moment(at)))


def postpone(connection: Connection, times: Mapping[str, str | None], at: datetime) -> None:
    """Set when each of these schedules is to be looked at next."""
    query = SCHEDULES.update().where(SCHEDULES.c.name == bindparam("known")).values(due_at=bindparam("next"))
    rows = [{"known": name, "next": due_at} for name, due_at in times.items()]
    connection.execute(query.values(updated_at=moment(at)), rows)


def remove(connection: Connection, name: str) -> None:
    """Forget a schedule; what came of its slots stays."""
    connection.execute(SCHEDULES.delete().where(SCHEDULES.c.name == name))


def due(connection: Connection, at: datetime, limit: int) -> Sequence[RowMapping]:
    """Return the schedules to be looked at, the most urgent first; those that others hold are left to them."""
    query = select(*_LIGHT).where(SCHEDULES.c.due_at <= moment(at)).order_by(SCHEDULES.c.due_at).limit(limit)
    return connection.execute(query.with_for_update(skip_locked=True)).mappings().all()


def after(connection: Connection, at: datetime) -> Sequence[RowMapping]:
    """Return the schedules that are to be looked at only later."""
    query = select(*_LIGHT).where(SCHEDULES.c.due_at > moment(at)).order_by(SCHEDULES.c.name)
    return connection.execute(query).mappings().all()


def next_due(connection: Connection) -> str | None:
    """Return when the next schedule is to be looked at."""
    return connection.execute(select(func.min(SCHEDULES.c.due_at))).scalar()


def watching(connection: Connection, watches: Sequence[str]) -> Sequence[RowMapping]:
    """Return the schedules that wait for one of these things."""
    query = select(*_LIGHT).where(SCHEDULES.c.watch.in_(watches)).order_by(SCHEDULES.c.name)
    return connection.execute(query).mappings().all()


def note(
    connection: Connection,
    schedule: str,
    slot: str,
    at: datetime,
    *,
    outcome: Outcome = "waiting",
    cause: Mapping[str, object] | None = None,
    parameters: Mapping[str, JsonValue] | None = None,
    reason: str = "",
    execution: str | None = None,
) -> bool:
    """Write down what comes of a slot, unless its row is there, and say whether it was not."""
    row = {"schedule": schedule, "slot": slot, "outcome": outcome, "reason": reason, "execution": execution}
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    said = {"cause": dict(cause or {}), "parameters": dict(parameters or {}), "at": moment(at)}
    return connection.execute(insert(FIRINGS).on_conflict_do_nothing(), row | said).rowcount == 1


def find_firing(connection: Connection, schedule: str, slot: str) -> RowMapping | None:
    """Return the row of a slot."""
    query = select(FIRINGS).where(FIRINGS.c.schedule == schedule, FIRINGS.c.slot == slot)
    return connection.execute(query).mappings().one_or_none()


def settle(connection: Connection, schedule: str, slot: str, outcome: Outcome, **values: object) -> None:
    """Say what came of a slot that waited."""
    here = and_(FIRINGS.c.schedule == schedule, FIRINGS.c.slot == slot)
    connection.execute(FIRINGS.update().where(here).values(outcome=outcome, **values))


def settle_all(connection: Connection, launched: Mapping[tuple[str, str], str]) -> None:
    """Say of slots, each a schedule's name and a slot of it, which execution was made for them."""
    here = and_(FIRINGS.c.schedule == bindparam("known"), FIRINGS.c.slot == bindparam("of"))
    query = FIRINGS.update().where(here).values(outcome="launched", execution=bindparam("made"))
    rows = [{"known": name, "of": slot, "made": made} for (name, slot), made in launched.items()]
    connection.execute(query, rows)


def waiting(connection: Connection, names: Sequence[str]) -> Mapping[str, list[RowMapping]]:
    """Return the slots of each schedule that are to be launched, oldest first."""
    query = select(FIRINGS).where(FIRINGS.c.schedule.in_(names), FIRINGS.c.outcome == "waiting")
    found: dict[str, list[RowMapping]] = {name: [] for name in names}
    for row in connection.execute(query.order_by(FIRINGS.c.at, FIRINGS.c.slot)).mappings():
        found[row["schedule"]].append(row)
    return found


def taken(connection: Connection, schedule: str, slots: Sequence[str]) -> frozenset[str]:
    """Return those of *slots* that have a row."""
    query = select(FIRINGS.c.slot).where(FIRINGS.c.schedule == schedule, FIRINGS.c.slot.in_(slots))
    return frozenset(connection.execute(query).scalars())


def forget(connection: Connection, before: datetime) -> None:
    """Drop what came of slots so long ago; what is compared with again, whenever that was, stays."""
    stays = or_(*(FIRINGS.c.slot.like(f"{kind}:%") for kind in _COMPARED))
    connection.execute(FIRINGS.delete().where(FIRINGS.c.at < moment(before), ~stays))


def _standing(connection: Connection, row: RowMapping) -> Standing:
    newest = firings(connection, row["name"], limit=1)
    is_timed = row["watch"] == "cron" and row["due_at"] is not None
    return Standing(
        name=row["name"],
        pipeline=row["pipeline"],
        when=said(TriggerSpec.model_validate(row["trigger"])),
        is_paused=row["is_paused"],
        next_at=datetime.fromisoformat(row["due_at"]) if is_timed else None,
        last=newest[0] if newest else None,
    )


def _firing(row: RowMapping) -> Firing:
    return Firing.model_validate({name: row[name] for name in Firing.model_fields})
