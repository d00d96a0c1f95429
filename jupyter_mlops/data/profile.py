"""Say what is known of a table: of a snapshot without reading it."""

from __future__ import annotations

from functools import reduce
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import SnapshotRef, Subject
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.profiles import profiling
from jupyter_mlops.data.profiles.record import Profile
from jupyter_mlops.data.sketch.table import TableSketch
from jupyter_mlops.data.versions.resolve import resolve

_MOST = 1_000


@verb("profile", effect="read", long=True)
def profile(
    project: Project,
    subject: Subject,
    *,
    also: Annotated[
        list[SnapshotRef] | None, Field(description="Further snapshots to add up: days make a month.")
    ] = None,
) -> Profile:
    """Say what is known of a table's columns; of a snapshot without reading its rows."""
    from jupyter_mlops.data.encoding.frame import check

    names = [*([subject] if isinstance(subject, str) else []), *(also or [])]
    if len(names) > _MOST:
        raise Invalid(f"{len(names)} snapshots are too many to add up.", hint=f"Name at most {_MOST}.")
    found = [resolve(project, name) for name in names]
    parts = [profiling.of_snapshot(project, item) for item in found]
    if not isinstance(subject, str):
        parts.insert(0, profiling.of(check(subject)))
    for name, item in zip(names, found, strict=True):
        call.reads(f"snapshot:{item.ref}", given=f"snapshot:{name}")
    refs = [item.ref for item in found]
    first = refs[0] if isinstance(subject, str) else "The table"
    title = first if len(parts) == 1 else f"{first} and {len(parts) - 1} more"
    return Profile.of(reduce(TableSketch.merge, parts), title, refs)
