"""Pipeline files and tagged notebooks for the tests of them."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from jupyter_mlops.core.project import Project

Source = str | tuple[str, ...]


def tagged(*cells: Source) -> list[nbformat.NotebookNode]:
    """Make code cells: a source, or a source with its tags."""
    pairs = [(cell, ()) if isinstance(cell, str) else (cell[0], cell[1:]) for cell in cells]
    return [
        new_code_cell(source, id=f"cell-{number}", metadata={"tags": list(tags)} if tags else {})
        for number, (source, tags) in enumerate(pairs)
    ]


def write_tagged(project: Project, *cells: Source, name: str = "train.ipynb") -> Path:
    """Write a notebook of such cells into the project."""
    node = new_notebook(cells=tagged(*cells))
    node.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(node, path)
    return path


def write_pipeline(project: Project, text: str, name: str = "retrain") -> Path:
    """Write a pipeline file into the project."""
    path = project.root / f"{name}.pipeline.toml"
    path.write_text(text, encoding="utf-8")
    return path
