"""Bring a snapshot back as the DataFrame it was."""

from __future__ import annotations

import warnings
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import SnapshotRef, Table
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.versions import inspector
from jupyter_mlops.data.versions.loading import rows_of
from jupyter_mlops.data.versions.resolve import resolve

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
    table = rows_of(project, found, ref, columns)
    if columns is None:
        for line in inspector.after_load(project, table, found):
            warnings.warn(line, stacklevel=2)
    return table
