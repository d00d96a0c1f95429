"""Ask others to approve a promotion."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Alias, VersionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.governance import approval
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.guard import approvals_needed, deciders
from jupyter_mlops.governance.subject import evidence_of, of_promotion

DEFAULT = "champion"


@verb("request", effect="write")
def request(
    project: Project,
    subject: VersionRef,
    *,
    to: Alias = DEFAULT,
    message: Annotated[
        str, Field(max_length=1_000, description="What the approvers should know; the ledger keeps it.")
    ] = "",
    needed: Annotated[
        int | None,
        Field(ge=1, le=20, description="How many must approve, if not as many as the gate asks for."),
    ] = None,
    days: Annotated[
        float, Field(gt=0, le=90, description="Days until it expires, an approval included.")
    ] = 7,
    withdraw: Annotated[bool, Field(description="Take your request back instead.")] = False,
) -> Approval:
    """Ask others to approve that an alias, champion unless another is named, moves to a version."""
    version = project.tracker.resolve(subject)
    call.reads(f"version:{version.ref}", given=f"version:{subject}")
    now = project.clock.now()
    with project.change() as connection:
        if withdraw:
            asked = _own(project, approval.find(connection, version.ref, now=now))
            approval.withdraw(connection, asked, now)
        else:
            asked = approval.ask(
                connection,
                of_promotion(version, to),
                message=message,
                requester=project.actor,
                now=now,
                expires_at=now + timedelta(days=days),
                needed=needed or max(1, approvals_needed(project.settings, version.name, to)),
                evidence=evidence_of(version),
            )
        found = approval.get(connection, asked, now=now)
    return found.model_copy(update={"deciders": deciders(project.settings, found.subject, found.requester)})


def _own(project: Project, found: Approval) -> str:
    if found.requester != project.actor.name:
        raise Refused(
            f"{found.requester} asked for it, not {project.actor.name}.", hint="An approver can deny it."
        )
    if found.state != "open":
        raise NotFound(f"Nothing is open: {found.ref} is {found.state}.", hint="See `%mlops approvals`.")
    return found.ref
