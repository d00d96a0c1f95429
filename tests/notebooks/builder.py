"""Small notebooks, and a runner that needs no kernel."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from jupyter_mlops.pipelines import document
from jupyter_mlops.pipelines.document import label, runnable
from jupyter_mlops.pipelines.literal import cell_source
from jupyter_mlops.pipelines.runner import CellProgress, CellRun, Failure, Job, NotebookRun


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
    """Run the cells in this process, as the Runner port says; `job` is the last one."""

    def __init__(self) -> None:
        self.job: Job | None = None

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
        positions, names, cells, failure = runnable(node.cells), {}, [], None
        for number, index in enumerate(positions, 1):
            cell, shown = node.cells[index], label(node.cells, index)
            if failure is None and cancelled():
                failure = Failure(
                    cause="cancelled", cell=number, label=shown, name="Cancelled", message="Cancelled."
                )
            if failure is not None:
                cells.append(CellRun(number=number, id=cell.id, label=shown, status="not_run"))
                continue
            observe(CellProgress(number - 1, len(positions), shown))
            error = _execute(cell, names)
            status = "completed" if error is None else "failed"
            cells.append(CellRun(number=number, id=cell.id, label=shown, status=status, duration_s=0.001))
            if error is not None:
                name, message = type(error).__name__, str(error)
                failure = Failure(cause="error", cell=number, label=shown, name=name, message=message)
        done = sum(cell.status == "completed" for cell in cells)
        observe(CellProgress(done, len(positions), ""))
        job.output.parent.mkdir(parents=True, exist_ok=True)
        document.write(node, job.output)
        status = "completed" if failure is None else "cancelled" if failure.cause == "cancelled" else "failed"
        return NotebookRun(
            status=status, kernel="python3", duration_s=0.01, cells=tuple(cells), failure=failure
        )


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
