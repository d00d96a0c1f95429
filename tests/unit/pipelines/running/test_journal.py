from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from jupyter_mlops.pipelines.running.journal import Journal
from jupyter_mlops.pipelines.running.runner import CellProgress


class Desk:
    """A journal of three cells, what it saved, and what it said."""

    def __init__(self) -> None:
        cells = [new_markdown_cell("# Top"), new_code_cell("1"), new_code_cell("2"), new_code_cell("3")]
        self.node = new_notebook(cells=cells)
        self.saved: list[str] = []
        self.said: list[CellProgress] = []
        self.journal = Journal(
            self.node, lambda node: self.saved.append(nbformat.writes(node)), self.said.append
        )
        self.journal.begin()

    def statuses(self) -> list[str]:
        return [cell.metadata.papermill.status for cell in self.node.cells]


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestStatus:
    def test_all_well(self, desk: Desk) -> None:
        """Every cell completed, each with its time."""
        for index in desk.journal.positions:
            desk.journal.started(index)
            desk.journal.completed(index)
        desk.journal.finish()
        answer = desk.journal.answer("python3", ())
        assert desk.statuses() == ["completed"] * 4
        assert answer.status == "completed"
        assert all(cell.duration_s is not None for cell in answer.cells)

    def test_a_dead_cell_is_failed_and_the_rest_not_run(self, desk: Desk) -> None:
        """papermill says `completed` for both."""
        desk.journal.started(1)
        desk.journal.failed(1, "kernel_died", "The kernel died (signal SIGKILL).")
        desk.journal.finish()
        assert desk.statuses() == ["completed", "failed", "not_run", "not_run"]
        assert desk.node.cells[1].outputs[0].ename == "KernelDied"
        assert desk.node.metadata.papermill["exception"] is True

    def test_a_fault_of_the_runner_is_a_failed_cell(self, desk: Desk) -> None:
        """No cell is left running."""
        desk.journal.started(1)
        desk.journal.broke(OSError("disk full"))
        desk.journal.finish()
        assert "running" not in desk.statuses()
        assert desk.journal.answer("python3", ()).failure is not None

    def test_progress_names_the_cell(self, desk: Desk) -> None:
        """The heading above, or the first line, how many are done, and how each one stands."""
        desk.journal.started(1)
        desk.journal.completed(1)
        desk.journal.started(2)
        assert [(at.done, at.total, at.label) for at in desk.said] == [
            (0, 3, "Top"),
            (1, 3, "Top"),
            (1, 3, "2"),
        ]
        assert [cell.status for cell in desk.said[-1].cells] == ["completed", "running", "not_run"]


class TestSaving:
    def test_it_is_rare(self, desk: Desk) -> None:
        """At the start and the end, not after each cell."""
        for index in desk.journal.positions:
            desk.journal.started(index)
            desk.journal.completed(index)
        desk.journal.finish()
        assert len(desk.saved) == 2

    def test_an_earlier_execution_is_cleared(self) -> None:
        """Outputs and counts of the source are gone from the first save on."""
        node = new_notebook(cells=[new_code_cell("1", execution_count=7)])
        Journal(node, lambda _: None, lambda _: None).begin()
        assert node.cells[0].execution_count is None
