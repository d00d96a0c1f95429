"""List what was done, by whom and why; prove that nobody rewrote it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from sqlalchemy import ColumnElement, Text, cast, or_

from jupyter_mlops.core import ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.ledger import LEDGER, AuditEvent
from jupyter_mlops.core.note import PublicKey
from jupyter_mlops.core.project import Project, confined
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb
from jupyter_mlops.governance import proof, transcript, verification
from jupyter_mlops.governance.proof import Proof
from jupyter_mlops.governance.transcript import Form
from jupyter_mlops.governance.why import why

Verify = Annotated[bool, Field(description="Read all of it, and prove that no line was changed.")]
Against = Annotated[
    tuple[str, ...], Field(description="With verify: a file or folder of checkpoints that you kept.")
]
Prove = Annotated[int | None, Field(ge=1, description="Give the proof that this line is in the ledger.")]
Since = Annotated[
    int | None, Field(ge=1, description="With prove: also that it only grew since it had so many lines.")
]
Check = Annotated[str, Field(description="Check a proof that was kept as JSON, without the ledger.")]
To = Annotated[Form | None, Field(description="Write all of it in this form, to file.")]
File = Annotated[str, Field(description="With to: a new file of the project.")]
By = Annotated[str, Field(description="Show what this person did.")]
Did = Annotated[str, Field(description="Show calls of this verb.")]
About = Annotated[str, Field(description="Show what touched this, like churn@3 or snapshot:customers.")]
Ended = Annotated[
    Literal["started", "ok", "failed", "refused"] | None, Field(description="Show what ended so.")
]
Start = Annotated[
    datetime | None,
    Field(description="Show what was done at or after this moment, UTC unless it says otherwise."),
]
End = Annotated[datetime | None, Field(description="Show what was done before this moment.")]
Limit = Annotated[int, Field(ge=1, le=1000, description="How many lines to show.")]
Before = Annotated[int | None, Field(description="Show the lines before this one.")]
_PROOF_LIMIT = 1_000_000


class Audit(Record):
    """Lines of the ledger, newest first, and what was proven of them.

    Parameters
    ----------
    lines
        How many lines there are in all.
    is_verified
        None when nothing was to be proven.
    flaws
        What is not as it was written, a sentence each.
    doubts
        What is not proven, a sentence each.
    signed
        How many lines the last checkpoint signs.
    keys
        The public keys that signed.
    file
        Where it was written to.
    """

    events: tuple[AuditEvent, ...] = ()
    lines: int = 0
    is_verified: bool | None = None
    flaws: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    signed: int | None = None
    keys: tuple[str, ...] = ()
    proof: Proof | None = None
    file: str | None = None
    next_page: int | None = None

    @property
    def is_well(self) -> bool:
        """Whether no line is known to have been changed."""
        return self.is_verified is not False

    def card(self) -> Card:
        """Show who did what when, or what was proven."""
        if self.file is not None:
            return Card(f"Wrote {self.file}", facts=(("lines", str(self.lines)),))
        if self.proof is not None:
            return self._proof_card(self.proof)
        if self.is_verified is False:
            word = "flaw" if len(self.flaws) == 1 else "flaws"
            title = f"The ledger was tampered with: {len(self.flaws)} {word} in {self.lines} lines"
            return Card(title, "failed", notes=self.flaws + self.doubts)
        columns = ("line", "when", "who", "verb", "on", "outcome", "why")
        rows = tuple(_row(event) for event in self.events)
        more = (f"%mlops audit --before {self.next_page}",) if self.next_page else ()
        if not self.is_verified:
            return Card(
                f"{self.lines} lines", "info", (), columns, rows, next=(*more, "%mlops audit --verify")
            )
        is_plain = set(self.doubts) <= {verification.LOCAL_ONLY}
        facts = (
            ("signed", f"up to line {self.signed}" if self.signed else "no line"),
            ("keys", ", ".join(self.keys)),
        )
        title = f"{self.lines} lines, every one as it was written"
        return Card(title, "ok" if is_plain else "warning", facts, columns, rows, self.doubts, more)

    def _proof_card(self, found: Proof) -> Card:
        if self.flaws:
            return Card(f"Nothing is proven of line {found.seq}", "failed", notes=self.flaws)
        facts = (("line", found.line), ("signed by", ", ".join(found.keys)))
        grown = f" It only grew since line {found.since}." if found.since else ""
        notes = (f"It stands on the keys: compare them with what you know.{grown}",)
        return Card(f"Line {found.seq} is in the ledger", facts=facts, notes=notes)


@verb("audit", effect="read")
def audit(
    project: Project,
    *,
    verify: Verify = False,
    against: Against = (),
    prove: Prove = None,
    since: Since = None,
    check: Check = "",
    to: To = None,
    file: File = "",
    by: By = "",
    did: Did = "",
    about: About = "",
    outcome: Ended = None,
    start: Start = None,
    end: End = None,
    limit: Limit = 20,
    before: Before = None,
) -> Audit:
    """List what was done, by whom and with what outcome; prove that nobody rewrote it."""
    if check:
        return _checked(project, check)
    if to is not None:
        count, written = transcript.write(project, to, file)
        return Audit(lines=count, file=written)
    if prove is not None:
        return _proven(project, prove, since)
    where = [*_conditions(by, did, about, outcome), *_within(start, end)]
    with project.store.read() as connection:
        lines = ledger.last(connection)
        found = ledger.entries(connection, before=before, limit=limit, newest=True, settled=True, where=where)
        events = tuple(found)
    page = events[-1].seq if len(events) == limit and events[-1].seq > 1 else None
    listed = Audit(events=events, lines=lines, next_page=page)
    return _verified(project, listed, against) if verify else listed


def _verified(project: Project, listed: Audit, against: tuple[str, ...]) -> Audit:
    kept = [str(confined(project.root, place)) for place in against]
    verdict = verification.verify(project, against=kept)
    return listed.model_copy(
        update={
            "lines": verdict.lines,
            "is_verified": not verdict.flaws,
            "flaws": verdict.flaws,
            "doubts": verdict.doubts,
            "signed": verdict.signed,
            "keys": tuple(map(str, verdict.keys)),
        }
    )


def _conditions(by: str, did: str, about: str, outcome: str | None) -> Iterator[ColumnElement[bool]]:
    if by:
        yield LEDGER.c.actor == by
    if did:
        yield LEDGER.c.verb == did
    if outcome:
        yield LEDGER.c.outcome == outcome
    if about:
        quoted = json.dumps(about)[1:-1]  # as the store writes it
        columns = (cast(column, Text) for column in (LEDGER.c.inputs, LEDGER.c.outputs))
        yield or_(*(column.contains(quoted, autoescape=True) for column in columns))


def _within(start: datetime | None, end: datetime | None) -> Iterator[ColumnElement[bool]]:
    if start:
        yield LEDGER.c.at >= _moment(start)
    if end:
        yield LEDGER.c.at < _moment(end)


def _moment(at: datetime) -> str:
    """Return a time as the ledger writes it, so that text sorts as time does."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="microseconds")


def _proven(project: Project, seq: int, since: int | None) -> Audit:
    with project.store.read() as connection:
        made = proof.prove(connection, seq, since=since)
    flaws = made.flaws()
    return Audit(is_verified=not flaws, flaws=flaws, keys=made.keys, proof=made)


def _checked(project: Project, file: str) -> Audit:
    path = confined(project.root, file)
    try:
        content = json.loads(path.read_bytes()[:_PROOF_LIMIT])
        kept = Proof.model_validate(content.get("proof") or content)
    except (ValueError, AttributeError, ValidationError) as error:
        raise Invalid(
            f"{file} holds no proof: {error}", hint="Write one with `jupyter mlops audit --prove 1 --json`."
        ) from None
    trusted = [PublicKey.parse(text) for text in project.settings.checkpoint_trust]
    flaws = kept.flaws(trusted)
    return Audit(is_verified=not flaws, flaws=flaws, keys=kept.keys, proof=kept)


def _row(event: AuditEvent) -> tuple[str, ...]:
    touched = ", ".join(reference.partition(":")[2] for reference in event.outputs or event.inputs)
    when = event.at[:19].replace("T", " ")
    return (str(event.seq), when, event.actor, event.verb, touched, event.outcome, why(event))
