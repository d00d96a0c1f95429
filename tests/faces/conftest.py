"""The faces, each on a real project."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from tests.faces.shell import Notebook


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh project that is the working folder."""
    root = tmp_path / "shop"
    Project.create(root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def notebook(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """A notebook in a fresh project, with the extension loaded."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # IPython puts its own there
    shell = Notebook.instance()
    shell.say("%load_ext jupyter_mlops")
    yield shell
    shell.reset(new_session=False)
    Notebook.clear_instance()
