"""What the snippets run in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from jupyter_mlops.core.project import Project

RunCells = Callable[[Sequence[str]], nbformat.NotebookNode]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh working folder, no project yet."""
    made = tmp_path / "shop"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def here(folder: Path) -> Path:
    """A fresh project that is the working folder."""
    Project.create(folder)
    return folder


@pytest.fixture
def run_cells(folder: Path) -> RunCells:
    """Run cells in a real kernel in the working folder, errors kept as outputs."""

    def run(sources: Sequence[str]) -> nbformat.NotebookNode:
        node = new_notebook(cells=[new_code_cell(source) for source in sources])
        resources = {"metadata": {"path": str(folder)}}
        client = NotebookClient(
            node, timeout=120, kernel_name="python3", resources=resources, allow_errors=True
        )
        return client.execute()

    return run
