"""A notebook of ten cells: ours, with and without checkpoints, against bare nbclient and papermill."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from measure import Action, Claim, Turn, compare, report, times

OURS, KEPT, BARE, PAPERMILL = "run", "run, with checkpoints", "bare nbclient", "papermill"
CELLS = (
    "import json, math, random",
    "random.seed(7)",
    "rows = [{'id': n, 'value': random.random()} for n in range(1000)]",
    "def mean(values):\n    return sum(values) / len(values)",
    "average = mean([row['value'] for row in rows])",
    "above = [row for row in rows if row['value'] > average]",
    "print(len(above), 'above')",
    "by_id = {row['id']: row for row in above}",
    "summary = {'mean': average, 'root': math.sqrt(len(rows)), 'above': len(above)}",
    "print(json.dumps(summary))",
)


def written(folder: Path) -> Path:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    node = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    node.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "ten.ipynb"
    nbformat.write(node, path)
    return path


def ours(folder: Path, *, keeps: bool) -> Turn:
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.pipelines.file import document
    from jupyter_mlops.pipelines.running.papermill import PapermillRunner
    from jupyter_mlops.pipelines.running.runner import Job

    project = Project.create(folder)
    notebook = document.read(written(folder), "ten.ipynb")
    runner = PapermillRunner(project)

    def turn(number: int) -> Action:
        checkpoint = folder / "kept" / str(number) if keeps else None
        job = Job(notebook, folder / str(number) / "ten.ipynb", 60.0, checkpoint=checkpoint)
        return lambda: runner.run(job, lambda _: None, lambda: False)

    return turn


def bare(folder: Path) -> Turn:
    import nbformat
    from nbclient import NotebookClient

    path = written(folder)

    def execute() -> None:
        node = nbformat.read(path, as_version=4)
        NotebookClient(node, kernel_name="python3").execute()
        nbformat.write(node, folder / "out.ipynb")

    return lambda _number: execute


def papermill(folder: Path) -> Turn:
    from papermill import execute_notebook

    path = written(folder)
    return lambda _number: partial(execute_notebook, path, folder / "out.ipynb", progress_bar=False)


def main() -> None:
    repetitions = times()
    contenders = {OURS: partial(ours, keeps=False), KEPT: partial(ours, keeps=True)}
    found = compare({**contenders, BARE: bare, PAPERMILL: papermill}, repetitions)
    claims = []
    for name in contenders:
        claims.append(Claim(f"{name}, ratio to {BARE}", found[name] / found[BARE], "×", 1.25))
        claims.append(Claim(f"{name}, ratio to {PAPERMILL}", found[name] / found[PAPERMILL], "×", 1))
    report("a notebook of ten cells", repetitions, found, *claims)


if __name__ == "__main__":
    main()
