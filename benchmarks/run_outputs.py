"""Notebooks with ever more large outputs: twice the cells should take twice the time, here and in papermill."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from measure import Action, Claim, Prepare, Turn, compare, report, times

FEW, MANY, LINES = 250, 500, 150
CELL = f"for line in range({LINES}): print(line, 'x' * 80)"


def written(folder: Path, cells: int) -> Path:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    node = new_notebook(cells=[new_code_cell(CELL) for _ in range(cells)])
    node.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "outputs.ipynb"
    nbformat.write(node, path)
    return path


def ours(folder: Path, *, cells: int) -> Turn:
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.pipelines.file import document
    from jupyter_mlops.pipelines.running.papermill import PapermillRunner
    from jupyter_mlops.pipelines.running.runner import Job

    runner = PapermillRunner(Project.create(folder))
    notebook = document.read(written(folder, cells), "outputs.ipynb")

    def turn(number: int) -> Action:
        job = Job(notebook, folder / f"{number}.ipynb", 60.0, checkpoint=folder / "kept")
        return lambda: runner.run(job, lambda _: None, lambda: False)

    return turn


def papermill(folder: Path, *, cells: int) -> Turn:
    from papermill import execute_notebook

    path = written(folder, cells)
    return lambda number: partial(execute_notebook, path, folder / f"{number}.ipynb", progress_bar=False)


def main() -> None:
    repetitions = min(times(), 1)  # papermill takes minutes
    contenders: dict[str, Prepare] = {}
    for name, made in {"run, with checkpoints": ours, "papermill": papermill}.items():
        contenders |= {f"{name}, {cells} cells": partial(made, cells=cells) for cells in (FEW, MANY)}
    found = compare(contenders, repetitions)
    growth = {
        name: found[f"{name}, {MANY} cells"] / found[f"{name}, {FEW} cells"]
        for name in ("run, with checkpoints", "papermill")
    }
    report(
        f"outputs: {LINES * 85 // 1000} kB from each cell",
        repetitions,
        found,
        Claim("run, twice the cells", growth["run, with checkpoints"], "×", 2.2),
        Claim("papermill, twice the cells", growth["papermill"], "×"),
        Claim(
            f"papermill over run, {MANY} cells",
            found[f"papermill, {MANY} cells"] / found[f"run, with checkpoints, {MANY} cells"],
            "×",
        ),
    )


if __name__ == "__main__":
    main()
