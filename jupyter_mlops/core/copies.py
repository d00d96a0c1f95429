"""Copies of checkpoints where whoever can write the ledger cannot reach, and how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, String, Table, select

from jupyter_mlops.core import checkpoint, destinations, ledger
from jupyter_mlops.core.errors import Conflict, MlopsError
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.store import METADATA

if TYPE_CHECKING:
    from jupyter_mlops.core.project import Project

_AT_ONCE = 10  # each says all that those before it say

COPIES = Table(
    "checkpoint_copies",
    METADATA,
    Column("destination", String, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("at", String, nullable=False),
    Column("reason", String, nullable=False),
)


@dataclass(frozen=True)
class Copy:
    """How far one place is.

    Parameters
    ----------
    size
        How many lines the last checkpoint there signs; 0 when there is none yet.
    reason
        What went wrong at the last attempt.
    """

    destination: str
    size: int = 0
    at: str = ""
    reason: str = ""


def publish(project: Project) -> Sequence[Copy]:
    """Copy what is new to every place that settings name, and say how far each is.

    It fails no call: what goes wrong is written down, and tried again with the next checkpoint.
    """
    try:
        with project.store.read() as connection:
            newest = checkpoint.newest(connection)
        if newest is None:
            return ()
        checkpoint.remember(project, newest)
        return tuple(_publish(project, known) for known in standing(project))
    except (OSError, MlopsError):
        return ()


def keep_up(project: Project) -> None:
    """Sign the ledger if it is time, and copy what is not copied yet: for whoever runs while nobody writes."""
    try:
        with project.store.read() as connection:
            is_due = checkpoint.is_due(project, connection)
        if is_due:
            with project.store.write() as connection:
                checkpoint.when_due(project, connection)
    except MlopsError:
        return
    publish(project)


def standing(project: Project) -> Sequence[Copy]:
    """Return how far the copies are, as of the last attempt."""
    with project.store.read() as connection:
        rows = connection.execute(select(COPIES)).mappings().all()
    known = {row["destination"]: Copy(**row) for row in rows}
    return [known.get(redact(place), Copy(redact(place))) for place in project.settings.checkpoint_copy]


def _publish(project: Project, known: Copy) -> Copy:
    place = next(place for place in project.settings.checkpoint_copy if redact(place) == known.destination)
    with project.store.read() as connection:
        waiting = checkpoint.after(connection, known.size)[-_AT_ONCE:]
    reason, size = "", known.size
    try:
        if waiting:
            _hold_against(project, place)
        for made in waiting:
            destinations.send(project, place, made)
            size = made.size
    except (OSError, MlopsError) as error:
        reason = redact(str(error))
    reached = Copy(known.destination, size, project.clock.now().isoformat(), reason)
    if waiting:
        _note_down(project, reached)
    return reached


def _hold_against(project: Project, place: str) -> None:
    """Make sure that the store knows what a place holds, so that two histories never lie in one place.

    Raises
    ------
    Conflict
        It does not.
    """
    there = destinations.newest(project, place) or ""
    size = checkpoint.size_of(there)
    with project.store.read() as connection:
        if not size or checkpoint.is_known(connection, there):  # `audit --verify` says what is damaged
            return
        lines = ledger.last(connection)
    raise Conflict(
        f"it holds a checkpoint of {size} lines that this store lacks, and the ledger ends at "
        f"{lines}: its end was cut off, an old backup was restored, or another project copies there.",
        hint="See `%mlops audit --verify`.",
    )


def _note_down(project: Project, reached: Copy) -> None:
    values = {"size": reached.size, "at": reached.at, "reason": reached.reason}
    where = COPIES.c.destination == reached.destination
    with project.store.write() as connection:
        if not connection.execute(COPIES.update().where(where).values(**values)).rowcount:
            connection.execute(COPIES.insert().values(destination=reached.destination, **values))
