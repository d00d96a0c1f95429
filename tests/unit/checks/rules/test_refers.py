"""Values occur in another dataset."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot

CUSTOMERS = pd.DataFrame({"id": [1, 2, 3], "name": ["ada", "bob", None]})


@pytest.fixture(autouse=True)
def _customers(project: Project) -> None:
    snapshot(project, CUSTOMERS, "customers")


class TestRefers:
    @pytest.mark.parametrize(
        ("rule", "column"),
        [
            ("{to = 'customers', key = 'id'}", [3, 1, 9, None]),
            ("{to = 'customers@1', key = 'name'}", ["ada", "bob", "eve", None]),
            ("{to = 'customers@latest', key = 'name'}", pd.Categorical(["ada", "bob", "eve", None])),
        ],
    )
    def test_what_is_not_there_is_named(self, examine, rule, column):
        """What is missing refers to nothing, and is not wrong."""
        assert examine(f"[columns.who]\nrefers = {rule}", pd.DataFrame({"who": column})).findings[0].rows == (
            2,
        )

    def test_the_key_has_the_columns_own_name(self, examine):
        """Unless another is given."""
        assert examine("[columns.id]\nrefers = 'customers'", pd.DataFrame({"id": [1]})).is_well

    @pytest.mark.parametrize(
        ("rule", "column"),
        [
            ("{to = 'nobody', key = 'id'}", [1]),
            ("{to = 'customers', key = 'no'}", [1]),
            ("'customers'", ["a"]),
        ],
    )
    def test_what_cannot_be_compared_is_unknown(self, examine, rule, column):
        """No such dataset, no such column, another kind."""
        assert examine(f"[columns.id]\nrefers = {rule}", pd.DataFrame({"id": column})).verdict == "unknown"
