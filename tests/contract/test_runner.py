"""What every runner does; each adapter passes the same suite."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from distributed import LocalCluster

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.dask_runner import DaskRunner
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import CellProgress, Job, NotebookRun, Runner
from tests.notebooks.builder import FakeRunner, write_notebook

RUNNERS: dict[str, Callable[[Project, str], Runner]] = {
    "fake": lambda *_: FakeRunner(),
    "papermill": lambda project, _: PapermillRunner(project),
    "dask": DaskRunner,
}


class Bench:
    """A runner, and what was heard of its last run."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self.runner = runner
        self.folder = folder
        self.heard: list[CellProgress] = []
        self.output = folder / "out" / "a.ipynb"

    def run(
        self, *sources: str, parameters: str | None = None, given: dict[str, object] | None = None
    ) -> NotebookRun:
        path = write_notebook(self.folder / "a.ipynb", *sources, parameters=parameters)
        self.digest = hashlib.sha256(path.read_bytes()).hexdigest()
        notebook = document.read(path, path.name)
        job = Job(notebook, self.output, 60.0, given or {})
        return self.runner.run(job, self.heard.append, lambda: False)

    def written(self) -> nbformat.NotebookNode:
        found = nbformat.read(self.output, as_version=4)
        nbformat.validate(found)
        return found


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Dask cluster with one worker."""
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as made:
        yield str(made.scheduler_address)


@pytest.fixture(params=RUNNERS)
def bench(request: pytest.FixtureRequest, project: Project) -> Bench:
    address = request.getfixturevalue("cluster") if request.param == "dask" else ""
    return Bench(RUNNERS[request.param](project, address), project.root)


class TestRunner:
    def test_a_run_to_the_end(self, bench: Bench) -> None:
        """Every cell completed, its output kept, progress heard, the given values in a cell of their own."""
        answer = bench.run("print(n * 2)", parameters="n = 1", given={"n": 21})
        assert answer.status == "completed"
        assert [(cell.number, cell.id, cell.status) for cell in answer.cells] == [
            (1, "parameters", "completed"),
            (2, "injected-parameters", "completed"),
            (3, "cell-0", "completed"),
        ]
        assert bench.written().cells[2].outputs[0].text == "42\n"
        assert [at.done for at in bench.heard] == [0, 1, 1, 2, 2, 3]
        assert [(at.cell.number, at.cell.status) for at in bench.heard[-2:]] == [
            (3, "running"),
            (3, "completed"),
        ]
        assert (bench.heard[-1].total, bench.heard[-1].label) == (3, "print(n * 2)")
        assert bench.heard[-1].cells == answer.cells
        assert all(cell.started_at is not None and cell.duration_s is not None for cell in answer.cells)

    def test_a_cell_that_raises(self, bench: Bench) -> None:
        """It failed, the later ones were not run, and the output is a valid notebook."""
        answer = bench.run("x = 1", "{}['key']", "x = 2")
        assert answer.status == "failed"
        assert [cell.status for cell in answer.cells] == ["completed", "failed", "not_run"]
        assert answer.failure is not None
        assert (answer.failure.cause, answer.failure.cell) == ("error", 2)
        assert (answer.failure.name, answer.failure.message) == ("KeyError", "'key'")
        assert bench.written().cells[1].outputs[0].ename == "KeyError"

    def test_the_source_is_never_written(self, bench: Bench) -> None:
        """Not a byte of it."""
        bench.run("1")
        assert hashlib.sha256((bench.folder / "a.ipynb").read_bytes()).hexdigest() == bench.digest
