"""A version with everything that a passport tells of."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from tests.fakes import FakeTracker
from tests.unit.models.conftest import Enter
from tests.unit.models.story import tell


@pytest.fixture
def churn(project: Project, tracker: FakeTracker, through: Enter) -> ModelVersion:
    """A version trained on a snapshot, recorded, registered and promoted."""
    return tell(project, tracker, through)
