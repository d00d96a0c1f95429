"""The catalogue's table is the one that the migrations make."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from jupyter_mlops.data.versions.catalogue import SNAPSHOTS, shown_size


class TestTable:
    def test_it_is_what_the_migration_makes(self, project):
        """Names, nullability, types and key agree."""
        found = inspect(project.store.engine).get_columns("snapshots")
        told = [
            (item["name"], item["nullable"], str(item["type"]), bool(item["primary_key"])) for item in found
        ]
        meant = [(item.name, item.nullable, str(item.type), item.primary_key) for item in SNAPSHOTS.columns]
        assert told == meant


class TestSize:
    @pytest.mark.parametrize(
        ("size", "shown"),
        [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (88_109_647, "88.1 MB"), (10**15, "1000.0 TB")],
    )
    def test_is_shown_as_people_read_it(self, size, shown):
        """Units of a thousand."""
        assert shown_size(size) == shown
