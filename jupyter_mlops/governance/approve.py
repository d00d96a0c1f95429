"""Agree to what somebody asks."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import ApprovalRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.vote import vote

Comment: TypeAlias = Annotated[
    str, Field(max_length=1_000, description="Why, in your own words; the ledger keeps it.")
]


@verb("approve", effect="write", role="approver")
def approve(project: Project, ref: ApprovalRef, *, comment: Comment = "") -> Approval:
    """Approve what somebody else asks: a promotion, or the next step of a pipeline."""
    return vote(project, ref, "approve", comment)
