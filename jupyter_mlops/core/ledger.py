"""The ledger: append-only, hash-chained, written by the door in the transaction of the change it records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Float,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    or_,
    select,
    text,
)

from jupyter_mlops.core.record import Record
from jupyter_mlops.core.store import METADATA

Phase = Literal["intent", "outcome"]
Outcome = Literal["started", "ok", "failed", "refused"]
GENESIS = "0" * 64
_BATCH = 1_000

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
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE ledger IN EXCLUSIVE MODE"))
    head = connection.execute(select(HEAD.c.seq, HEAD.c.hash)).one_or_none()
    seq, previous = (head.seq + 1, head.hash) if head else (1, GENESIS)
    row = entry.model_copy(update={"seq": seq}).wire() | {"previous": previous}
    row["hash"] = digest(row)
    connection.execute(LEDGER.insert().values(**row))
    state = {"id": 1, "seq": seq, "hash": row["hash"]}
    connection.execute(HEAD.update().values(**state) if head else HEAD.insert().values(**state))
    return seq


def entries(
    connection: Connection,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int | None = None,
    newest: bool = False,
    settled: bool = False,
) -> Iterator[AuditEvent]:
    """Yield the lines numbered above *after* and below *before*.

    Parameters
    ----------
    settled
        Leave out the intents whose outcome is known.
    """
    order = LEDGER.c.seq.desc() if newest else LEDGER.c.seq
    query = select(LEDGER).where(LEDGER.c.seq > after).order_by(order)
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


def verify(connection: Connection) -> tuple[int, Sequence[Flaw]]:
    """Read the whole chain; return how many lines there are, and those that are not as written."""
    flaws: list[Flaw] = []
    expected, previous, count = 1, GENESIS, 0
    rows = (
        connection.execution_options(yield_per=_BATCH)
        .execute(select(LEDGER).order_by(LEDGER.c.seq))
        .mappings()
    )
    for row in rows:
        count += 1
        values = dict(row)
        if values["seq"] > expected:
            flaws.append(Flaw(expected, _missing(expected, values["seq"] - 1)))
        elif values["previous"] != previous:
            flaws.append(Flaw(values["seq"], f"line {values['seq']} does not follow line {expected - 1}"))
        if values["hash"] != digest(values):
            flaws.append(Flaw(values["seq"], f"line {values['seq']} was edited, moved or inserted"))
        expected, previous = values["seq"] + 1, values["hash"]
    head = connection.execute(select(HEAD.c.seq, HEAD.c.hash)).one_or_none()
    if head is not None and head.seq >= expected:
        flaws.append(Flaw(expected, _missing(expected, head.seq)))
    elif count and (head is None or (head.seq, head.hash) != (expected - 1, previous)):
        flaws.append(Flaw(expected - 1, f"line {expected - 1} was inserted after the last one"))
    return count, flaws


def digest(row: dict[str, object]) -> str:
    """Return the SHA-256 of a line's canonical JSON and of the hash before it."""
    content = {key: value for key, value in row.items() if key != "hash"}
    canonical = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _answered() -> Select[tuple[int]]:
    return select(LEDGER.c.intent).where(LEDGER.c.intent.is_not(None))


def _event(row: RowMapping) -> AuditEvent:
    return AuditEvent.model_validate(
        {key: value for key, value in row.items() if key in AuditEvent.model_fields}
    )


def _missing(first: int, final: int) -> str:
    return f"line {first} was removed" if first == final else f"lines {first} to {final} were removed"
