"""Small notebooks, and a runner that needs no kernel."""

from __future__ import annotations

import _thread
import contextlib
import io
import json
import time
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.file.document import label, runnable
from jupyter_mlops.pipelines.file.literal import cell_source
from jupyter_mlops.pipelines.output import FOLDER, plain
from jupyter_mlops.pipelines.running.runner import Cause, CellProgress, CellRun, Failure, Job, NotebookRun


def write_notebook(
    path: Path, *sources: str, parameters: str | None = None, kernel: str | None = "python3"
) -> Path:
    """Write a notebook with these code cells, the parameters cell first."""
    cells = [new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    if parameters is not None:
        cells.insert(0, new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]}))
    node = new_notebook(cells=cells)
    if kernel is not None:
        node.metadata.kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(node, path)
    return path


class FakeRunner:
    """Run the cells in this process, as the Runner port says; `job` is the last one.

    Attributes
    ----------
    interrupts
        Press Ctrl-C during the run, which then waits to be cancelled.
    before
        Is called with the job before its first cell.

    Notes
    -----
    Cells may call `give(name, value)`, which is what `%mlops output` does.
    """

    def __init__(self) -> None:
        self.job: Job | None = None
        self.interrupts = False
        self.before: Callable[[Job], object] | None = None

    def run(
        self, job: Job, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> NotebookRun:
        """Run every cell until one fails."""
        self.job = job
        node = deepcopy(job.notebook.node)
        if job.parameters:
            place = next(
                i for i, cell in enumerate(node.cells) if "parameters" in cell.metadata.get("tags", [])
            )
            node.cells.insert(place + 1, new_code_cell(cell_source(job.parameters), id="injected-parameters"))
        positions, failure = runnable(node.cells), None
        names: dict[str, object] = {"give": _Giver(job.environment.get(FOLDER, ""))}
        if self.before is not None:
            self.before(job)
        if self.interrupts:
            _interrupt(cancelled)
        cells = [
            CellRun(number=number, id=node.cells[at].id, label=label(node.cells, at), status="not_run")
            for number, at in enumerate(positions, 1)
        ]

        def tell(at: int, **known: object) -> CellRun:
            cells[at] = cells[at].model_copy(update=known)
            done = sum(cell.status == "completed" for cell in cells)
            observe(CellProgress(done, len(cells), cells[at].label, cells[at], tuple(cells)))
            return cells[at]

        for at, index in enumerate(positions):
            if cancelled():
                failure = _failure(cells[at], "cancelled", "Cancelled", "Cancelled.")
                break
            tell(at, status="running", started_at=datetime.now(UTC))
            error = _execute(node.cells[index], names)
            tell(at, status="completed" if error is None else "failed", duration_s=0.001)
            if error is not None:
                failure = _failure(cells[at], "error", type(error).__name__, str(error))
                break
        job.output.parent.mkdir(parents=True, exist_ok=True)
        document.write(node, job.output)
        status = "completed" if failure is None else "cancelled" if failure.cause == "cancelled" else "failed"
        return NotebookRun(
            status=status, kernel="python3", duration_s=0.01, cells=tuple(cells), failure=failure
        )


def _failure(cell: CellRun, cause: Cause, name: str, message: str) -> Failure:
    return Failure(cause=cause, cell=cell.number, label=cell.label, name=name, message=message)


class _Giver:
    """Leave values for later steps."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def __call__(self, name: str, value: object) -> None:
        (self._folder / f"{name}.json").write_text(json.dumps(plain(name, value)))


def _interrupt(true: Callable[[], bool], patience_s: float = 20) -> None:
    _thread.interrupt_main()
    until = time.monotonic() + patience_s
    while not true() and time.monotonic() < until:
        time.sleep(0.01)


def _execute(cell: nbformat.NotebookNode, names: dict[str, object]) -> Exception | None:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(cell.source, names)
    except Exception as error:  # noqa: BLE001 - a cell may raise anything
        cell.outputs.append(
            new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[str(error)])
        )
        return error
    finally:
        if printed.getvalue():
            cell.outputs.insert(0, new_output("stream", name="stdout", text=printed.getvalue()))
    return None
