"""Profiles of versions: made once for each content, kept beside it, and reached without reading it again."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.privacy.scan import hidden_in
from jupyter_mlops.data.sketch.table import TableSketch
from jupyter_mlops.data.store import profiles
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.loading import loaded
from jupyter_mlops.data.versions.privacy import hidden
from jupyter_mlops.data.versions.subject import Named

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.data.store.manifest import Manifest


def of(frame: pd.DataFrame, *, withhold: Collection[str] | None = None) -> TableSketch:
    """Profile a table at hand.

    Parameters
    ----------
    withhold
        Names of columns that hold personal data; by default those that look so.
    """
    return TableSketch.of(frame, withhold=hidden_in(frame) if withhold is None else withhold)


def of_snapshot(project: Project, found: Snapshot, frame: pd.DataFrame | None = None) -> TableSketch:
    """Return a version's profile: the one that is kept; where there is none, one that is made and kept now.

    Parameters
    ----------
    frame
        The version's rows, where they are at hand.
    """
    from jupyter_mlops.data.store.restore import open_manifest

    manifest = open_manifest(project.objects, found.manifest, found.digest)
    if manifest.profile is not None:
        return profiles.read(project.objects, manifest)
    subject = Named(found.ref, loaded(project, found.ref) if frame is None else frame, found)
    sketch = of(subject.frame, withhold=hidden(project, subject))
    if profiles.is_worth_keeping(manifest):
        with suppress(Unavailable):  # a store that cannot be written can still be read
            _keep(project, found, manifest, sketch)
    return sketch


def _keep(project: Project, found: Snapshot, manifest: Manifest, sketch: TableSketch) -> None:
    """Let a version name the profile that was made of it, unless it was rewritten meanwhile."""
    with project.objects.sharing():
        with project.objects.batch() as batch:
            made = profiles.with_profile(batch, manifest, sketch)
            address = batch.put(made.write())
        after = found.model_copy(update={"manifest": address})
        under_way = call.current.get()
        if under_way is not None and under_way.connection is not None:
            catalogue.replace(under_way.connection, found, after)
            return
        with project.store.write() as connection:
            catalogue.replace(connection, found, after)
