"""Let another key sign the ledger from now on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call, checkpoint, copies, keys, ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Conflict, MlopsError
from jupyter_mlops.core.note import Signer
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb


class Rekeyed(Record):
    """The key that signs from now on.

    Parameters
    ----------
    is_introduced
        Whether the key before it signed for it; it cannot when it is lost.
    """

    key: str
    previous: str | None
    is_introduced: bool
    note: str

    def card(self) -> Card:
        """Say which key it is, and whether the one before it vouches for it."""
        lost = "The key before it is gone, so that nothing but this line vouches for the new one."
        return Card(
            "Another key signs the ledger now",
            "ok" if self.is_introduced else "warning",
            facts=(("key", self.key), ("was", self.previous or "none"), ("why", self.note)),
            notes=() if self.is_introduced else (lost,),
            next=("%mlops audit --verify",),
        )


@verb("rekey", effect="write", role="admin", foreign=True)
def rekey(
    project: Project,
    *,
    note: Annotated[
        str, Field(max_length=1_000, description="Why, in your own words; the ledger keeps it.")
    ] = "",
) -> Rekeyed:
    """Let another key sign the ledger from now on, vouched for by the one before it unless that is lost."""
    is_given = bool(project.settings.checkpoint_key)
    new = (keys.load(project) if is_given else None) or keys.fresh()
    with project.store.write() as connection:
        ledger.lock(connection)
        before = checkpoint.newest(connection)
        old = _old(project)
        vouches = (
            old is not None and before is not None and old.public in before.keys and old.public != new.public
        )
        if before is not None and before.keys[0] == new.public:
            raise Conflict(f"{new.public.id} signs the ledger already.", hint="Change checkpoint_key first.")
        if (
            checkpoint.take(project, connection, new, *([old] if old and vouches else []), is_new=True)
            is None
        ):
            raise Conflict(
                "There is nothing to sign since the last checkpoint.", hint="Try again after a change."
            )
    if not is_given:
        keys.put(project, new)  # after it was introduced: a crash in between leaves the old one signing
    copies.publish(project)
    previous = str(before.keys[0]) if before else None
    if before is not None:
        call.reads(f"key:{before.keys[0].id}")
    call.makes(f"key:{new.public.id}")
    return Rekeyed(key=str(new.public), previous=previous, is_introduced=vouches or before is None, note=note)


def _old(project: Project) -> Signer | None:
    """Return the project's own key, when it is there and whole."""
    path = keys.path_of(project)
    try:
        return keys.read(path) if path.exists() else None
    except (OSError, MlopsError):
        return None
