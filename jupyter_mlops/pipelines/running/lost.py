"""The output of a run whose runner is gone: made as truthful as what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.runner import CellRun


def settle(output: Path, cells: Sequence[CellRun], name: str, message: str) -> tuple[CellRun, ...]:
    """Say in the notebook at *output* how its cells ended, and return that: one that ran has failed.

    Parameters
    ----------
    cells
        How they stood when they were last heard of.
    name, message
        What is shown in the cell that ran.
    """
    from nbformat import NotebookNode

    ended = [
        cell.model_copy(update={"status": "failed"}) if cell.status == "running" else cell for cell in cells
    ]
    if not output.exists():
        return tuple(ended)
    known = {cell.id: cell.status for cell in ended}
    node = document.read(output, output.name).node
    for cell in node.cells:
        if cell.id in known:
            cell.metadata.setdefault("papermill", {}).update(status=known[cell.id])
        if known.get(cell.id) == "failed":
            error = {"ename": name, "evalue": message, "traceback": [message]}
            cell.outputs.append(NotebookNode(output_type="error", **error))
    document.write(node, output)
    return tuple(ended)
