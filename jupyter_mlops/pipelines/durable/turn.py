"""One look at one execution: what may begin now, what is over, and when to look again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.governance import approval
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.engine import Task
from jupyter_mlops.pipelines.durable.notice import PATIENCE_S, is_told_of_questions
from jupyter_mlops.pipelines.durable.sheet import Sheet, StepItem
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, StepKey, moment
from jupyter_mlops.pipelines.file.placeholder import fill
from jupyter_mlops.pipelines.file.spec import ApprovalSpec, StepSpec

END = "@end"
_SOON_S = 2.0
_SAFETY_S = 60.0
_AGAIN = timedelta(minutes=1)


def take(sheet: Sheet) -> list[Task]:
    """Write down what follows from how the steps stand, and return the tasks to queue.

    Tasks that are queued already are among them: their keys are known, so that a lost one comes back.
    """
    row = sheet.row
    if row["status"] in state.ENDED:
        if row["due_at"] is None:
            return []  # its end was told between the look and the lock
        sheet.change_execution(due_at=sheet.later(_SOON_S))
        return [_end(sheet)]
    if row["is_cancelled"] or _is_late(sheet):
        _cancel_idle(sheet)
    elif row["status"] == "paused" or (row["status"] == "queued" and _must_wait(sheet)):
        sheet.change_execution(due_at=sheet.later(_SOON_S))
        return []
    else:
        for name in sheet.definition.order():
            _consider(sheet, sheet.definition.step(name))
    return _conclude(sheet)


def _end(sheet: Sheet) -> Task:
    """Return the task that closes an execution; another one each minute until one comes through, and after a retry.

    It has a queue of its own: it waits behind no steps, and counts as none.
    """
    attempts = sum(item.attempt for item in sheet.items())
    age = sheet.now - datetime.fromisoformat(sheet.row["finished_at"])
    return Task(str(StepKey(sheet.id, END, attempts, age // _AGAIN)), END)


def _is_late(sheet: Sheet) -> bool:
    limit, started = sheet.definition.timeout_s, sheet.row["started_at"]
    if limit is None or started is None:
        return False
    if sheet.now <= datetime.fromisoformat(started) + timedelta(seconds=limit):
        return False
    sheet.change_execution(is_cancelled=True, reason=f"It took longer than {limit:g} s.")
    return True


def _must_wait(sheet: Sheet) -> bool:
    """Tell whether an earlier execution of its schedule has to end first."""
    if sheet.row["schedule"] is None or sheet.definition.overlap != "queue":
        return False
    earlier = select(EXECUTIONS.c.id).where(
        EXECUTIONS.c.schedule == sheet.row["schedule"],
        EXECUTIONS.c.status.not_in(state.ENDED),
        EXECUTIONS.c.created_at < sheet.row["created_at"],
    )
    return sheet.connection.execute(earlier.limit(1)).first() is not None


def _cancel_idle(sheet: Sheet) -> None:
    """End what has not begun; whoever performs a running step sees the cancellation himself."""
    for item in sheet.with_status("pending", "queued", "waiting"):
        if item.approval is not None and item.status == "waiting":
            approval.withdraw(sheet.connection, item.approval, now=sheet.now)
        sheet.end(item, "cancelled")


def _consider(sheet: Sheet, step: StepSpec) -> None:
    lost = [need for need in step.needs if sheet.is_lost(need)]
    is_open = all(sheet.is_good(need) for need in step.needs)
    for item in sheet.items(step.name):
        if item.status == "waiting":
            _hear(sheet, item)
        elif item.status == "pending" and lost:
            sheet.end(item, "skipped", f"{lost[0]} did not succeed.")
        elif item.status == "pending" and is_open and (item.due_at or "") <= moment(sheet.now):
            _begin(sheet, step, item)


def _begin(sheet: Sheet, step: StepSpec, item: StepItem) -> None:
    if step.approval is not None:
        _ask(sheet, step.approval, item)
        return
    items = [item]
    if step.map and not item.parameters:
        items = _spread(sheet, step, item)
    for each in items:
        if not _is_full(sheet):
            sheet.change(
                each, status="queued", attempt=each.attempt + 1, claim=None, worker=None, due_at=None
            )


def _is_full(sheet: Sheet) -> bool:
    limit = sheet.definition.concurrency
    return limit is not None and len(sheet.with_status("queued", "running")) >= limit


def _spread(sheet: Sheet, step: StepSpec, first: StepItem) -> list[StepItem]:
    """Make an item for each value of the list that the step maps over."""
    ((name, listed),) = step.map.items()
    try:
        values = fill(listed, sheet.scope())
    except MlopsError as error:
        sheet.end(first, "failed", error.message)
        return []
    if not isinstance(values, list):
        sheet.end(first, "failed", f"{listed} is {values!r}, and a step maps over a list.")
        return []
    if not values:
        sheet.end(first, "succeeded", "The list is empty.")
        return []
    changed = sheet.change(first, parameters={name: values[0]})
    return [changed, *(sheet.add(step.name, {name: value}) for value in values[1:])]


def _ask(sheet: Sheet, spec: ApprovalSpec, item: StepItem) -> None:
    asked = approval.ask(
        sheet.connection,
        f"execution:{sheet.id}/{item.name}",
        message=_message(sheet, spec, item),
        needed=spec.approvers,
        requester=Actor(sheet.row["actor"], sheet.row["source"]),
        now=sheet.now,
        expires_at=sheet.now + timedelta(days=spec.expires_days),
    )
    sheet.change(item, status="waiting", approval=asked, started_at=moment(sheet.now), due_at=None, reason="")


def _message(sheet: Sheet, spec: ApprovalSpec, item: StepItem) -> str:
    return spec.message or f"{sheet.definition.name} waits at {item.name}."


def _have_told(sheet: Sheet, waiting: list[StepItem]) -> None:
    """Have people told of what waits for them; whoever takes it on and dies leaves it to another after a while."""
    if not is_told_of_questions(sheet.definition):
        return
    for item in waiting:
        spec = sheet.definition.step(item.name).approval
        if spec is not None and not item.reason and (item.due_at or "") <= moment(sheet.now):
            sheet.asked.append((item, _message(sheet, spec, item)))
            sheet.change(item, due_at=sheet.later(2 * PATIENCE_S))


def _hear(sheet: Sheet, item: StepItem) -> None:
    answer = approval.state(sheet.connection, str(item.approval), now=sheet.now)
    if answer == "approved":
        sheet.end(item, "succeeded")
    elif answer != "open":
        sheet.end(item, "failed", f"The approval was {answer}.")


def _conclude(sheet: Sheet) -> list[Task]:
    """Say how the execution stands, and when it is to be looked at again if nothing happens before."""
    waiting = sheet.with_status("waiting")
    busy = sheet.with_status("queued", "running")
    resting = sheet.with_status("pending")
    if not (waiting or busy or resting):
        _finish(sheet)
        return [_end(sheet)]
    times = [item.due_at for item in resting if item.due_at is not None]
    if waiting:
        _have_told(sheet, waiting)
        times.append(sheet.later(_SOON_S))
    started = sheet.row["started_at"] or moment(sheet.now)
    sheet.change_execution(
        status="waiting" if waiting and not busy else "running",
        started_at=started,
        due_at=min([*times, sheet.later(_SAFETY_S)]),
    )
    queue, priority = sheet.row["queue"], sheet.row["priority"]
    return [Task(sheet.key(item), queue, priority) for item in sheet.with_status("queued")]


def _finish(sheet: Sheet) -> None:
    bad = [item for item in sheet.items() if item.status in {"failed", "cancelled", "skipped"}]
    status = "succeeded"
    if bad:
        is_cancelled = sheet.row["is_cancelled"] or all(item.status == "cancelled" for item in bad)
        status = "cancelled" if is_cancelled else "failed"
    failed = [item for item in bad if item.status == "failed"]
    reason = sheet.row["reason"] or (f"{failed[0].name}: {failed[0].reason}" if failed else "")
    sheet.change_execution(
        status=status,
        reason=reason,
        finished_at=moment(sheet.now),
        started_at=sheet.row["started_at"] or moment(sheet.now),
        due_at=moment(sheet.now),
    )
