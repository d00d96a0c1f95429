"""Who approved that an alias moves to a version, and still may."""

from __future__ import annotations

from sqlalchemy import Connection

from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import Alias
from jupyter_mlops.governance import approval
from jupyter_mlops.governance.subject import evidence_of, of_promotion
from jupyter_mlops.governance.vote import may_approve
from jupyter_mlops.models.gates.report import Consent, GateReport


def consent(
    project: Project, connection: Connection, version: ModelVersion, alias: Alias, needed: int
) -> Consent:
    """Count the people who approved this very version, whose role still lets them, and who did not ask for it."""
    if not needed:
        return Consent()
    subject = of_promotion(version, alias)
    found = approval.granted(connection, subject, evidence_of(version), project.clock.now())
    asked = {item.requester.casefold() for item in found}
    people: dict[str, str] = {}
    lapsed: dict[str, str] = {}
    used = []
    for item in found:
        counted = [vote for vote in item.votes if vote.decision == "approve"]
        standing = [
            vote for vote in counted if may_approve(Actor(vote.actor, vote.source), subject, project.settings)
        ]
        lapsed |= {vote.actor.casefold(): vote.actor for vote in counted if vote not in standing}
        mine = {vote.actor.casefold(): vote.actor for vote in standing if vote.actor.casefold() not in asked}
        if mine.keys() - people.keys():
            used.append(item.ref)
        people |= mine
    return Consent(
        needed=needed,
        people=tuple(people.values()),
        approvals=tuple(used),
        lapsed=tuple(name for key, name in lapsed.items() if key not in people),
    )


def asking(project: Project, connection: Connection, version: ModelVersion, report: GateReport) -> str:
    """Return the next step of whoever lacks approvals: to wait for those asked for, or to ask."""
    subject = of_promotion(version, report.alias)
    for item in approval.waiting(connection, subject, evidence_of(version), project.clock.now()):
        return (
            f"{item.requester} has asked: {len(item.approvers)} of {item.needed} approved; "
            f"another approver says `%mlops approve {item.ref}`."
        )
    return f"Ask with `{report.asking()}`."


def spend(project: Project, connection: Connection, given: Consent) -> None:
    """Use up the approvals that a promotion stands on.

    Raises
    ------
    Conflict
        One of them does not hold any more.
    """
    for ref in given.approvals:
        approval.spend(connection, ref, project.clock.now())
