"""A table under examination, and what rules may compare it with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.checks.cells import Cells
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.data.profiles import profiling
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.table import TableSketch
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.loading import loaded
from jupyter_mlops.data.versions.resolve import resolve

if TYPE_CHECKING:
    import pandas as pd

_BEFORE = 5


@dataclass(frozen=True)
class Case:
    """A table, and what is known of where it comes from.

    Parameters
    ----------
    name
        What it is called: `customers@3`, or `the table`.
    dataset
        The dataset that it is, or is to be, a version of.
    snapshot
        The version that it is.
    personal
        Columns of which no value may be shown.
    """

    name: str
    frame: pd.DataFrame
    project: Project
    dataset: str | None = None
    snapshot: Snapshot | None = None
    personal: frozenset[str] = frozenset()
    _cells: dict[str, Cells] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self.frame)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where the columns of each name stand; a label that is no text is named as it prints."""
        found: dict[str, list[int]] = {}
        for place, label in enumerate(self.frame.columns):
            found.setdefault(str(label), []).append(place)
        return found

    def cells(self, name: str) -> Cells:
        """Return the cells of the column called *name*, read once.

        Raises
        ------
        Unknown
            There is no such column, or there are several.
        """
        if name not in self._cells:
            self._cells[name] = Cells(name, self.frame.iloc[:, self._place(name)], name in self.personal)
        return self._cells[name]

    def sketch(self, name: str) -> ColumnSketch:
        """Return what is known of a column; of a snapshot's without reading it.

        Raises
        ------
        Unknown
            There is no such column, or there are several.
        """
        place = self._place(name)
        if self._kept is not None:
            return self._kept.columns[place]
        return ColumnSketch.of(self.frame.iloc[:, place], name)

    @cached_property
    def _kept(self) -> TableSketch | None:
        if self.snapshot is None:
            return None
        return profiling.of_snapshot(self.project, self.snapshot, self.frame)

    def profile_of(self, ref: str) -> TableSketch:
        """Return the profile of a snapshot."""
        return profiling.of_snapshot(self.project, resolve(self.project, ref))

    def other(self, ref: str, column: str) -> Cells:
        """Return a column of a snapshot."""
        found = loaded(self.project, ref, columns=[column])
        if found.shape[1] != 1:
            raise Unknown(f"{found.shape[1]} columns of {ref} are called {column!r}")
        return Cells(column, found.iloc[:, 0])

    def rows_before(self) -> list[int]:
        """Return how many rows the versions before had, the last one first."""
        if self.dataset is None:
            return []
        with self.project.store.read() as connection:
            versions = catalogue.versions(connection, self.dataset)
        last = self.snapshot.version if self.snapshot else len(versions) + 1
        return [item.rows for item in versions if item.version < last][:_BEFORE]

    def _place(self, name: str) -> int:
        places = self.places.get(name, [])
        if len(places) == 1:
            return places[0]
        if places:
            raise Unknown(f"{len(places)} columns are called {name!r}")
        raise Unknown(f"there is no column {name!r}. {did_you_mean(name, self.places)}".strip())
