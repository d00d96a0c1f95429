"""Bring a version back as the DataFrame it was, for whoever needs its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.resolve import resolve

if TYPE_CHECKING:
    import pandas as pd


def loaded(project: Project, ref: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the rows of the version that *ref* names, exactly, and note that they were read.

    Raises
    ------
    NotFound
        There is no such version, or it has no such column.
    Unavailable
        What is stored is damaged, or does not answer.
    """
    return rows_of(project, resolve(project, ref), ref, columns)


def rows_of(
    project: Project, found: Snapshot, given: str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the rows of a version, exactly, and note that they were read by the name of *given*."""
    try:
        table = _read(project, found, columns)
    except Unavailable as error:
        raise Unavailable(f"{found.ref} cannot be loaded: {error.message}", hint=error.hint) from error
    except NotFound as error:
        raise NotFound(f"{found.ref} {error.message}", hint=error.hint) from error
    call.reads(f"snapshot:{found.ref}", given=f"snapshot:{given}")
    project.session.touch(found.ref)
    return table


def _read(project: Project, found: Snapshot, columns: Sequence[str] | None) -> pd.DataFrame:
    from jupyter_mlops.data.store.restore import open_manifest, restore

    return restore(project.objects, open_manifest(project.objects, found.manifest, found.digest), columns)
