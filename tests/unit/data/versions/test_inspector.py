"""Whoever is plugged in looks at tables on their way."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.data.datasets import datasets
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions import inspector

FRAME = pd.DataFrame({"a": [1]})


class Fussy:
    """Notes everything, and refuses what is called bad."""

    def before_snapshot(self, project, table, dataset):
        if dataset == "bad":
            raise Refused("It is bad.")
        return (f"{len(table)} rows for {dataset}",)

    def after_load(self, project, table, found):
        return (f"loaded {found.ref}",)


@pytest.fixture(autouse=True)
def _plugged(monkeypatch):
    monkeypatch.setattr(inspector, "_plugged", lambda: (Fussy(),))


class TestInspector:
    def test_what_it_notes_stands_on_the_card(self, project):
        """And in the record."""
        made = snapshot(project, FRAME, "good")
        assert made.findings == ("1 rows for good",)
        assert "1 rows for good" in str(made)

    def test_what_it_refuses_is_not_kept(self, project):
        """No version is made."""
        with pytest.raises(Refused):
            snapshot(project, FRAME, "bad")
        assert datasets(project).total == 0

    def test_a_load_warns(self, project):
        """With its words."""
        snapshot(project, FRAME, "good")
        with pytest.warns(UserWarning, match="loaded good@1"):
            load(project, "good")

    def test_the_contract_is_built_in(self):
        """As an entry point like any other."""
        from jupyter_mlops.core import plugins

        assert "contract" in plugins.found("inspectors")
