"""The profile of a version, kept beside it: of what changed only, or of parts as they come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.data.privacy.scan import hidden_in
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.table import TableSketch

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.core.objects import Batch, Objects
    from jupyter_mlops.data.store.draft import Known
    from jupyter_mlops.data.store.manifest import Manifest

LEAST_CELLS = (
    500_000  # what has less is read faster than anybody notices, and its profile would not be small beside it
)
MOST_CELLS = 5_000_000  # about 80 ms: what has more is profiled when somebody first asks


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
    if not is_worth_keeping(manifest):
        return manifest
    reusable = _reusable(objects, manifest, known)
    if manifest.rows * (len(manifest.columns) - len(reusable)) > MOST_CELLS:
        return manifest
    sketch = TableSketch.of(
        frame, known=reusable, withhold=hidden_in(frame) if withhold is None else withhold
    )
    return with_profile(batch, manifest, sketch)


class Gathering:
    """The profile of a table that comes in parts."""

    def __init__(self) -> None:
        self._sketch: TableSketch | None = None

    def add(self, part: pd.DataFrame) -> None:
        """Read a further part; a column that looks personal in one of them is withheld in all."""
        found = TableSketch.of(part, withhold=hidden_in(part))
        self._sketch = found if self._sketch is None else self._sketch.merge(found)

    def attached(self, batch: Batch, manifest: Manifest) -> Manifest:
        """Keep the profile of all parts, and return the manifest that names it."""
        if self._sketch is None or not is_worth_keeping(manifest):
            return manifest
        return with_profile(batch, manifest, self._sketch)


def with_profile(batch: Batch, manifest: Manifest, sketch: TableSketch) -> Manifest:
    """Keep a profile, and return the manifest that names it."""
    content = sketch.pack()
    objects = (*manifest.objects, (batch.put(content), len(content)))
    return manifest.model_copy(update={"objects": objects, "profile": len(manifest.objects)})


def is_worth_keeping(manifest: Manifest) -> bool:
    """Tell whether a table is so large that its profile is kept beside it."""
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
