"""What others see of a notebook while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from jupyter_mlops.pipelines.durable import notebook_step
from jupyter_mlops.pipelines.durable.account import StepRun
from jupyter_mlops.pipelines.running.runner import CellProgress, CellRun, Failure, Job, NotebookRun
from tests.unit.pipelines.factory import Factory

EVERY_S = 0.05
PATIENCE_S = 10


class LongCell:
    """Run two cells: the second begins at once, and lasts until somebody has seen it run."""

    def __init__(self, is_seen: Callable[[], bool]) -> None:
        self._is_seen = is_seen

    def run(
        self, job: Job, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> NotebookRun:
        first, second = (
            CellRun(number=number, id=f"cell-{number}", label="", status="not_run") for number in (1, 2)
        )
        for cells in [(_as(first, "running"), second), (_as(first, "completed"), _as(second, "running"))]:
            observe(CellProgress(0, 2, "", cells[0], cells))
        until = time.monotonic() + PATIENCE_S
        while not self._is_seen() and time.monotonic() < until:
            cancelled()
        return NotebookRun(status="completed", kernel="python3", duration_s=0.0)


class Cancelled:
    """Be cancelled after the output has been begun."""

    def run(
        self, job: Job, _observe: Callable[[CellProgress], None], _cancelled: Callable[[], bool]
    ) -> NotebookRun:
        job.output.write_text("{}")
        failure = Failure(cause="cancelled", cell=0, label="", name="Cancelled", message="Cancelled.")
        return NotebookRun(status="cancelled", kernel="python3", duration_s=1.0, failure=failure)


def _as(cell: CellRun, status: str) -> CellRun:
    return cell.model_copy(update={"status": status})


class TestProgress:
    def test_a_cell_that_began_right_after_another_is_seen_while_it_runs(
        self, factory: Factory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Though not every beginning is told; and so is where its output grows."""
        monkeypatch.setattr(notebook_step, "_NOTE_EVERY_S", EVERY_S)
        factory.pipeline('[steps.report]\nnotebook = "report.ipynb"\n')
        execution = factory.launch()
        seen: list[StepRun] = []

        def is_seen() -> bool:
            (step,) = factory.account(execution).steps
            if [cell.status for cell in step.cells] == ["completed", "running"]:
                seen.append(step)
            return bool(seen)

        factory.project._services["runner"] = LongCell(is_seen)
        factory.finish()
        assert seen[0].output == f".mlops/runs/{execution}/report/report.ipynb"


class TestCancelled:
    def test_its_run_is_killed_with_its_output_and_little_else(self, factory: Factory) -> None:
        """A worker that is told to stop has seconds: no metrics, and no words on why."""
        factory.pipeline('[steps.report]\nnotebook = "report.ipynb"\n')
        execution = factory.launch()
        factory.project._services["runner"] = Cancelled()
        factory.finish()
        (step,) = factory.account(execution).steps
        run = factory.project.tracker.run(str(step.run))
        assert (run.status, dict(run.metrics), "jupyter_mlops.cause" in run.tags) == ("killed", {}, False)
        assert factory.project.tracker.artifact(run, "report.ipynb") == b"{}"
