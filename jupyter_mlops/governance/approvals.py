"""List what waits for approval, and what became of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb
from jupyter_mlops.governance import approval, subject
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.tables import APPROVALS
from jupyter_mlops.governance.vote import may_approve

Filter = Annotated[
    Literal["open", "approved", "denied", "expired", "withdrawn", "all"],
    Field(description="Which to show; open ones come first."),
]


class Approvals(Record):
    """Requests for approval, those that are open first.

    Parameters
    ----------
    waiting
        How many of them wait for the actor's own vote.
    """

    items: tuple[Approval, ...]
    waiting: int

    def card(self) -> Card:
        """Show who asks for what, and how the votes stand."""
        rows = tuple(_row(item) for item in self.items)
        columns = ("id", "what", "state", "votes", "asked by", "why", "until")
        first = next((item for item in self.items if item.state == "open"), None)
        title = f"{self.waiting} wait for you" if self.waiting else "Nothing waits for you"
        return Card(
            f"{len(rows)} request{'' if len(rows) == 1 else 's'} for approval; {title[0].lower()}{title[1:]}"
            if rows
            else title,
            "warning" if self.waiting else "info",
            columns=columns if rows else (),
            rows=rows,
            next=(f"%mlops approve {first.ref}",) if first and self.waiting else (),
        )


@verb("approvals", effect="read")
def approvals(
    project: Project,
    *,
    state: Filter = "all",
    about: Annotated[str, Field(description="Show those whose subject holds this, like churn.")] = "",
    mine: Annotated[bool, Field(description="Show only what waits for your vote.")] = False,
    limit: Annotated[int, Field(ge=1, le=1000, description="How many to show.")] = 50,
) -> Approvals:
    """List requests for approval, open ones first, with their votes."""
    query = select(APPROVALS)
    if about:
        query = query.where(APPROVALS.c.subject.contains(about, autoescape=True))
    with project.store.read() as connection:
        found = approval.listed(connection, query, now=project.clock.now())
    waiting = {item.ref for item in found if _waits(project, item)}
    kept = [item for item in found if state in {"all", item.state} and (item.ref in waiting or not mine)]
    kept.sort(key=lambda item: (item.ref not in waiting, item.state != "open"))
    return Approvals(items=tuple(kept[:limit]), waiting=len(waiting))


def _waits(project: Project, item: Approval) -> bool:
    """Whether the actor may vote on it, and has not."""
    voted = any(vote.actor == project.actor.name for vote in item.votes)
    is_other = item.requester != project.actor.name
    return (
        item.state == "open"
        and is_other
        and not voted
        and may_approve(project.actor, item.subject, project.settings)
    )


def _row(item: Approval) -> tuple[str, ...]:
    votes = f"{len(item.approvers)} of {item.needed}"
    until = f"{item.expires_at:%Y-%m-%d %H:%M}"
    return (item.ref, subject.shown(item.subject), item.state, votes, item.requester, item.message, until)
