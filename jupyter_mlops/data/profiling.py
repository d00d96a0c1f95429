"""Profiles of versions: made once for each content, kept beside it, and reached without reading it again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.data import catalogue
from jupyter_mlops.data.catalogue import Snapshot
from jupyter_mlops.data.load import load
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.table import TableSketch
from jupyter_mlops.data.subject import Named

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.core.objects import Batch, Objects
    from jupyter_mlops.data.store.draft import Known
    from jupyter_mlops.data.store.manifest import Manifest

LEAST_CELLS = (
    500_000  # what has less is read faster than anybody notices, and its profile would not be small beside it
)
MOST_CELLS = 5_000_000  # about 80 ms: what has more is profiled when somebody first asks


def of(frame: pd.DataFrame, *, withhold: Collection[str] | None = None) -> TableSketch:
    """Profile a table at hand.

    Parameters
    ----------
    withhold
        Names of columns that hold personal data; by default those that look so.
    """
    return TableSketch.of(frame, withhold=personal(frame) if withhold is None else withhold)


def personal(frame: pd.DataFrame) -> frozenset[str]:
    """Return the names of the columns that look personal."""
    from jupyter_mlops.data.privacy import hidden_in

    return hidden_in(frame)


def of_snapshot(project: Project, found: Snapshot, frame: pd.DataFrame | None = None) -> TableSketch:
    """Return a version's profile: the one that is kept; where there is none, one that is made and kept now.

    Parameters
    ----------
    frame
        The version's rows, where they are at hand.
    """
    from jupyter_mlops.data.privacy import hidden
    from jupyter_mlops.data.store.restore import open_manifest

    manifest = open_manifest(project.objects, found.manifest, found.digest)
    if manifest.profile is not None:
        return read(project.objects, manifest)
    subject = Named(found.ref, load(project, found.ref) if frame is None else frame, found)
    sketch = of(subject.frame, withhold=hidden(project, subject))
    if _is_worth_keeping(manifest):
        with suppress(Unavailable):  # a store that cannot be written can still be read
            _keep(project, found, manifest, sketch)
    return sketch


def read(objects: Objects, manifest: Manifest) -> TableSketch:
    """Return the profile that a manifest names."""
    digest, _ = manifest.objects[manifest.profile or 0]
    return TableSketch.unpack(objects.get(digest))


def attached(
    objects: Objects,
    batch: Batch,
    manifest: Manifest,
    frame: pd.DataFrame,
    known: Sequence[Known],
    *,
    withhold: Collection[str] | None = None,
) -> Manifest:
    """Return the manifest of a new version with its profile, for which only what changed is read.

    Parameters
    ----------
    known
        Manifests of versions before.
    """
    if not _is_worth_keeping(manifest):
        return manifest
    reusable = _reusable(objects, manifest, known)
    if manifest.rows * (len(manifest.columns) - len(reusable)) > MOST_CELLS:
        return manifest
    sketch = TableSketch.of(frame, known=reusable, withhold=personal(frame) if withhold is None else withhold)
    return with_profile(batch, manifest, sketch)


class Gathering:
    """The profile of a table that comes in parts."""

    def __init__(self) -> None:
        self._sketch: TableSketch | None = None

    def add(self, part: pd.DataFrame) -> None:
        """Read a further part; a column that looks personal in one of them is withheld in all."""
        found = of(part)
        self._sketch = found if self._sketch is None else self._sketch.merge(found)

    def attached(self, batch: Batch, manifest: Manifest) -> Manifest:
        """Keep the profile of all parts, and return the manifest that names it."""
        if self._sketch is None or not _is_worth_keeping(manifest):
            return manifest
        return with_profile(batch, manifest, self._sketch)


def with_profile(batch: Batch, manifest: Manifest, sketch: TableSketch) -> Manifest:
    """Keep a profile, and return the manifest that names it."""
    content = sketch.pack()
    objects = (*manifest.objects, (batch.put(content), len(content)))
    return manifest.model_copy(update={"objects": objects, "profile": len(manifest.objects)})


def _is_worth_keeping(manifest: Manifest) -> bool:
    return manifest.rows * len(manifest.columns) >= LEAST_CELLS


def _reusable(objects: Objects, manifest: Manifest, known: Sequence[Known]) -> dict[int, ColumnSketch]:
    """Return the sketches of columns that a version before has too, by their place."""
    sketches: dict[str, ColumnSketch] = {}
    for item in known:
        if item.manifest.profile is None:
            continue
        with suppress(Unavailable):
            columns = read(objects, item.manifest).columns
            sketches |= dict(zip((part.digest for part in item.manifest.columns), columns, strict=True))
    return {
        place: sketches[part.digest].model_copy(update={"name": part.name, "dtypes": (part.dtype,)})
        for place, part in enumerate(manifest.columns)
        if part.digest in sketches
    }


def _keep(project: Project, found: Snapshot, manifest: Manifest, sketch: TableSketch) -> None:
    """Let a version name the profile that was made of it, unless it was rewritten meanwhile."""
    with project.objects.sharing():
        with project.objects.batch() as batch:
            made = with_profile(batch, manifest, sketch)
            address = batch.put(made.write())
        after = found.model_copy(update={"manifest": address})
        under_way = call.current.get()
        if under_way is not None and under_way.connection is not None:
            catalogue.replace(under_way.connection, found, after)
            return
        with project.store.write() as connection:
            catalogue.replace(connection, found, after)
