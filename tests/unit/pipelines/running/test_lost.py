from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from jupyter_mlops.pipelines.running.lost import settle
from jupyter_mlops.pipelines.running.runner import CellRun, CellStatus
from tests.notebooks.builder import write_notebook


def cells(*statuses: CellStatus) -> list[CellRun]:
    return [
        CellRun(number=number + 1, id=f"cell-{number}", label="", status=status)
        for number, status in enumerate(statuses)
    ]


class TestSettle:
    @pytest.mark.parametrize("has_output", [True, False])
    def test_what_ran_has_failed(self, tmp_path: Path, has_output: bool) -> None:
        """In the answer, and in the notebook if it was ever saved."""
        output = tmp_path / "a.ipynb"
        if has_output:
            write_notebook(output, "1", "2", "3")
        ended = settle(output, cells("completed", "running", "not_run"), "WorkerDied", "It died.")
        assert [cell.status for cell in ended] == ["completed", "failed", "not_run"]
        assert output.exists() is has_output
        if has_output:
            found = nbformat.read(output, as_version=4).cells
            assert [cell.metadata.papermill.status for cell in found] == ["completed", "failed", "not_run"]
            assert found[1].outputs[0].evalue == "It died."
