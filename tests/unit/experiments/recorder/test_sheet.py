"""The notebook on disk: what it says counts, unless the cell ran after it was saved."""

from __future__ import annotations

import json
import os
from pathlib import Path

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.recorder.sheet import Written, current
from tests.unit.experiments.recorder.sessions import Session


def saved(project: Project, *cells: tuple[str | None, str], at: float = 4e9) -> Path:
    """Save a notebook of these ids and sources."""
    content = {"cells": [{"cell_type": "code", "id": cell, "source": [source]} for cell, source in cells]}
    path = project.root / "train.ipynb"
    path.write_text(json.dumps(content))
    os.utime(path, (at, at))
    project.session.notebook = "train.ipynb"
    return path


class TestCurrent:
    def test_the_file_says_which_cells_there_are(self, project: Project) -> None:
        """In its order, empty ones left out."""
        session = Session()
        session.run("n = 1", "a")
        saved(project, ("b", "m = 1"), ("c", " "), ("a", "n = 2"))
        assert current(project, session.history) == (Written("b", "m = 1"), Written("a", "n = 2"))

    def test_a_cell_that_ran_after_saving_counts_as_it_ran(self, project: Project) -> None:
        """The file is older than what the kernel knows; a new cell stands below the one before it."""
        session = Session()
        for cell, source in (("a", "n = 2"), ("new", "m = n"), ("b", "k = 1")):
            session.run(source, cell)
        saved(project, ("a", "n = 1"), ("b", "k = 1"), at=1.0)
        found = current(project, session.history)
        assert found == (Written("a", "n = 2"), Written("new", "m = n"), Written("b", "k = 1"))

    def test_without_ids_the_same_source_is_the_same_cell(self, project: Project) -> None:
        """As in front ends that name no cells."""
        session = Session()
        session.run("n = 1")
        saved(project, ("x", "n = 1"))
        assert current(project, session.history) == (Written(session.history.executions[0].cell, "n = 1"),)

    def test_a_file_that_is_not_known_or_not_whole_says_nothing(self, project: Project) -> None:
        """Unsaved, renamed, or being written."""
        session = Session()
        assert current(project, session.history) is None
        saved(project).write_text('{"cells": [')
        assert current(project, session.history) is None
        project.session.notebook = "renamed.ipynb"
        assert current(project, session.history) is None
