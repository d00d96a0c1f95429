"""Join two tables as of the time of each event, without looking ahead."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Subject, Table
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.derivation.point_in_time import point_in_time
from jupyter_mlops.data.versions.subject import named


@verb("asof", effect="read", long=True)
def asof(
    project: Project,
    events: Subject,
    features: Subject,
    *,
    time: Annotated[str, Field(description="Column of the events: when each happened.")],
    feature_time: Annotated[
        str | None,
        Field(description="Column of the features: since when each was known; by default the same name."),
    ] = None,
    by: Annotated[
        tuple[str, ...],
        Field(description="Columns that both have: only features of the same values are joined."),
    ] = (),
    inclusive: Annotated[
        bool,
        Field(description="Join features of the very moment too; they may have been made from the event."),
    ] = False,
    within: Annotated[
        str | None,
        Field(description="Join nothing older than this, like 30d; a number where times are numbers."),
    ] = None,
) -> Table:
    """Add to each event the latest features from before it, never from its own moment or later."""
    left, right = named(project, events, "the events"), named(project, features, "the features")
    return point_in_time(
        left.frame,
        right.frame,
        time=time,
        feature_time=feature_time,
        by=by,
        inclusive=inclusive,
        within=within,
    )
