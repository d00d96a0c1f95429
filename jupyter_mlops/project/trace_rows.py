"""Which versions of datasets hold some rows: the rows that `forget` would take out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.erasure.persons import holds, targets
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.recipes import Recipe

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Mask = npt.NDArray[np.bool_]

Wanted = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Searched:
    """A version that was looked through; no count where it lacks the columns, or cannot be read."""

    version: Snapshot
    rows: int | None


@dataclass
class RowSearch:
    """Look for the rows in which each column holds one of its values; equal content is read once.

    Parameters
    ----------
    columns
        What the tables had: to tell of a misspelt one.
    """

    columns: set[str] = field(default_factory=set)
    _known: dict[tuple[str, ...], int | None] = field(default_factory=dict)

    def through(self, project: Project, versions: Sequence[Snapshot], wanted: Wanted) -> list[Searched]:
        """Look through the versions of one dataset, where the values may be masked."""
        found = []
        for done, version in enumerate(versions):
            progress.report(done, len(versions), f"looking through {version.ref}")
            key = (version.digest, *(f"{column}={sorted(values)}" for column, values in wanted.items()))
            if key not in self._known:
                self._known[key] = self._rows(project, version, wanted)
            found.append(Searched(version, self._known[key]))
        return found

    def _rows(self, project: Project, version: Snapshot, wanted: Wanted) -> int | None:
        try:
            return self._count(_table(project, version, wanted), wanted)
        except Unavailable:
            return None  # of another project that shares the store, or damaged: nothing can be told of it

    def _count(self, table: pd.DataFrame, wanted: Wanted) -> int | None:
        levels = [str(name) for name in table.index.names if name is not None]
        self.columns |= {*levels, *map(str, table.columns)}
        masks = [_mask(table, column, values) for column, values in wanted.items()]
        if any(mask is None for mask in masks):
            return None
        import numpy as np

        return int(np.logical_and.reduce([mask for mask in masks if mask is not None]).sum())


def places(
    key: bytes, wanted: Wanted, names: Sequence[str], derived: Mapping[tuple[str, int], Recipe]
) -> tuple[dict[str, Wanted], tuple[str, ...]]:
    """Return what to look for in each dataset, and the datasets made from them in which rows cannot be told."""
    by_column = {column: targets(key, column, values, names, derived) for column, values in wanted.items()}
    untold = dict.fromkeys(name for _, elsewhere in by_column.values() for name in elsewhere)
    told = dict.fromkeys(name for found, _ in by_column.values() for name in found if name not in untold)
    return {name: {column: found[name] for column, (found, _) in by_column.items()} for name in told}, tuple(
        untold
    )


def _table(project: Project, version: Snapshot, columns: Iterable[str]) -> pd.DataFrame:
    """Read the columns of a version without saying so: whoever looks for a person has not worked with the data."""
    from jupyter_mlops.data.store.restore import open_manifest, restore

    found = open_manifest(project.objects, version.manifest, version.digest)
    try:
        return restore(project.objects, found, list(columns))
    except NotFound:  # a level of the index, or a misspelt one
        return restore(project.objects, found)


def _mask(table: pd.DataFrame, column: str, values: frozenset[str]) -> Mask | None:
    found: Mask | None = None
    for series in _columns(table, column):
        here = holds(series, values)
        found = here if found is None else found | here
    return found


def _columns(table: pd.DataFrame, column: str) -> Iterable[pd.Series]:
    """Yield what is called so: columns, which may be several, and levels of the index."""
    import pandas as pd

    for place, name in enumerate(table.index.names):
        if name is not None and str(name) == column:
            level = table.index.get_level_values(place)
            yield pd.Series(level.array, dtype=level.dtype)
    for place, label in enumerate(table.columns):
        if str(label) == column:
            yield table.iloc[:, place]
