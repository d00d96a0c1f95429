"""What a look at one schedule comes to: rows for its slots, those that are to be launched, and the next look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import JsonValue, ValidationError
from sqlalchemy import Connection, RowMapping, select

from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, moment
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.scheduling import schedules
from jupyter_mlops.pipelines.scheduling.timetable import MOST, Timetable, text

LEASE = timedelta(seconds=10)
SOON = timedelta(seconds=1)
_AT_ONCE = 500
_GOING = ("queued", "running", "waiting", "paused")


@dataclass(frozen=True)
class Signal:
    """Something that happened, for which schedules may wait.

    Parameters
    ----------
    watch
        What it happened to, as schedules name it: `snapshot:customers`, `alias:churn@champion`.
    slot
        Its identity: it fires a schedule once.
    reference
        What fired, as `${trigger.reference}` says it.
    status
        How it ended, of a pipeline's end.
    problem
        Why it cannot fire.
    parameters
        What it gives besides the schedule's own.
    """

    watch: str
    slot: str
    reference: str
    what: str = ""
    status: str = ""
    problem: str = ""
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)


Waiting = Sequence[RowMapping]


def take(connection: Connection, rows: Sequence[RowMapping], now: datetime) -> list[tuple[RowMapping, str]]:
    """Give a row to each slot of these schedules that has come, and return those that are to be launched now.

    Whoever calls launches them; when it dies before, they are returned again after a while.
    """
    found = readable(connection, rows, now)
    marks = [_mark(connection, row, spec, now) for row, spec in found]
    names = [row["name"] for row, _ in found]
    waiting, busy = schedules.waiting(connection, names), going(connection, names)
    taken: list[tuple[RowMapping, str]] = []
    for (row, spec), mark in zip(found, marks, strict=True):
        name = row["name"]
        ready, left = _ready(connection, row, spec, waiting[name], busy[name], now)
        taken += [(row, slot) for slot in ready]
        times = [moment(now + LEASE)] if ready else _times(name, spec, mark, left, now)
        schedules.change(connection, name, now, mark=mark, due_at=min(times, default=None))
    return taken


def readable(
    connection: Connection, rows: Sequence[RowMapping], now: datetime
) -> list[tuple[RowMapping, TriggerSpec]]:
    """Return schedules with their triggers; one that this version cannot read says so, and rests."""
    found: list[tuple[RowMapping, TriggerSpec]] = []
    for row in rows:
        try:
            found.append((row, TriggerSpec.model_validate(row["trigger"])))
        except ValidationError as error:
            reason = f"What starts it cannot be read: {error.errors()[0]['msg']}."
            slot = f"unreadable:{row['created_at']}"
            schedules.note(connection, row["name"], slot, now, outcome="failed", reason=reason)
            schedules.change(connection, row["name"], now, due_at=None)
    return found


def again(connection: Connection, row: RowMapping, now: datetime, waiting: Waiting | None = None) -> None:
    """Set when a schedule is to be looked at next, after one of its slots was settled."""
    name = row["name"]
    left = schedules.waiting(connection, [name])[name] if waiting is None else waiting
    schedules.change(connection, name, now, due_at=next_at(row, left, now))


def next_at(row: RowMapping, waiting: Waiting, now: datetime) -> str | None:
    """Return when a schedule is to be looked at next, if these are the slots that it has to launch."""
    spec = TriggerSpec.model_validate(row["trigger"])
    return min(_times(row["name"], spec, row["mark"], waiting, now), default=None)


def realign(connection: Connection, rows: Sequence[RowMapping], now: datetime) -> None:
    """Bring back marks and due times that a clock set too far ahead; what was launched has its row."""
    for first in range(0, len(rows), _AT_ONCE):
        found = readable(connection, rows[first : first + _AT_ONCE], now)
        waiting = schedules.waiting(connection, [row["name"] for row, _ in found])
        for row, spec in found:
            name = row["name"]
            mark = row["mark"] if spec.cron is None else min(row["mark"], moment(now))
            due_at = min(_times(name, spec, mark, waiting[name], now), default=None)
            if (mark, due_at) != (row["mark"], row["due_at"]):
                schedules.change(connection, name, now, mark=mark, due_at=due_at)


def wake(connection: Connection, row: RowMapping, spec: TriggerSpec, now: datetime) -> None:
    """Have a schedule, for which something happened, looked at once it has been quiet for long enough."""
    schedules.change(connection, row["name"], now, due_at=moment(now + timedelta(seconds=spec.debounce_s)))


def going(connection: Connection, names: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the executions of each schedule that have not ended, oldest first."""
    query = select(EXECUTIONS.c.schedule, EXECUTIONS.c.id).where(
        EXECUTIONS.c.schedule.in_(names), EXECUTIONS.c.status.in_(_GOING)
    )
    found: dict[str, list[str]] = {name: [] for name in names}
    for schedule, execution in connection.execute(query.order_by(EXECUTIONS.c.created_at)):
        found[schedule].append(execution)
    return found


def _mark(connection: Connection, row: RowMapping, spec: TriggerSpec, now: datetime) -> str:
    return str(row["mark"]) if spec.cron is None else moment(_note_slots(connection, row, spec, now))


def _note_slots(connection: Connection, row: RowMapping, spec: TriggerSpec, now: datetime) -> datetime:
    """Give rows to the slots of a cron schedule that have come, and return up to when all are settled."""
    name = row["name"]
    mark = datetime.fromisoformat(row["mark"])
    due = Timetable(name, spec).due(
        mark, now, row["catchup"], lambda slots: schedules.taken(connection, name, slots)
    )
    for skipped in due.skipped:
        schedules.note(connection, name, skipped.slot, now, outcome="skipped", reason=skipped.reason)
    what = f"{spec.cron} {spec.zone}"
    for slot in map(text, due.slots):
        schedules.note(connection, name, slot, now, cause={"kind": "cron", "what": what, "slot": slot})
    return due.mark


def _ready(
    connection: Connection,
    row: RowMapping,
    spec: TriggerSpec,
    waiting: Waiting,
    busy: Sequence[str],
    now: datetime,
) -> tuple[Sequence[str], Waiting]:
    """Choose among the slots that wait, by debounce and overlap; return the chosen, and those that wait on.

    What is left out for good says why.
    """
    if not waiting or _quiet_at(spec, waiting, now) > moment(now):
        return [], waiting
    name, overlap = row["name"], row["overlap"]
    slots = [str(item["slot"]) for item in waiting]
    if spec.debounce_s or overlap == "replace":
        done = "Replaced at once by" if overlap == "replace" else "Counted together with"
        _skip(connection, name, slots[:-1], f"{done} {slots[-1]}.")
        slots, waiting = slots[-1:], waiting[-1:]
    if overlap == "forbid" and busy:
        _skip(connection, name, slots, f"Execution {busy[0]} had not ended, and overlap is forbid.")
        return [], []
    room = {"forbid": 1, "replace": 1, "queue": max(0, MOST - len(busy))}[overlap]
    return slots[:room], waiting[room:]


def _times(name: str, spec: TriggerSpec, mark: str, waiting: Waiting, now: datetime) -> list[str]:
    """Return when a schedule may have something to do."""
    times: list[str] = []
    if spec.cron is not None:
        start = Timetable(name, spec).next_at(datetime.fromisoformat(mark))
        times += [moment(start)] if start is not None else []
    if waiting:
        times.append(max(_quiet_at(spec, waiting, now), moment(now + SOON)))
    return times


def _quiet_at(spec: TriggerSpec, waiting: Waiting, now: datetime) -> str:
    """Return when it has been quiet for long enough to count what came as one."""
    newest = max(str(item["at"]) for item in waiting)
    at = min(datetime.fromisoformat(newest), now)  # a clock may have gone back
    return moment(at + timedelta(seconds=spec.debounce_s)) if spec.debounce_s else moment(now)


def _skip(connection: Connection, schedule: str, slots: Iterable[str], reason: str) -> None:
    for slot in slots:
        schedules.settle(connection, schedule, slot, "skipped", reason=reason)


def cancel(connection: Connection, executions: Iterable[str], now: datetime, reason: str) -> None:
    """Ask executions to end."""
    for execution in executions:
        state.change(connection, execution, now, is_cancelled=True, reason=reason, due_at=moment(now))
