from __future__ import annotations

import pytest

from jupyter_mlops.core.project import Project
from tests.unit.pipelines.factory import Factory


@pytest.fixture
def factory(project: Project) -> Factory:
    """A project with three notebooks, and a conductor that goes on when the test says so."""
    made = Factory(project)
    made.notebook("prepare", "give('rows', n * 10)", parameters="n: int = 1")
    made.notebook("train", "print(rows)", parameters="rows: int = 0")
    made.notebook("report", "print('done')")
    return made
