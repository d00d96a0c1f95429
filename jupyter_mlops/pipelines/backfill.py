"""Make up for a range of a schedule's slots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import Connection, RowMapping

from jupyter_mlops.core import progress
from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import ExecutionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable.launch import Cause
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.file.zone import zone
from jupyter_mlops.pipelines.scheduling import schedules
from jupyter_mlops.pipelines.scheduling.firing import start
from jupyter_mlops.pipelines.scheduling.schedules import ScheduleName
from jupyter_mlops.pipelines.scheduling.timetable import Timetable, text

MOST = 1_000
_PRIORITY = 90
_SHOWN = 20

Moment = Annotated[
    str,
    Field(description="A date or a time, like 2026-11-01 or 2026-11-01T06:30, on the schedule's clock."),
]


class Filled(Record):
    """One slot of a backfill.

    Parameters
    ----------
    is_new
        False when the slot had its execution already.
    """

    slot: str
    execution: ExecutionRef | None = None
    is_new: bool


class Backfill(Record):
    """Slots that are made up for.

    Parameters
    ----------
    is_dry
        Nothing was started: it only says what would be.
    """

    schedule: ScheduleName
    slots: tuple[Filled, ...]
    is_dry: bool

    def card(self) -> Card:
        """Show the slots, and how many are new."""
        new = sum(one.is_new for one in self.slots)
        done = "would be started" if self.is_dry else "started"
        title = f"{new} of {len(self.slots)} slots of {self.schedule} {done}"
        rows = tuple(
            (one.slot, one.execution or "", "" if one.is_new else "had one already") for one in self.slots
        )
        more = len(rows) - _SHOWN
        notes = (f"… and {more} more.",) if more > 0 else ()
        state: State = "info" if self.is_dry else "ok"
        columns, steps = ("slot", "execution", ""), ("%mlops executions",)
        return Card(title, state, columns=columns, rows=rows[:_SHOWN], notes=notes, next=steps)


@verb("backfill", effect="write", long=True)
def backfill(
    project: Project,
    name: ScheduleName,
    *,
    since: Moment,
    until: Moment | None = None,
    dry_run: Annotated[bool, Field(description="Only say which slots it would start.")] = False,
) -> Backfill:
    """Start an execution for each slot of a range that has none, one after the other, and none twice.

    Raises
    ------
    Invalid
        The schedule has no times, the range is empty or ahead, or it has more than 1,000 slots.
    """
    with project.store.read() as connection:
        row = schedules.find(connection, name)
    slots = _slots(project, row, since, until)
    if dry_run:
        with project.store.read() as connection:
            return Backfill(schedule=name, slots=tuple(_known(connection, name, slots)), is_dry=True)
    with project.change() as connection:
        row = schedules.find(connection, name, is_changing=True)
        filled = []
        for number, slot in enumerate(slots, 1):
            filled.append(_fill(connection, project, row, slot))
            progress.report(number, len(slots), slot)
    return Backfill(schedule=name, slots=tuple(filled), is_dry=False)


def _slots(project: Project, row: RowMapping, since: str, until: str | None) -> list[str]:
    spec = TriggerSpec.model_validate(row["trigger"])
    table = Timetable(row["name"], spec)
    clock, now = zone(spec.zone), project.clock.now()
    first = _moment(since, clock, time.min)
    last = now if until is None else _moment(until, clock, time.max)
    if first > min(last, now):
        raise Invalid(
            f"{since} to {until or text(now)} is no range of the past.", hint="Give the earlier time first."
        )
    found = table.between(first, min(last, now), MOST)
    if not found:
        raise Invalid(
            f"{row['name']} has no slot from {text(first)} to {text(last)}.", hint="Give a longer range."
        )
    return [text(slot) for slot in found]


def _moment(given: str, clock: ZoneInfo, rest: time) -> datetime:
    """Read a date or a time; one without offset is on the schedule's clock."""
    try:
        found = datetime.fromisoformat(given)
        if len(given) <= 10:
            found = datetime.combine(date.fromisoformat(given), rest)
        return (found if found.tzinfo else found.replace(tzinfo=clock)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(f"{given!r} is no time.", hint="Write 2026-11-01 or 2026-11-01T06:30.") from None


def _known(connection: Connection, name: str, slots: Sequence[str]) -> Iterator[Filled]:
    for slot in slots:
        row = schedules.find_firing(connection, name, slot)
        is_new = row is None or row["outcome"] not in {"launched", "waiting"}
        yield Filled(slot=slot, execution=row["execution"] if row and not is_new else None, is_new=is_new)


def _fill(connection: Connection, project: Project, row: RowMapping, slot: str) -> Filled:
    name, now = row["name"], project.clock.now()
    (known,) = _known(connection, name, [slot])
    if not known.is_new:
        return known
    what = f"backfilled by {project.actor.name}"
    cause = Cause(kind="backfill", what=what, slot=slot)
    execution = start(project, connection, row, cause, slot, overlap="queue", priority=_PRIORITY)
    if not schedules.note(
        connection,
        name,
        slot,
        now,
        outcome="launched",
        cause=cause.wire(),
        reason=what,
        execution=execution,
    ):
        schedules.settle(connection, name, slot, "launched", reason=what, execution=execution)
    return Filled(slot=slot, execution=execution, is_new=True)
