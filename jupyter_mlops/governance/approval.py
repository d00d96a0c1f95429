"""Requests for approval and the votes on them, as the store keeps them.

The evidence of a request is the digest of what was asked, so that an approval covers nothing that changed since.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    select,
    text,
)

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.card import State as Mark
from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.types import ApprovalRef
from jupyter_mlops.governance.subject import shown
from jupyter_mlops.governance.tables import APPROVALS, VOTES

State: TypeAlias = Literal["open", "approved", "denied", "expired", "withdrawn"]
Decision: TypeAlias = Literal["approve", "deny"]
_MARKS: dict[State, Mark] = {"open": "info", "approved": "ok", "denied": "failed"}


class Vote(Record):
    """What one person decided, and where we know them from."""

    actor: str
    source: str
    decision: Decision
    comment: str
    at: datetime

    def row(self) -> tuple[str, ...]:
        """Return it as a line of a table."""
        return f"{self.actor} ({self.source})", self.decision, self.comment, f"{self.at:%Y-%m-%d %H:%M}"


class Approval(Record):
    """A request for approval, and how it stands.

    Parameters
    ----------
    evidence
        Digest of what was asked.
    needed
        How many must approve.
    spent_at
        When a promotion used it up.
    deciders
        Who may approve it as settings stand, told to who asks; `*` for anybody else.
    """

    ref: ApprovalRef
    subject: str
    evidence: str
    message: str
    requester: str
    source: str
    needed: int
    state: State
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None = None
    spent_at: datetime | None = None
    votes: tuple[Vote, ...] = ()
    deciders: tuple[str, ...] = ()

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who approved."""
        return tuple(vote.actor for vote in self.votes if vote.decision == "approve")

    def card(self) -> Card:
        """Say what is asked, who decided what, and what to type next."""
        facts = (
            ("asked by", f"{self.requester} ({self.source})"),
            ("why", self.message),
            ("needs", self._needs()),
            ("until", f"{self.expires_at:%Y-%m-%d %H:%M} UTC"),
        )
        columns = ("who", "decided", "why", "when")
        rows = tuple(vote.row() for vote in self.votes)
        steps = (f"%mlops approve {self.ref}", f'%mlops deny {self.ref} --comment "…"')
        return Card(
            f"Approval {self.ref} of {shown(self.subject)}: {self.state}",
            _MARKS.get(self.state, "warning"),
            facts=tuple(fact for fact in facts if fact[1]),
            columns=columns if rows else (),
            rows=rows,
            next=steps if self.state == "open" else (),
        )

    def _needs(self) -> str:
        people = ", ".join("anybody else" if name == "*" else name for name in self.deciders)
        by = f", by {people}" if people else ""
        return f"{self.needed} approval{'' if self.needed == 1 else 's'}{by}; has {len(self.approvers)}"


def ask(
    connection: Connection,
    subject: str,
    *,
    message: str,
    requester: Actor,
    now: datetime,
    expires_at: datetime,
    needed: int = 1,
    evidence: str = "",
) -> str:
    """Ask for approval of *subject*, and return the request's id; asking twice while it is open is asking once."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE approvals IN SHARE ROW EXCLUSIVE MODE"))
    same = select(APPROVALS.c.id).where(
        APPROVALS.c.subject == subject,
        APPROVALS.c.evidence == evidence,
        APPROVALS.c.requester == requester.name,
        APPROVALS.c.state == "open",
        APPROVALS.c.expires_at > moment(now),
    )
    known = connection.execute(same).scalar()
    if known is not None:
        return str(known)
    made = secrets.token_hex(4)
    connection.execute(
        APPROVALS.insert().values(
            id=made,
            subject=subject,
            evidence=evidence,
            message=redact(message),
            requester=requester.name,
            source=requester.source,
            needed=needed,
            state="open",
            created_at=moment(now),
            expires_at=moment(expires_at),
        )
    )
    return made


def state(connection: Connection, approval: str, now: datetime) -> State:
    """Return how a request stands.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    return get(connection, approval, now=now).state


def withdraw(connection: Connection, approval: str, now: datetime) -> None:
    """Take a request back; one that is settled stays as it is."""
    settle(connection, approval, "withdrawn", now=now)


def granted(connection: Connection, subject: str, evidence: str, now: datetime) -> Sequence[Approval]:
    """Return the approvals of exactly this that hold, newest first: neither expired nor spent."""
    return _of(connection, subject, evidence, "approved", now)


def waiting(connection: Connection, subject: str, evidence: str, now: datetime) -> Sequence[Approval]:
    """Return the requests for exactly this that are open, newest first."""
    return _of(connection, subject, evidence, "open", now)


def spend(connection: Connection, approval: str, now: datetime) -> None:
    """Use an approval up, so that it does not serve a second time.

    Raises
    ------
    Conflict
        It does not hold: not approved, expired, or spent already.
    """
    where = (
        APPROVALS.c.id == approval,
        APPROVALS.c.state == "approved",
        APPROVALS.c.expires_at > moment(now),
        APPROVALS.c.spent_at.is_(None),
    )
    if connection.execute(APPROVALS.update().where(*where).values(spent_at=moment(now))).rowcount != 1:
        raise Conflict(
            f"The approval {approval} does not hold any more.", hint="Ask again with `%mlops request`."
        )


def get(connection: Connection, approval: str, *, now: datetime, lock: bool = False) -> Approval:
    """Return one request with its votes.

    Parameters
    ----------
    lock
        Keep others from changing it until the transaction ends.
    """
    query = select(APPROVALS).where(APPROVALS.c.id == approval)
    found = listed(connection, query.with_for_update() if lock else query, now=now)
    if not found:
        raise _unknown(approval)
    return found[0]


def find(connection: Connection, ref: str, *, now: datetime) -> Approval:
    """Return the request that *ref* names: by its id's first digits, else by what it is about.

    Raises
    ------
    NotFound
        There is none.
    Invalid
        There are several.
    """
    query = select(APPROVALS)
    if "@" in ref:
        query = query.where(APPROVALS.c.subject.startswith(f"version:{ref}>", autoescape=True))
    else:
        query = query.where(APPROVALS.c.id.startswith(ref, autoescape=True))
    found = listed(connection, query, now=now)
    if len(found) > 1:
        found = [item for item in found if item.state == "open"] or found
    if not found:
        raise _unknown(ref)
    if len(found) > 1:
        several = ", ".join(f"{item.ref} ({shown(item.subject)})" for item in found[:5])
        raise Invalid(f"{ref!r} names several requests: {several}.", hint="Give more digits of its id.")
    return found[0]


def listed(connection: Connection, query: Select[tuple[object, ...]], *, now: datetime) -> list[Approval]:
    """Return the requests that a query of the table finds, newest first, with their votes."""
    order = (APPROVALS.c.created_at.desc(), APPROVALS.c.id)
    rows = connection.execute(query.order_by(*order)).mappings().all()
    votes = _votes(connection, [row["id"] for row in rows])
    return [_approval(row, votes.get(row["id"], ()), now) for row in rows]


def settle(connection: Connection, approval: str, how: State, *, now: datetime) -> None:
    """Write down how an open request ended."""
    where = (APPROVALS.c.id == approval, APPROVALS.c.state == "open")
    connection.execute(APPROVALS.update().where(*where).values(state=how, settled_at=moment(now)))


def moment(at: datetime) -> str:
    """Return a time as the store keeps it, so that text sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _of(
    connection: Connection, subject: str, evidence: str, state: State, now: datetime
) -> Sequence[Approval]:
    query = select(APPROVALS).where(
        APPROVALS.c.subject == subject,
        APPROVALS.c.evidence == evidence,
        APPROVALS.c.state == state,
        APPROVALS.c.expires_at > moment(now),
        APPROVALS.c.spent_at.is_(None),
    )
    return listed(connection, query, now=now)


def _votes(connection: Connection, approvals: Iterable[str]) -> dict[str, tuple[Vote, ...]]:
    query = select(VOTES).where(VOTES.c.approval.in_(list(approvals))).order_by(VOTES.c.at, VOTES.c.actor)
    found: dict[str, tuple[Vote, ...]] = {}
    for row in connection.execute(query).mappings():
        vote = Vote.model_validate({key: value for key, value in row.items() if key != "approval"})
        found[row["approval"]] = (*found.get(row["approval"], ()), vote)
    return found


def _approval(row: RowMapping, votes: tuple[Vote, ...], now: datetime) -> Approval:
    values = {key: value for key, value in row.items() if key != "id"}
    if row["state"] == "open" and row["expires_at"] <= moment(now):
        values["state"] = "expired"
    return Approval(ref=row["id"], votes=votes, **values)


def _unknown(ref: str) -> NotFound:
    return NotFound(f"No request for approval {ref!r}.", hint="List them with `%mlops approvals`.")
