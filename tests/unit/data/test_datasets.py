"""Datasets lists names with their latest version, or one name's versions."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.data.datasets import datasets
from jupyter_mlops.data.snapshot import snapshot


@pytest.fixture
def filled(project):
    """Two datasets: one of three versions, one of one."""
    for number in range(3):
        snapshot(project, pd.DataFrame({"a": [number]}), "orders")
    snapshot(project, pd.DataFrame({"a": [1, 2]}), "customers", note="first")
    return project


class TestDatasets:
    def test_names_with_their_latest_version(self, filled):
        """By name, each once."""
        assert [item.ref for item in datasets(filled).snapshots] == ["customers@1", "orders@3"]

    def test_versions_of_one_newest_first(self, filled):
        """With a name, its whole history."""
        assert [item.version for item in datasets(filled, "orders").snapshots] == [3, 2, 1]

    def test_pages(self, filled):
        """What does not fit says how to go on, and the last page says that it is the last."""
        first = datasets(filled, "orders", limit=2)
        assert "2 of 3; more with --page 2" in str(first)
        second = datasets(filled, "orders", limit=2, page=first.next_page)
        assert ([item.version for item in second.snapshots], second.next_page) == ([1], None)

    def test_the_card_shows_what_one_asks(self, filled):
        """Rows, when, by whom and why stand in the table."""
        shown = str(datasets(filled))
        assert all(
            word in shown for word in ("customers@1", "2026-11-01 12:00", "ada", "first", "%mlops load")
        )

    def test_nothing_yet(self, project):
        """An empty project says what to type."""
        assert "%mlops snapshot df customers" in str(datasets(project))

    def test_an_unknown_name(self, filled):
        """A misspelt name gets the nearest one."""
        with pytest.raises(NotFound, match="Did you mean 'orders'"):
            datasets(filled, "order")
