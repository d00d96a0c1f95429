"""List what was done, by whom and why; prove that nobody rewrote it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb


class Audit(Record):
    """Lines of the ledger, newest first, and whether the chain holds.

    Parameters
    ----------
    lines
        How many lines there are in all.
    is_verified
        None when it was not asked for.
    flaws
        What is wrong with the chain, a sentence each.
    """

    events: tuple[AuditEvent, ...]
    lines: int
    is_verified: bool | None = None
    flaws: tuple[str, ...] = ()
    next_page: int | None = None

    @property
    def is_well(self) -> bool:
        """Whether no line is known to have been changed."""
        return self.is_verified is not False

    def card(self) -> Card:
        """Show who did what when."""
        if self.is_verified is False:
            return Card(
                f"The ledger was tampered with: {len(self.flaws)} flaws in {self.lines} lines",
                "failed",
                notes=self.flaws,
            )
        title = (
            f"{self.lines} lines, every one as it was written" if self.is_verified else f"{self.lines} lines"
        )
        columns = ("line", "when", "who", "verb", "on", "outcome", "why")
        rows = tuple(_row(event) for event in self.events)
        more = (f"%mlops audit --before {self.next_page}",) if self.next_page else ()
        note = "Tamper-evidence: local only. Keep a copy elsewhere to prove it to others."
        notes = (note,) if self.is_verified else ()
        steps = () if self.is_verified else ("%mlops audit --verify",)
        return Card(
            title,
            "ok" if self.is_verified else "info",
            columns=columns,
            rows=rows,
            notes=notes,
            next=more + steps,
        )


@verb("audit", effect="read")
def audit(
    project: Project,
    *,
    verify: Annotated[
        bool, Field(description="Read the whole chain and prove that no line was changed.")
    ] = False,
    limit: Annotated[int, Field(ge=1, le=1000, description="How many lines to show.")] = 20,
    before: Annotated[int | None, Field(description="Show the lines before this one.")] = None,
) -> Audit:
    """List what was done, by whom and with what outcome."""
    with project.store.read() as connection:
        events = tuple(ledger.entries(connection, before=before, limit=limit, newest=True, settled=True))
        lines = ledger.last(connection)
        flaws: tuple[str, ...] = ()
        if verify:
            lines, found = ledger.verify(connection)
            flaws = tuple(flaw.what for flaw in found)
    oldest = events[-1].seq if len(events) == limit and events[-1].seq > 1 else None
    return Audit(
        events=events, lines=lines, is_verified=not flaws if verify else None, flaws=flaws, next_page=oldest
    )


def _row(event: AuditEvent) -> tuple[str, ...]:
    touched = ", ".join(reference.partition(":")[2] for reference in event.outputs or event.inputs)
    return (
        str(event.seq),
        event.at[:19].replace("T", " "),
        event.actor,
        event.verb,
        touched,
        event.outcome,
        event.reason,
    )
