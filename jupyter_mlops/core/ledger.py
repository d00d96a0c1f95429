"""The ledger: append-only, hash-chained, written by the door in the transaction of the change it records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import Literal, TypeAlias
from typing import cast as _typed

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    cast,
    or_,
    select,
    text,
)

from jupyter_mlops.core.record import Record
from jupyter_mlops.core.store import METADATA

Phase = Literal["intent", "outcome"]
Outcome = Literal["started", "ok", "failed", "refused"]
GENESIS = "0" * 64
Watch: TypeAlias = Callable[[int, str, str], None]
_Count: TypeAlias = int | None
# fmt: off
_Line: TypeAlias = tuple[
    str, str, str, float | None, str, str, _Count, str, str, _Count, str, str, str, int, str, str, str,
]
# fmt: on
_BATCH = 1_000
_LOCK = int.from_bytes(b"mlops", "big")
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

LEDGER = Table(
    "ledger",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("source", String, nullable=False),
    Column("face", String, nullable=False),
    Column("verb", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("intent", Integer),
    Column("parent", Integer),
    Column("arguments", JSON, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("outputs", JSON, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("duration_ms", Float),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),
)
_SORTED = sorted(column.name for column in LEDGER.c if column.name != "hash")
HEAD = Table(
    "ledger_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String, nullable=False),
)


class AuditEvent(Record):
    """One line of the ledger.

    Parameters
    ----------
    intent
        Number of the line that announced this outcome, when the store is not ours.
    parent
        Number of the line of the call that this one was made in.
    """

    seq: int = 0
    at: str
    actor: str
    source: str
    face: str
    verb: str
    phase: Phase
    intent: int | None = None
    parent: int | None = None
    arguments: dict[str, object] = {}
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    outcome: Outcome
    reason: str = ""
    duration_ms: float | None = None


@dataclass(frozen=True)
class Flaw:
    """A line that is not as it was written, and how one sees it."""

    seq: int
    what: str


def append(connection: Connection, entry: AuditEvent) -> int:
    """Add a line at the end, within the caller's transaction, and return its number."""
    lock(connection)
    head = connection.execute(select(HEAD.c.seq, HEAD.c.hash)).one_or_none()
    seq, previous = (head.seq + 1, head.hash) if head else (1, GENESIS)
    row = entry.model_copy(update={"seq": seq}).wire() | {"previous": previous}
    row["hash"] = digest(row)
    connection.execute(LEDGER.insert(), row)
    state = {"id": 1, "seq": seq, "hash": row["hash"]}
    connection.execute(HEAD.update().values(**state) if head else HEAD.insert().values(**state))
    return seq


def lock(connection: Connection) -> None:
    """Keep other writers away until the transaction ends; SQLite's writers are alone already."""
    if connection.dialect.name == "postgresql":
        # Not the table's own lock: that needs the right to change lines, which nobody but its owner should have.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def hold_still(connection: Connection) -> None:
    """Let a transaction that has not begun to read see one moment throughout, as SQLite's do."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def entries(
    connection: Connection,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int | None = None,
    newest: bool = False,
    settled: bool = False,
    where: Iterable[ColumnElement[bool]] = (),
) -> Iterator[AuditEvent]:
    """Yield the lines numbered above *after* and below *before*.

    Parameters
    ----------
    settled
        Leave out the intents whose outcome is known.
    where
        Conditions on the table's columns.
    """
    order = LEDGER.c.seq.desc() if newest else LEDGER.c.seq
    query = select(LEDGER).where(LEDGER.c.seq > after, *where).order_by(order)
    if before is not None:
        query = query.where(LEDGER.c.seq < before)
    if settled:
        query = query.where(or_(LEDGER.c.phase == "outcome", LEDGER.c.seq.not_in(_answered())))
    for row in connection.execute(query.limit(limit)).mappings():
        yield _event(row)


def unfinished(connection: Connection) -> Sequence[AuditEvent]:
    """Return the intents that no outcome answers: still under way, or cut off."""
    query = select(LEDGER).where(LEDGER.c.phase == "intent", LEDGER.c.seq.not_in(_answered()))
    return [_event(row) for row in connection.execute(query.order_by(LEDGER.c.seq)).mappings()]


def last(connection: Connection) -> int:
    """Return the number of the newest line, 0 when there is none."""
    return connection.execute(select(HEAD.c.seq)).scalar() or 0


def verify(connection: Connection, each: Watch | None = None) -> tuple[int, Sequence[Flaw]]:
    """Read the whole chain; return how many lines there are, and those that are not as written.

    Parameters
    ----------
    each
        Called with every line's number, time and hash, in order.
    """
    flaws: list[Flaw] = []
    expected, previous, count = 1, GENESIS, 0
    for row in _raw(connection):
        count += 1
        _, _, at, *_, before, _, seq, _, _, written = row
        if seq > expected:
            flaws.append(Flaw(expected, _missing(expected, seq - 1)))
        elif before != previous:
            flaws.append(Flaw(seq, f"line {seq} does not follow line {expected - 1}"))
        if written != _digest_of(row):
            flaws.append(Flaw(seq, f"line {seq} was edited, moved or inserted"))
        expected, previous = seq + 1, written
        if each is not None:
            each(seq, at, written)
    head = connection.execute(select(HEAD.c.seq, HEAD.c.hash)).one_or_none()
    if head is not None and head.seq >= expected:
        flaws.append(Flaw(expected, _missing(expected, head.seq)))
    elif count and (head is None or (head.seq, head.hash) != (expected - 1, previous)):
        flaws.append(Flaw(expected - 1, f"line {expected - 1} was inserted after the last one"))
    return count, flaws


def digest(row: Mapping[str, object]) -> str:
    """Return the SHA-256 of a line's canonical JSON, which holds the hash before it."""
    return hashlib.sha256(canonical(row)).hexdigest()


def canonical(row: Mapping[str, object]) -> bytes:
    """Return the bytes of a line that its hash is of: JSON with sorted keys and no blanks, in UTF-8."""
    content = {key: value for key, value in row.items() if key != "hash"}
    return _JSON.encode(content).encode("utf-8", "surrogatepass")


def _raw(connection: Connection) -> Iterator[_Line]:
    """Yield all lines, their columns in the order of their names and their JSON as text, the hash last."""
    columns = [LEDGER.c[name] for name in _SORTED]
    shown = [cast(column, Text) if isinstance(column.type, JSON) else column for column in columns]
    query = select(*shown, LEDGER.c.hash).order_by(LEDGER.c.seq)
    rows: Iterable[object] = connection.execution_options(yield_per=_BATCH).execute(query)
    return iter(_typed(Iterable[_Line], rows))


def _digest_of(row: _Line) -> str:
    """Return what `digest` returns, without a dictionary for each line; nothing where a value has another type."""
    (actor, arguments, at, duration, face, inputs, intent, outcome, outputs) = row[:9]
    (parent, phase, previous, reason, seq, source, verb, _) = row[9:]
    try:
        written = (
            f'{{"actor":{quoted(actor)},"arguments":{_compact(arguments)},"at":{quoted(at)}'
            f',"duration_ms":{_number(duration)},"face":{quoted(face)},"inputs":{_compact(inputs)}'
            f',"intent":{_number(intent)},"outcome":{quoted(outcome)},"outputs":{_compact(outputs)}'
            f',"parent":{_number(parent)},"phase":{quoted(phase)},"previous":{quoted(previous)}'
            f',"reason":{quoted(reason)},"seq":{_number(seq)},"source":{quoted(source)},"verb":{quoted(verb)}}}'
        )
    except (TypeError, ValueError):
        return ""
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(4096)
def _compact(written: str) -> str:
    return _JSON.encode(json.loads(written))


def _number(value: float | None) -> str:
    return "null" if value is None else repr(value)


def _answered() -> Select[tuple[int]]:
    return select(LEDGER.c.intent).where(LEDGER.c.intent.is_not(None))


def _event(row: RowMapping) -> AuditEvent:
    return AuditEvent.model_validate(
        {key: value for key, value in row.items() if key in AuditEvent.model_fields}
    )


def _missing(first: int, final: int) -> str:
    return f"line {first} was removed" if first == final else f"lines {first} to {final} were removed"
