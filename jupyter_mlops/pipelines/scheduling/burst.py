"""Launch many slots that are due together: in one transaction, with one line of the ledger for each owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from sqlalchemy import RowMapping, select

from jupyter_mlops.core import door
from jupyter_mlops.core.errors import Conflict, MlopsError, Refused
from jupyter_mlops.core.policy import Actor, authorise
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import ExecutionRef
from jupyter_mlops.core.verb import Verb, verb, verb_of
from jupyter_mlops.pipelines.durable.launch import Cause, rows
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, STEPS
from jupyter_mlops.pipelines.scheduling import look, schedules
from jupyter_mlops.pipelines.scheduling.firing import Plan, Slot, planned
from jupyter_mlops.pipelines.scheduling.schedules import ScheduleName

Ready = Sequence[tuple[RowMapping, str]]
Due = Sequence[tuple[str, str]]
_AT_ONCE = 100


class Burst(Record):
    """The executions that schedules asked for at once, in the order of the slots that were launched."""

    executions: tuple[ExecutionRef, ...]


@verb("trigger", effect="write")
def launch_slots(project: Project, names: tuple[ScheduleName, ...], slots: tuple[Slot, ...]) -> Burst:
    """Launch due times of schedules; the scheduler calls it, and no face has it.

    What needs care is left out, to be launched by itself: it may have been settled meanwhile, or be wrong.
    """
    now = project.clock.now()
    with project.change() as connection:
        wanted, several = list(zip(names, slots, strict=True)), list(dict.fromkeys(names))
        known, waiting = schedules.find_all(connection, several), schedules.waiting(connection, several)
        plans = dict(_planned(project, known, wanted, waiting, look.going(connection, several)))
        keys = [plan.request.key for plan in plans.values()]
        done = connection.execute(select(EXECUTIONS.c.key).where(EXECUTIONS.c.key.in_(keys))).scalars().all()
        plans = {which: plan for which, plan in plans.items() if plan.request.key not in done}
        if not plans:
            raise Conflict("These slots were settled meanwhile.", hint="There is nothing to do.")
        made = [rows(project, plan.frozen, plan.values, plan.request) for plan in plans.values()]
        connection.execute(EXECUTIONS.insert(), [row for row, _ in made])
        connection.execute(STEPS.insert(), [step for _, steps in made for step in steps])
        launched = {which: str(row["id"]) for which, (row, _) in zip(plans, made, strict=True)}
        schedules.settle_all(connection, launched)
        times = {
            name: look.next_at(
                known[name], [one for one in waiting[name] if (name, one["slot"]) not in launched], now
            )
            for name, _ in launched
        }
        schedules.postpone(connection, times, now)
    return Burst(executions=tuple(launched.values()))


def _planned(
    project: Project,
    known: Mapping[str, RowMapping],
    wanted: Due,
    waiting: Mapping[str, look.Waiting],
    busy: Mapping[str, Sequence[str]],
) -> Iterator[tuple[tuple[str, str], Plan]]:
    """Yield what can be launched without more ado."""
    firings = {(name, item["slot"]): item for name, items in waiting.items() for item in items}
    for name, slot in wanted:
        row, firing = known.get(name), firings.get((name, slot))
        if row is None or firing is None or row["is_paused"] or (busy[name] and row["overlap"] != "queue"):
            continue
        cause, given = Cause.model_validate(firing["cause"]), firing["parameters"]
        try:
            plan = planned(project, row, cause, slot, given=given, overlap=row["overlap"])
        except MlopsError:
            continue  # launched by itself, it says what is wrong
        yield (name, slot), plan


def fire(project: Project, ready: Ready) -> tuple[int, Ready]:
    """Pass the door once for each owner of several due times; return how many were launched, and what is left.

    Raises
    ------
    Unavailable
        The store does not answer: the slots go on waiting.
    """
    launched: set[tuple[str, str]] = set()
    for owner, mine in _owned(ready).items():
        if len(mine) > 1 and _may(project, owner):
            for first in range(0, len(mine), _AT_ONCE):
                launched |= _launched(project.acting(owner), mine[first : first + _AT_ONCE])
    return len(launched), [(row, slot) for row, slot in ready if (row["name"], slot) not in launched]


def _owned(ready: Ready) -> dict[Actor, list[tuple[str, str]]]:
    """Return due times by their schedule's owner; what something else fired has a lineage of its own."""
    found: dict[Actor, list[tuple[str, str]]] = {}
    for row, slot in ready:
        if row["watch"] == "cron":
            found.setdefault(Actor(row["actor"], row["source"]), []).append((row["name"], slot))
    return found


def _may(project: Project, owner: Actor) -> bool:
    """Tell whether the owner may launch; each slot of one who may not is refused by itself."""
    try:
        authorise(owner, _LAUNCH, project.settings)
    except Refused:
        return False
    return True


def _launched(owner: Project, due: Due) -> set[tuple[str, str]]:
    names, slots = zip(*due, strict=True)
    given = {"names": names, "slots": slots}
    try:
        door.enter(owner, _LAUNCH, given, face="pipeline")
    except Conflict:
        return set()
    with owner.store.read() as connection:
        waiting = schedules.waiting(connection, list(dict.fromkeys(names)))
    left = {(name, item["slot"]) for name, items in waiting.items() for item in items}
    return {pair for pair in due if pair not in left}


_LAUNCH = cast(Verb, verb_of(launch_slots))
