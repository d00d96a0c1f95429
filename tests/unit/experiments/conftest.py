"""What tests of experiments may ask for."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.project import Project
from tests.unit.experiments.reproducing import Again


@pytest.fixture
def again(project: Project) -> Again:
    """The runner of the project."""
    runner = Again(project)
    project._services["runner"] = runner
    return runner
