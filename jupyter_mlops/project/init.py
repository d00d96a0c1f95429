"""Make a folder a project."""

from __future__ import annotations

from jupyter_mlops.core import keys, ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import FOLDER, Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb


class Initialised(Record):
    """A project that is ready.

    Parameters
    ----------
    key
        The public key that its ledger is signed with; keep it where nobody can change it.
    """

    root: str
    is_new: bool
    key: str | None = None

    def card(self) -> Card:
        """Say where it is, and what comes first."""
        title = f"Project {self.root} is ready" if self.is_new else f"{self.root} is a project already"
        state = f"{FOLDER}/ holds its runs, models, data and ledger; git ignores it."
        facts = (("key", self.key),) if self.key else ()
        return Card(title, facts=facts, notes=(state,), next=("%mlops snapshot df NAME", "%mlops demo"))


@verb("init", effect="write", anywhere=True)
def init(project: Project) -> Initialised:
    """Make this folder a project: one .mlops folder that holds its state."""
    project.prepare()
    with project.store.read() as connection:
        is_new = ledger.last(connection) == 0
    return Initialised(root=str(project.root), is_new=is_new, key=_key(project, is_new=is_new))


def _key(project: Project, *, is_new: bool) -> str | None:
    try:
        signer = keys.load(project) or (keys.make(project) if is_new else None)
    except MlopsError:
        return None  # settings refer to one that is not at hand here: others may have it
    return str(signer.public) if signer else None
