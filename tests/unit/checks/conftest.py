"""What the tests of checks share."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.contracts import contract
from jupyter_mlops.checks.report import Report
from jupyter_mlops.core.project import Project

Examine = Callable[..., Report]


@pytest.fixture
def examine(project: Project) -> Examine:
    """Ask rules, as a contract says them, of a table."""

    def ask(rules: str, frame: pd.DataFrame, dataset: str | None = None) -> Report:
        return contract.parse(rules, "the cell").examine(Case("the table", frame, project, dataset))

    return ask
