"""Decide on a request for approval: four eyes, one vote each, until enough approved or one denied."""

from __future__ import annotations

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Conflict, Refused
from jupyter_mlops.core.policy import Actor, is_at_least, role_of
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.settings import Settings
from jupyter_mlops.governance import approval, subject
from jupyter_mlops.governance.approval import Approval, Decision, Vote
from jupyter_mlops.governance.tables import VOTES


def vote(project: Project, ref: str, decision: Decision, comment: str) -> Approval:
    """Give the actor's vote on the request that *ref* names, and return how it stands then.

    Raises
    ------
    Refused
        The actor asked for it, has no approver's role on its subject, or is known from a source that does not count.
    Conflict
        It is settled or expired.
    """
    now = project.clock.now()
    with project.change() as connection:
        found = approval.find(connection, ref, now=now)
        found = approval.get(connection, found.ref, now=now, lock=True)
        _check(found, project.actor, project.settings)
        mine = (VOTES.c.approval == found.ref, VOTES.c.actor == project.actor.name)
        connection.execute(VOTES.delete().where(*mine))  # one vote each: the later replaces the earlier
        connection.execute(
            VOTES.insert().values(
                approval=found.ref,
                actor=project.actor.name,
                source=project.actor.source,
                decision=decision,
                comment=redact(comment),
                at=approval.moment(now),
            )
        )
        found = approval.get(connection, found.ref, now=now)
        outcome = _outcome(found, project.settings)
        if outcome is not None:
            approval.settle(connection, found.ref, outcome, now=now)
            found = approval.get(connection, found.ref, now=now)
    call.reads(f"approval:{found.ref}", given=f"approval:{ref}")
    for reference in subject.references(found.subject):
        call.reads(reference)
    return found


def may_approve(actor: Actor, about: str, settings: Settings) -> bool:
    """Whether the actor's vote on a subject counts as settings stand now."""
    role = role_of(actor, settings, *subject.references(about))
    known_well = not settings.approval_sources or actor.source in settings.approval_sources
    return known_well and is_at_least(role, "approver")


def _check(found: Approval, actor: Actor, settings: Settings) -> None:
    what = subject.shown(found.subject)
    if found.state != "open":
        raise Conflict(f"The request {found.ref} is {found.state} already.", hint="See `%mlops approvals`.")
    if actor.name.casefold() == found.requester.casefold():
        raise Refused(
            f"{actor.name} asked for {what}, so somebody else has to decide.",
            hint="Ask a colleague; they find it with `%mlops approvals --mine`.",
        )
    if not may_approve(actor, found.subject, settings):
        raise Refused(
            f"{actor.name} ({actor.source}) may not decide on {what}: it needs an approver"
            + (f" known from {', '.join(settings.approval_sources)}." if settings.approval_sources else "."),
            hint="Ask an admin to change [tool.jupyter-mlops.access] or approval_sources.",
        )


def _outcome(found: Approval, settings: Settings) -> approval.State | None:
    """Return how the votes settle it; those of people who are no approvers any more do not count."""
    counted = [item for item in found.votes if _counts(item, found, settings)]
    if any(item.decision == "deny" for item in counted):
        return "denied"
    people = {item.actor.casefold() for item in counted}  # a name may be written otherwise elsewhere
    return "approved" if len(people) >= found.needed else None


def _counts(item: Vote, found: Approval, settings: Settings) -> bool:
    return may_approve(Actor(item.actor, item.source), found.subject, settings)
