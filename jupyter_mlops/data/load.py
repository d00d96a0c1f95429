"""Bring a snapshot back as the DataFrame it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.errors import NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import SnapshotRef, Table
from jupyter_mlops.core.verb import did_you_mean, verb
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
    call.reads(f"snapshot:{found.ref}", given=f"snapshot:{ref}")
    project.session.snapshots[found.ref] = None
    return table


def _read(project: Project, found: Snapshot, columns: Sequence[str] | None) -> pd.DataFrame:
    from jupyter_mlops.data import manifest
    from jupyter_mlops.data.frame import decode, decode_index, digest_of

    kept = manifest.read(project.objects, found.manifest)
    if digest_of(kept.rows, [part.digest for part in kept.parts]) != found.digest:
        raise Unavailable(
            "its manifest is not of the content that was recorded.", hint="See `%mlops audit --verify`."
        )
    labels = project.objects.get(kept.labels.object)
    picked = None if columns is None else _positions(decode_index(labels), columns, found)
    contents = []
    wanted = range(len(kept.columns)) if picked is None else picked
    for done, position in enumerate(wanted):
        progress.report(done, len(wanted), "loading columns")
        contents.append(project.objects.get(kept.columns[position].object))
    return decode(kept.rows, project.objects.get(kept.index.object), labels, contents, picked)


def _positions(labels: pd.Index, columns: Sequence[str], found: Snapshot) -> list[int]:
    """Return where the named columns stand; a label that is no string is named as it prints."""
    shown = [str(label) for label in labels]
    positions: list[int] = []
    for name in columns:
        here = [position for position, label in enumerate(shown) if label == str(name)]
        if not here:
            hint = did_you_mean(str(name), shown) or f"It has {', '.join(shown[:10])}."
            raise NotFound(f"{found.ref} has no column {name!r}.", hint=hint)
        positions += here
    return positions
