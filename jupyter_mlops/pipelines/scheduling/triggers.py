"""Hear in the ledger what happened, for the schedules that wait for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from jupyter_mlops.core import ledger
from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.state import EXECUTIONS
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.scheduling import look, schedules
from jupyter_mlops.pipelines.scheduling.look import Signal
from jupyter_mlops.pipelines.scheduling.schedules import FIRINGS, SCHEDULES

_UNHEARD = ("cron", "file", "webhook")
_BATCH = 500
_KEEP_EVERY = 1_000
_MOVES = {"promote", "rollback"}
_ENDS = {"success": {"succeeded"}, "failure": {"failed"}, "end": state.ENDED}
PAUSED = "The schedule was paused."
_CHAMPION = "champion"
_COLUMNS = ("seq", "face", "verb", "arguments", "outputs", "outcome")


def watch_of(spec: TriggerSpec) -> str:
    """Return what a trigger waits for, as the store finds it."""
    if spec.kind in _UNHEARD:
        return spec.kind
    name = spec.dataset or spec.model or spec.pipeline or spec.monitor
    alias = f"@{spec.alias}" if spec.model else ""
    return f"{spec.kind}:{name}{alias}"


def mark_of(seq: int) -> str:
    """Return a line's number as text that sorts like numbers."""
    return f"{seq:012d}"


class Tail:
    """Read the ledger on from where it was left, so that nothing is missed while no worker runs."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._upto: int | None = None
        self._kept = 0

    def is_behind(self, connection: Connection) -> bool:
        """Tell whether there are lines that were not read."""
        return ledger.last(connection) != self._upto

    def read(self) -> bool:
        """Note what the new lines say, and tell whether they say anything; read twice, they are noted once."""
        has_news = False
        while True:
            count, found = self._step()
            has_news |= found
            if count < _BATCH:
                return has_news

    def _step(self) -> tuple[int, bool]:
        with self._project.store.read() as connection:
            last = ledger.last(connection)
            since = _oldest_mark(connection)
            if since is None:
                self._upto = self._kept = last
                return 0, False
            if self._upto is None:
                self._upto = self._kept = since
            lines = _lines(connection, self._upto)
            signals = [(line["seq"], signal) for line in lines for signal in _signals(connection, line)]
        upto = lines[-1]["seq"] if len(lines) == _BATCH else last
        if signals or upto - self._kept >= _KEEP_EVERY:
            with self._project.store.write() as connection:
                for seq, signal in signals:
                    hear(connection, signal, self._project.clock.now(), seq=seq)
                _keep(connection, upto)
            self._kept = upto
        self._upto = upto
        return len(lines), bool(signals)


def hear(connection: Connection, signal: Signal, now: datetime, *, seq: int | None = None) -> None:
    """Note a signal for every schedule that waits for it.

    Parameters
    ----------
    seq
        The ledger's line that says it; schedules made after it do not hear it.
    """
    for row, spec in look.readable(connection, schedules.watching(connection, [signal.watch]), now):
        if seq is not None and mark_of(seq) <= (row["mark"] or ""):
            continue
        if spec.kind == "pipeline" and signal.status not in _ENDS[spec.on]:
            continue
        if spec.kind == "alias" and _last_reference(connection, row["name"]) == signal.reference:
            continue  # it pointed there already
        tell(connection, row, signal, now)


def tell(connection: Connection, row: RowMapping, signal: Signal, now: datetime) -> bool:
    """Note a signal for one schedule, and say whether it was new."""
    spec = TriggerSpec.model_validate(row["trigger"])
    name, slot = row["name"], signal.slot
    cause = {"kind": spec.kind, "what": signal.what, "reference": signal.reference}
    given = dict(signal.parameters)
    if not schedules.note(connection, name, slot, now, cause=cause, parameters=given):
        return False
    if row["is_paused"]:
        schedules.settle(connection, name, slot, "skipped", reason=PAUSED)
    elif signal.problem:
        schedules.settle(connection, name, slot, "failed", reason=signal.problem)
    else:
        look.wake(connection, row, spec, now)
    return True


def _lines(connection: Connection, after: int) -> Sequence[RowMapping]:
    query = select(*(LEDGER.c[name] for name in _COLUMNS)).where(
        LEDGER.c.seq > after, LEDGER.c.phase == "outcome"
    )
    return connection.execute(query.order_by(LEDGER.c.seq).limit(_BATCH)).mappings().all()


def _signals(connection: Connection, line: RowMapping) -> Iterator[Signal]:
    """Yield what a line says that schedules can wait for."""
    yield from _ends(connection, line)
    if line["outcome"] != "ok":
        return
    for reference in line["outputs"]:
        kind, _, body = reference.partition(":")
        name = body.partition("@")[0]
        if kind in {"snapshot", "alert"}:
            yield Signal(f"{kind}:{name}", reference, reference, f"{kind} {body}")
        elif kind == "version" and line["verb"] in _MOVES:
            watch = f"alias:{name}@{line['arguments'].get('to', _CHAMPION)}"
            yield Signal(watch, f"{watch}/{mark_of(line['seq'])}", reference, f"{line['verb']} {body}")


def _ends(connection: Connection, line: RowMapping) -> Iterator[Signal]:
    """Yield the end of an execution that a line tells of."""
    ids = [item.removeprefix("execution:") for item in line["outputs"] if item.startswith("execution:")]
    if line["face"] == "pipeline" and isinstance(line["arguments"].get("execution"), str):
        ids.append(line["arguments"]["execution"])
    if not ids:
        return
    query = select(EXECUTIONS.c.id, EXECUTIONS.c.pipeline, EXECUTIONS.c.status, EXECUTIONS.c.finished_at)
    found = query.where(EXECUTIONS.c.id.in_(ids), EXECUTIONS.c.status.in_(state.ENDED))
    for row in connection.execute(found).mappings():
        reference = f"execution:{row['id']}"
        slot = f"{reference}/{row['finished_at']}"  # a retried execution ends again
        what = f"{row['pipeline']} {row['status']}"
        yield Signal(f"pipeline:{row['pipeline']}", slot, reference, what, row["status"])


def _oldest_mark(connection: Connection) -> int | None:
    """Return the line up to which every schedule that hears has heard; None where there is no such schedule."""
    query = select(func.min(SCHEDULES.c.mark)).where(SCHEDULES.c.watch.not_in(_UNHEARD))
    found = connection.execute(query).scalar()
    return None if found is None else int(found)


def _keep(connection: Connection, upto: int) -> None:
    here = SCHEDULES.c.watch.not_in(_UNHEARD), SCHEDULES.c.mark < mark_of(upto)
    connection.execute(SCHEDULES.update().where(*here).values(mark=mark_of(upto)))


def _last_reference(connection: Connection, schedule: str) -> str:
    query = select(FIRINGS.c.cause).where(FIRINGS.c.schedule == schedule, FIRINGS.c.slot.like("alias:%"))
    cause = connection.execute(query.order_by(FIRINGS.c.slot.desc()).limit(1)).scalar()
    return str(cause.get("reference", "")) if cause else ""
