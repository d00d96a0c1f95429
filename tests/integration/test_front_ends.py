"""The recorder behind other front ends than Lab: each names what it can, and none is told anything wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.experiments.recorder.run_record import PATH, RunRecord
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from tests.integration.kernels import Kernel, started

CELLS = ("%load_ext jupyter_mlops", "n = 1", "%%mlops record\nm = n + 1", "%mlops status")
WRONG = ("Traceback", "Error", "WARN", "unproven", "stale")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A fresh project, with a notebook of four cells."""
    Project.create(tmp_path)
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(CELLS)]
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernelspec}), tmp_path / "train.ipynb"
    )
    return tmp_path


@pytest.fixture
def kernel(root: Path) -> Iterator[Kernel]:
    with started(root) as kernel:
        yield kernel


def recorded(root: Path) -> tuple[Run, RunRecord]:
    """Return the one run, and its record."""
    tracker = MlflowTracker(Project(root))
    (run,) = tracker.runs().runs
    return run, RunRecord.model_validate_json(tracker.artifact(run, PATH) or b"")


def command(root: Path, *words: str) -> str:
    """Run a command in the project's folder; return what it says."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"},
    )
    return done.stdout + done.stderr


def outputs(path: Path) -> str:
    """Return all text that a notebook's cells show."""
    notebook = nbformat.read(path, as_version=4)
    shown = [output for cell in notebook.cells for output in cell.outputs]
    return "\n".join(output.get("text") or output["data"]["text/plain"] for output in shown)


def assert_silent(text: str) -> None:
    """Nothing is shown that is wrong."""
    assert [word for word in WRONG if word in text] == []


class TestVsCode:
    def test_cells_by_their_addresses_and_the_notebook_by_its_variable(
        self, kernel: Kernel, root: Path
    ) -> None:
        """It names cells by URIs that its files do not keep, and sets a variable."""
        kernel.run(f"__vsc_ipynb_file__ = {str(root / 'train.ipynb')!r}")
        said = ""
        for number, source in enumerate(CELLS):
            address = f"vscode-notebook-cell:{root}/train.ipynb#W{number}sZmlsZQ%3D%3D"
            assert kernel.run(source, metadata={"cellId": address})["status"] == "ok"
            said += kernel.text
        run, record = recorded(root)
        assert (run.name, run.tags["jupyter_mlops.notebook"]) == ("train", "train.ipynb")
        assert [cell.source for cell in record.cells if cell.number in record.slice] == list(CELLS[1:3])
        assert (record.is_proven, "4 fresh" in said or "3 fresh" in said) == (True, True)
        assert_silent(said)


class TestColab:
    def test_without_ids_and_widgets(self, kernel: Kernel, root: Path) -> None:
        """Cells are known by their sources; the notebook has no name that a kernel could know."""
        kernel.run("import sys; sys.modules['ipywidgets'] = None")
        said = ""
        for source in CELLS:
            assert kernel.run(source)["status"] == "ok"
            said += kernel.text
        run, record = recorded(root)
        assert (run.name, record.notebook, record.is_proven) == ("cell", "", True)
        assert_silent(said)


class TestIpython:
    def test_without_a_kernel(self, root: Path) -> None:
        """The terminal's shell, reading a script of cells."""
        (root / "cells.ipy").write_text(
            "%load_ext jupyter_mlops\nn = 1\nget_ipython().run_cell_magic('mlops', 'record one', 'm = n + 1')\n"
        )
        said = command(root, "-m", "IPython", "--no-banner", "--colors=nocolor", "cells.ipy")
        assert recorded(root)[0].name == "one"
        assert_silent(
            said.replace("unproven", "")
        )  # a script is one cell, read by get_ipython: nobody can tell


class TestBatch:
    def test_papermill(self, root: Path) -> None:
        """It names neither cells nor notebook."""
        command(root, "-m", "papermill", "train.ipynb", "out.ipynb", "--no-progress-bar")
        _, record = recorded(root)
        assert (record.is_proven, len(record.slice)) == (True, 2)
        assert_silent(outputs(root / "out.ipynb"))

    def test_nbconvert(self, root: Path) -> None:
        """It names the cells."""
        command(
            root, "-m", "nbconvert", "--to", "notebook", "--execute", "train.ipynb", "--output", "out.ipynb"
        )
        _, record = recorded(root)
        assert (record.is_proven, len(record.slice)) == (True, 2)
        assert_silent(outputs(root / "out.ipynb"))
