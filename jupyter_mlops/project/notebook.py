"""What is known of a notebook without running it."""

from __future__ import annotations

from itertools import islice

from jupyter_mlops.core import ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import RunRef
from jupyter_mlops.experiments.provenance import BRANCH, COMMIT, DIRTY, git
from jupyter_mlops.pipelines.file.document import find
from jupyter_mlops.pipelines.file.parameter_shown import ParameterShown, of_notebook
from jupyter_mlops.pipelines.file.parameters import read_parameters

_RUNS = 10
_FAR = 2_000


class NotebookShown(Record):
    """A notebook's parameters, the commit it stands in, and its newest runs."""

    path: str
    parameters: tuple[ParameterShown, ...]
    commit: str
    branch: str
    is_dirty: bool
    runs: tuple[RunRef, ...]

    def card(self) -> Card:
        """Show what it can be given, and how to run it."""
        facts = [
            (item.name, f"{item.type} = {item.default}" if item.default else item.type)
            for item in self.parameters
        ]
        if self.commit:
            facts.append(
                ("git", f"{self.branch} {self.commit[:8]}{' with changes' if self.is_dirty else ''}")
            )
        facts += [("runs", ", ".join(self.runs))] if self.runs else []
        return Card(self.path, "info", tuple(facts), next=(f"%mlops run {self.path}",))


def notebook(project: Project, ref: str) -> NotebookShown:
    """Read a notebook's parameters, its place in git, and its newest runs by the ledger."""
    found = find(project.root, ref)
    state = git(project.root)
    return NotebookShown(
        path=found.name,
        parameters=tuple(of_notebook(item) for item in read_parameters(found.node.cells)),
        commit=state.get(COMMIT, ""),
        branch=state.get(BRANCH, ""),
        is_dirty=state.get(DIRTY) == "true",
        runs=tuple(_runs(project, found.name)),
    )


def _runs(project: Project, name: str) -> list[RunRef]:
    """Return the newest runs of a notebook, as far back as a panel should look each time something changes."""
    with project.store.read() as connection:
        events = ledger.entries(connection, newest=True, settled=True, limit=_FAR)
        mine = (event for event in events if f"notebook:{name}" in event.inputs)
        made = (reference for event in mine for reference in event.outputs if reference.startswith("run:"))
        return [reference.removeprefix("run:") for reference in islice(made, _RUNS)]
