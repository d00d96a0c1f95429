"""Sign the ledger as it stands."""

from __future__ import annotations

from jupyter_mlops.core import copies, keys, ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.checkpoint import newest, take
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb


class CopyState(Record):
    """How far one copy is, and what went wrong if something did."""

    destination: str
    size: int
    reason: str


class Signed(Record):
    """The ledger's last checkpoint.

    Parameters
    ----------
    size
        How many lines it signs.
    key
        The public key that it is checked with; keep it where nobody can change it.
    note
        Its text, as transparency logs write it.
    """

    size: int
    key: str
    note: str
    copies: tuple[CopyState, ...]

    @property
    def is_well(self) -> bool:
        """Whether every copy is there."""
        return all(copy.size == self.size for copy in self.copies)

    def card(self) -> Card:
        """Say what is signed, and where the copies are."""
        rows = tuple((item.destination, f"line {item.size}", item.reason) for item in self.copies)
        note = "Tamper-evidence: local only. Name a place for copies in the setting checkpoint_copy."
        return Card(
            f"{self.size} lines are signed",
            "ok" if self.is_well else "warning",
            facts=(("key", self.key),),
            columns=("copy", "up to", "trouble") if rows else (),
            rows=rows,
            notes=() if rows else (note,),
            next=("%mlops audit --verify",),
        )


@verb("checkpoint", effect="write", foreign=True)
def checkpoint(project: Project) -> Signed:
    """Sign the ledger as it stands, and copy the signature to where settings say."""
    signer = keys.load(project)
    with project.store.write() as connection:
        ledger.lock(connection)
        before = newest(connection)
        if signer is None and before is not None:
            raise NotFound(
                f"The key {before.keys[0].id}, which signed the ledger so far, is gone.",
                hint="Bring it back, or let another one go on with `%mlops rekey --note WHY`.",
            )
        take(project, connection, signer or keys.make(project))
        made = newest(connection)
    if made is None or (before == made and signer is not None and signer.public not in made.keys):
        raise Conflict(
            "The key is not the one that signed the ledger so far.",
            hint="Bring that one back, or introduce this one with `%mlops rekey --note WHY`.",
        )
    reached = copies.publish(project)
    states = tuple(
        CopyState(destination=item.destination, size=item.size, reason=item.reason) for item in reached
    )
    return Signed(size=made.size, key=str(made.keys[0]), note=made.note, copies=states)
