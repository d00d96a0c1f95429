"""Vouch for a version that somebody else put into the registry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Conflict, Invalid, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import VersionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.models import consents
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.safe import DIGITS, Origin, check_origin

Digest = Annotated[
    str,
    Field(
        pattern=rf"^(sha256:)?[0-9a-f]{{{DIGITS},64}}$",
        description="The digest of its files, as the refusal and `card` show it; 16 digits or more.",
        examples=["3f9a12cd4e5f6071"],
    ),
]
Why = Annotated[
    str,
    Field(
        min_length=3,
        max_length=1_000,
        description="How you know that its code is harmless; the ledger keeps it.",
        examples=["built by the fraud team, ticket 12"],
    ),
]


@verb("trust", effect="write", role="approver")
def trust(project: Project, version: VersionRef, digest: Digest, why: Why) -> Origin:
    """Vouch for the very files of a version that others registered, so that it may be loaded.

    A pickle among them runs its makers' code. When a byte of the files changes, the version is refused again.

    Raises
    ------
    Refused
        They are not what was registered.
    Conflict
        They have another digest.
    Invalid
        It loads without that.
    """
    found = find(project, version)
    call.reads(f"version:{found.ref}", given=f"version:{version}")
    origin = check_origin(project, found)
    if origin.status == "altered":
        raise Refused(
            f"{found.ref} is not what was registered: {origin.reason}",
            hint="Bring its files back from a backup, or register the model anew.",
        )
    if origin.status in {"signed", "trusted"}:
        raise Invalid(f"{found.ref} is {origin.status}, and loads without that.", hint="Use it.")
    if not origin.digest.startswith(digest.removeprefix("sha256:")):
        raise Conflict(
            f"The files of {found.ref} have the digest {origin.digest[:DIGITS]}, not {digest[:DIGITS]}.",
            hint="Look at what is there now, then name that digest.",
        )
    call.because(consents.reason(origin.digest, why))
    said = f"{project.actor.name} trusts these very files: {why}"
    return origin.model_copy(update={"status": "consented", "reason": said})
