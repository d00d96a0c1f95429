"""Bring a snapshot back as the DataFrame it was."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import SnapshotRef, Table
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data import inspector
from jupyter_mlops.data.catalogue import Snapshot
from jupyter_mlops.data.resolve import resolve

if TYPE_CHECKING:
    import pandas as pd

ColumnName = Annotated[str, Field(description="A column to bring; the others stay.")]


@verb("load", effect="read", long=True)
def load(
    project: Project,
    ref: SnapshotRef,
    *,
    columns: Annotated[
        list[ColumnName] | None, Field(description="Columns to bring; all by default.")
    ] = None,
) -> Table:
    """Bring a snapshot back as the DataFrame it was, exactly."""
    found = resolve(project, ref)
    try:
        table = _read(project, found, columns)
    except Unavailable as error:
        raise Unavailable(f"{found.ref} cannot be loaded: {error.message}", hint=error.hint) from error
    except NotFound as error:
        raise NotFound(f"{found.ref} {error.message}", hint=error.hint) from error
    call.reads(f"snapshot:{found.ref}", given=f"snapshot:{ref}")
    project.session.snapshots[found.ref] = None
    if columns is None and _is_asked_for():
        for line in inspector.after_load(project, table, found):
            warnings.warn(line, stacklevel=2)
    return table


def _is_asked_for() -> bool:
    """Tell whether somebody loads, rather than another verb for its own ends."""
    under_way = call.current.get()
    return under_way is None or under_way.verb == "load"


def _read(project: Project, found: Snapshot, columns: Sequence[str] | None) -> pd.DataFrame:
    from jupyter_mlops.data.store.restore import open_manifest, restore

    return restore(project.objects, open_manifest(project.objects, found.manifest, found.digest), columns)
