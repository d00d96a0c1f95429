"""The data that a run rests on: what its own cells read, and never what others looked at."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.recorder.data_read import basis_of, snapshots_of
from jupyter_mlops.experiments.recorder.proof import Proof, proof_of_object
from tests.unit.experiments.recorder.sessions import Session

SHOP = "orders = load('orders@2')"
LOOK = "people = load('people@1'); print(people, 'orders, but older:', load('orders@1'))"
FIT = "model = [sum(orders)]"


@pytest.fixture
def notebook(project: Project) -> Session:
    """A notebook that can load and keep snapshots by name, as a verb would."""
    session = Session()
    project.session.recorder = session.history

    def load(ref: str) -> list[int]:
        project.session.touch(ref)
        return [len(ref)]

    def keep(_: object, ref: str) -> None:
        project.session.touch(ref, is_made=True)

    for function in (load, keep):  # of a library, as the verbs are
        function.__module__ = "jupyter_mlops.data"
        session.namespace[function.__name__] = function
    session.history.watch(session.namespace)
    session.run("import math", "imports")
    session.history.known_before = frozenset()
    return session


def proof(project: Project, notebook: Session) -> Proof:
    return proof_of_object(project, notebook.namespace["model"])


class TestSnapshotsOf:
    @pytest.mark.parametrize("cells", [(SHOP, LOOK, FIT), (LOOK, SHOP, FIT), (SHOP, FIT, LOOK)])
    def test_only_what_leads_to_the_model_counts(
        self, project: Project, notebook: Session, cells: tuple[str, ...]
    ) -> None:
        """Another dataset, and another version of the same one, were only looked at; in whatever order."""
        for cell in cells:
            notebook.run(cell)
        found = proof(project, notebook)
        assert (snapshots_of(project, found), basis_of(found)) == (("orders@2",), "slice")
        assert len(project.session.snapshots) == 3

    def test_what_leads_to_it_through_other_cells_counts(self, project: Project, notebook: Session) -> None:
        """A join of two."""
        for cell in (SHOP, LOOK, "both = orders + people", "model = [sum(both)]"):
            notebook.run(cell)
        assert snapshots_of(project, proof(project, notebook)) == ("orders@2", "people@1", "orders@1")

    def test_a_snapshot_made_of_its_data_counts(self, project: Project, notebook: Session) -> None:
        """No variable comes of `%mlops snapshot table name`, and yet that is the data; that of another table is not."""
        for cell in (
            "table, other = [1], [2]",
            "keep(table, 'mine@1')",
            "lost = [3]",
            "keep(lost, 'lost@1')",
        ):
            notebook.run(cell)
        notebook.run("model = [sum(table)]")
        assert snapshots_of(project, proof(project, notebook)) == ("mine@1",)

    @pytest.mark.parametrize("doubt", ["exec('1')", "model = [eval('sum(orders)')]"])
    def test_of_an_unproven_slice_the_whole_session_counts(
        self, project: Project, notebook: Session, doubt: str
    ) -> None:
        """Nobody knows what such code read."""
        for cell in (SHOP, LOOK, doubt, FIT if "model" not in doubt else "1"):
            notebook.run(cell)
        found = proof(project, notebook)
        assert (len(snapshots_of(project, found)), basis_of(found)) == (3, "session")

    def test_what_no_cell_touched_counts(self, project: Project, notebook: Session) -> None:
        """A button between two cells loaded it."""
        notebook.run(SHOP)
        project.session.touch("late@1")
        notebook.run(FIT)
        assert snapshots_of(project, proof(project, notebook)) == ("orders@2", "late@1")
