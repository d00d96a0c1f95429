"""A table under examination that is stored and not loaded: rules read its columns, one after another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.cells import Cells
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.versions.stored import StoredTable


@dataclass(frozen=True)
class StoredCase(Case):
    """A table too large to be loaded; what was read of it is forgotten at once."""

    table: StoredTable | None = None

    @classmethod
    def of(cls, table: StoredTable, project: Project, dataset: str) -> StoredCase:
        """Return a stored table as rules judge it."""
        import pandas as pd

        nothing = pd.DataFrame(columns=table.labels)
        return cls(f"the table for {dataset}", nothing, project, dataset, table=table)

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self._stored.rows

    def cells(self, name: str) -> Cells:
        """Read the cells of the column called *name*."""
        return Cells(name, self._stored.column(self._place(name)), name in self.personal)

    def sketch(self, name: str) -> ColumnSketch:
        """Return what is known of a column, or find it out."""
        place = self._place(name)
        if self._profile is not None:
            return self._profile[place]
        return ColumnSketch.of(self._stored.column(place), name)

    @cached_property
    def _profile(self) -> tuple[ColumnSketch, ...] | None:
        found = self._stored.profile()
        return None if found is None else tuple(found.columns)

    @property
    def _stored(self) -> StoredTable:
        if self.table is None:
            raise TypeError("a stored case has a stored table")
        return self.table
