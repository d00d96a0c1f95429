"""Rewrite a dataset as if some rows had never been: every version keeps its number and loses the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.data.versions.catalogue import Snapshot

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from jupyter_mlops.data.store.draft import Known

Without = Callable[["pd.DataFrame"], "pd.DataFrame"]


@dataclass(frozen=True)
class Rewritten:
    """A version before and after: equal when it had none of the rows."""

    before: Snapshot
    after: Snapshot

    @property
    def rows(self) -> int:
        """How many rows it lost."""
        return self.before.rows - self.after.rows


def rewrite(project: Project, dataset: str, without: Without) -> list[Rewritten]:
    """Keep every version of *dataset* anew as *without* returns it, and erase what it was made of.

    The manifest of each version says which digest it had. The objects go when the call has been recorded; if
    that is interrupted, the next `rewrite` or `prune` goes on. Call it from a verb that writes. Until its end no
    other writer of snapshots gets in: not this call either, so a snapshot is to be made before.

    Parameters
    ----------
    without
        Returns the table of a version without the rows, or the table itself when it has none of them.

    Raises
    ------
    Conflict
        Somebody changed the dataset meanwhile; nothing was changed here.
    """
    return rewrite_all(project, {dataset: without})


def rewrite_all(project: Project, datasets: Mapping[str, Without]) -> list[Rewritten]:
    """Rewrite several datasets as one change: all of them, or none."""
    with call.held(project.objects.place.alone()), call.held(_erasing(project)):
        made = [
            item for dataset, without in datasets.items() for item in _prepared(project, dataset, without)
        ]
        _replace_all(project, made)
    return made


def _replace_all(project: Project, made: list[Rewritten]) -> None:
    changed = {item.before.dataset for item in made if item.before.manifest != item.after.manifest}
    if not changed:
        return
    with project.change() as connection:
        catalogue.lock(connection)
        for dataset in changed:
            _replace(connection, dataset, [item for item in made if item.before.dataset == dataset])


def _prepared(project: Project, dataset: str, without: Without) -> list[Rewritten]:
    """Keep a dataset's versions anew beside the old ones, if one of them has such rows."""
    with project.store.read() as connection:
        versions = list(reversed(catalogue.versions(connection, dataset)))
    if not any(_has_some(project, version, without) for version in versions):
        return [Rewritten(version, version) for version in versions]
    return _written(project, versions, without)


def _replace(connection: Connection, dataset: str, made: Sequence[Rewritten]) -> None:
    last = catalogue.latest(connection, dataset)
    is_same = last is not None and last.version == made[-1].before.version
    if not is_same or not all(catalogue.replace(connection, item.before, item.after) for item in made):
        raise Conflict(f"{dataset} was changed meanwhile.", hint="Try again.")


def without_rows(frame: pd.DataFrame, rows: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return *frame* without the rows marked, and without the categories and levels that only they had."""
    import pandas as pd

    if not rows.any():
        return frame
    left = frame.loc[~rows].copy()
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if isinstance(column.dtype, pd.CategoricalDtype):
            kept = left.iloc[:, place]
            only = [item for item in set(column[rows].dropna()) if not (kept == item).any()]
            left.isetitem(place, kept.cat.remove_categories(only).array)
    if isinstance(left.index, pd.MultiIndex):
        left.index = left.index.remove_unused_levels()
    elif isinstance(left.index, pd.CategoricalIndex):
        left.index = left.index.remove_unused_categories()
    return left


def _has_some(project: Project, version: Snapshot, without: Without) -> bool:
    from jupyter_mlops.data.store.restore import open_manifest, restore

    table = restore(project.objects, open_manifest(project.objects, version.manifest, version.digest))
    return without(table) is not table


def _written(project: Project, versions: Sequence[Snapshot], without: Without) -> list[Rewritten]:
    """Keep all versions anew, each told from the one before it, on none of the old objects."""
    from jupyter_mlops.data.store.keep import keep
    from jupyter_mlops.data.store.manifest import Erased
    from jupyter_mlops.data.store.restore import open_manifest, restore

    known: list[Known] = []
    made = []
    for done, version in enumerate(versions):
        progress.report(done, len(versions), "rewriting versions")
        before = open_manifest(project.objects, version.manifest, version.digest)
        table = without(restore(project.objects, before))
        erased = (*before.erased, Erased(digest=version.digest, manifest=version.manifest))
        kept = keep(project.objects, table, known[-1:], erased=erased)
        known.append(kept)
        update = {
            "digest": kept.manifest.digest,
            "manifest": kept.address,
            "rows": kept.manifest.rows,
            "columns": len(kept.manifest.columns),
            "size_bytes": kept.manifest.size_bytes,
        }
        made.append(Rewritten(version, version.model_copy(update=update)))
    return made


@contextmanager
def _erasing(project: Project) -> Iterator[None]:
    """Erase, at the end, the objects of what versions were: of those that the store says were rewritten."""
    from jupyter_mlops.data.versions import sweep

    yield
    with project.store.read() as connection:
        versions = catalogue.every(connection)
    sweep.erase(project.objects, versions)
