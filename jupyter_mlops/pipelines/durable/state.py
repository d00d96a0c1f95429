"""Executions and their steps, as the store keeps them: the truth that every worker goes by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    and_,
    func,
    select,
)

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.store import METADATA

Json: TypeAlias = Mapping[str, object]
ExecutionStatus = Literal["queued", "running", "waiting", "paused", "succeeded", "failed", "cancelled"]
StepStatus = Literal[
    "pending", "queued", "running", "waiting", "succeeded", "cached", "failed", "cancelled", "skipped"
]
ENDED: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})
STEP_ENDED: frozenset[str] = frozenset({"succeeded", "cached", "failed", "cancelled", "skipped"})
GOOD: frozenset[str] = frozenset({"succeeded", "cached"})

EXECUTIONS = Table(
    "executions",
    METADATA,
    Column("id", String, primary_key=True),
    Column("pipeline", String, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("digest", String, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("cause", JSON, nullable=False),
    Column("actor", String, nullable=False),
    Column("source", String, nullable=False),
    Column("key", String, unique=True),
    Column("parent", String),
    Column("schedule", String),
    Column("queue", String, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("status", String, nullable=False, index=True),
    Column("held_by", String),
    Column("is_cancelled", Boolean, nullable=False),
    Column("run_id", String),
    Column("reason", String, nullable=False),
    Column("created_at", String, nullable=False, index=True),
    Column("started_at", String),
    Column("finished_at", String),
    Column("due_at", String, index=True),
    Column("updated_at", String, nullable=False, index=True),
    Index("executions_of_pipeline", "pipeline", "created_at"),
    Index("executions_of_schedule", "schedule", "status"),
)
STEPS = Table(
    "steps",
    METADATA,
    Column("execution", String, ForeignKey("executions.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("status", String, nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("claim", String),
    Column("worker", String),
    Column("due_at", String),
    Column("started_at", String),
    Column("finished_at", String),
    Column("outputs", JSON, nullable=False),
    Column("output", String, nullable=False),
    Column("run_id", String),
    Column("cells", JSON, nullable=False),
    Column("error", JSON),
    Column("approval", String),
    Column("cache_key", String, index=True),
    Column("reason", String, nullable=False),
    Column("updated_at", String, nullable=False),
)


@dataclass(frozen=True)
class StepKey:
    """One attempt at one item of one step: what a task's key says."""

    execution: str
    name: str
    item: int
    attempt: int

    def __str__(self) -> str:
        return f"{self.execution}/{self.name}/{self.item}/{self.attempt}"

    @classmethod
    def parse(cls, text: str) -> StepKey:
        """Read a task's key."""
        execution, name, item, attempt = text.split("/")
        return cls(execution, name, int(item), int(attempt))


def moment(at: datetime) -> str:
    """Return a time as the store keeps it, so that text sorts as time does."""
    return at.isoformat(timespec="microseconds")


def add(connection: Connection, execution: Json, steps: Iterable[Json]) -> None:
    """Write an execution down with its steps."""
    connection.execute(EXECUTIONS.insert(), dict(execution))
    for step in steps:
        connection.execute(STEPS.insert(), dict(step))


def of_key(connection: Connection, key: str) -> str | None:
    """Return the execution that was made for an idempotency key, if one was."""
    return connection.execute(select(EXECUTIONS.c.id).where(EXECUTIONS.c.key == key)).scalar()


def lock(connection: Connection, execution: str) -> RowMapping:
    """Return an execution that nobody else changes until the transaction ends.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    query = select(EXECUTIONS).where(EXECUTIONS.c.id == execution).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"No execution {execution!r}.", hint="List them with `%mlops executions`.")
    return row


def resolve(connection: Connection, reference: str) -> str:
    """Return the id that *reference* names: an id, the end of one, a pipeline's name for its last, or `latest`.

    Raises
    ------
    NotFound
        Nothing is called so.
    Invalid
        Several are.
    """
    newest = select(EXECUTIONS.c.id).order_by(EXECUTIONS.c.created_at.desc(), EXECUTIONS.c.id.desc())
    if reference == "latest":
        queries = [newest.limit(1)]
    else:
        queries = [
            newest.where(EXECUTIONS.c.id == reference),
            newest.where(EXECUTIONS.c.pipeline == reference).limit(1),
            newest.where(EXECUTIONS.c.id.endswith(reference, autoescape=True)).limit(2),
        ]
    for query in queries:
        found: Sequence[str] = connection.execute(query).scalars().all()
        if len(found) > 1:
            raise Invalid(
                f"{reference!r} names several executions, {found[0]} among them.", hint="Write more of it."
            )
        if found:
            return found[0]
    raise NotFound(f"No execution {reference!r}.", hint="List them with `%mlops executions`.")


def change(connection: Connection, execution: str, at: datetime, **values: object) -> None:
    """Set columns of an execution."""
    where = EXECUTIONS.c.id == execution
    connection.execute(EXECUTIONS.update().where(where).values(**values, updated_at=moment(at)))


def steps_of(connection: Connection, execution: str) -> Sequence[RowMapping]:
    """Return the rows of an execution's steps, by name and item."""
    query = select(STEPS).where(STEPS.c.execution == execution).order_by(STEPS.c.name, STEPS.c.item)
    return connection.execute(query).mappings().all()


def change_step(
    connection: Connection, key: StepKey, at: datetime, *, held: str | None = None, **values: object
) -> bool:
    """Set columns of a step if this attempt is still the current one, and say whether it was.

    Parameters
    ----------
    held
        Only the holder of this claim may: who lost it to another worker changes nothing.
    """
    where = and_(
        STEPS.c.execution == key.execution,
        STEPS.c.name == key.name,
        STEPS.c.item == key.item,
        STEPS.c.attempt == key.attempt,
    )
    if held is not None:
        where = and_(where, STEPS.c.claim == held)
    query = STEPS.update().where(where).values(**values, updated_at=moment(at))
    return connection.execute(query).rowcount == 1


def due(connection: Connection, at: datetime, holder: str | None, limit: int = 100) -> Sequence[str]:
    """Return the executions that are to be looked at now: those that nobody holds, or that *holder* holds."""
    held = EXECUTIONS.c.held_by.is_(None) if holder is None else EXECUTIONS.c.held_by == holder
    query = select(EXECUTIONS.c.id).where(EXECUTIONS.c.due_at <= moment(at), held)
    return list(connection.execute(query.order_by(EXECUTIONS.c.due_at).limit(limit)).scalars())


def wake(connection: Connection, execution: str, at: datetime) -> None:
    """Have an execution looked at as soon as may be."""
    change(connection, execution, at, due_at=moment(at))


def last_change(connection: Connection) -> str:
    """Return when any execution, or a step under way, changed last, as text that sorts; empty before the first."""
    execution = select(func.max(EXECUTIONS.c.updated_at))
    step = select(func.max(STEPS.c.updated_at)).where(STEPS.c.status == "running")
    return max(connection.execute(query).scalar() or "" for query in (execution, step))


def holds(connection: Connection, key: StepKey, claim: str, *, is_wanted: bool = True) -> bool:
    """Tell whether *claim* is still the one on a step's attempt.

    Parameters
    ----------
    is_wanted
        Say no too when its execution has been cancelled.
    """
    query = (
        select(STEPS.c.claim, STEPS.c.attempt, EXECUTIONS.c.is_cancelled)
        .join(EXECUTIONS, EXECUTIONS.c.id == STEPS.c.execution)
        .where(STEPS.c.execution == key.execution, STEPS.c.name == key.name, STEPS.c.item == key.item)
    )
    row = connection.execute(query).one_or_none()
    if row is None or row.claim != claim or row.attempt != key.attempt:
        return False
    return not (is_wanted and row.is_cancelled)


def find(connection: Connection, execution: str) -> RowMapping:
    """Return an execution's row.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    row = connection.execute(select(EXECUTIONS).where(EXECUTIONS.c.id == execution)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"No execution {execution!r}.", hint="List them with `%mlops executions`.")
    return row


def close(connection: Connection, execution: str, at: datetime) -> bool:
    """Say that nothing is left to do for an execution that ended, and tell whether this call was the first to."""
    where = and_(EXECUTIONS.c.id == execution, EXECUTIONS.c.due_at.is_not(None))
    query = EXECUTIONS.update().where(where).values(due_at=None, updated_at=moment(at))
    return connection.execute(query).rowcount == 1


def wake_all(connection: Connection, at: datetime) -> None:
    """Have every execution that has not ended looked at: what was queued may be lost, and a clock set back meanwhile."""
    later = (EXECUTIONS.c.status.not_in(ENDED), EXECUTIONS.c.due_at > moment(at))
    connection.execute(EXECUTIONS.update().where(*later).values(due_at=moment(at)))


def status_before(connection: Connection, pipeline: str, created_at: str) -> str | None:
    """Return how the execution before ended, of those of a pipeline that ran to an end."""
    query = select(EXECUTIONS.c.status).where(
        EXECUTIONS.c.pipeline == pipeline,
        EXECUTIONS.c.created_at < created_at,
        EXECUTIONS.c.status.in_(["succeeded", "failed"]),
    )
    return connection.execute(query.order_by(EXECUTIONS.c.created_at.desc()).limit(1)).scalar()


def newest(connection: Connection, pipelines: Collection[str]) -> dict[str, ExecutionStatus]:
    """Return how the newest execution of each of these pipelines stands; one without any is left out."""
    ids = select(func.max(EXECUTIONS.c.id)).where(EXECUTIONS.c.pipeline.in_(pipelines))
    query = select(EXECUTIONS.c.pipeline, EXECUTIONS.c.status).where(
        EXECUTIONS.c.id.in_(ids.group_by(EXECUTIONS.c.pipeline))
    )
    return {row.pipeline: row.status for row in connection.execute(query)}
