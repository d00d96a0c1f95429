"""Say no to what somebody asks."""

from __future__ import annotations

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import ApprovalRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.approve import Comment
from jupyter_mlops.governance.vote import vote


@verb("deny", effect="write", role="approver")
def deny(project: Project, ref: ApprovalRef, *, comment: Comment = "") -> Approval:
    """Deny what somebody else asks, and say why."""
    if not comment.strip():
        raise Invalid("A denial needs a reason.", hint=f'Say `%mlops deny {ref} --comment "why not"`.')
    return vote(project, ref, "deny", comment)
