"""Make a run again from its record, and seal whether the same came of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.core.types import RunRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.experiments.recorder.run_record import RunRecord
from jupyter_mlops.experiments.reproduction.again import Order, check_snapshots, run_again
from jupyter_mlops.experiments.reproduction.answer import Reproduction
from jupyter_mlops.experiments.reproduction.fresh import Fresh, fresh
from jupyter_mlops.experiments.reproduction.judgement import judged
from jupyter_mlops.experiments.reproduction.rebuild import read_record, rebuild
from jupyter_mlops.experiments.reproduction.seal import REPRODUCED, REPRODUCES, seal

__all__ = ["REPRODUCED", "REPRODUCES", "Timeout", "reproduce"]
TOLERANCE = 1e-6

Timeout = Annotated[
    float | None,
    Field(gt=0, description="Longest time a cell may take, in seconds; settings say otherwise."),
]


@verb("reproduce", effect="write", foreign=True, long=True)
def reproduce(
    project: Project,
    run: RunRef,
    *,
    tolerance: Annotated[
        float,
        Field(ge=0, lt=1, description="Largest relative difference of a number that counts as the same."),
    ] = TOLERANCE,
    timeout: Timeout = None,
    environment: Annotated[
        bool,
        Field(description="Run it in a fresh environment, which uv makes of what was installed then."),
    ] = False,
) -> Reproduction:
    """Make a run again from its record in a fresh kernel, compare, and seal whether it is reproduced.

    Raises
    ------
    NotFound
        The run has no record, or a snapshot that it read is gone; nothing ran.
    Invalid
        It did not finish, or its record cannot be read; nothing ran.
    Conflict
        A snapshot holds other data now; nothing ran.
    Refused
        A source was masked; nothing ran.
    Unavailable
        The kernel died, or a cell took too long, or uv made no environment: that says nothing of the run, and is not
        sealed.
    """
    recorded = project.tracker.run(run)
    call.reads(f"run:{recorded.ref}", given=f"run:{run}")
    record = finished_record(project, recorded)
    order = Order(uuid.uuid4().hex[:12], timeout or project.settings.cell_timeout_s)
    rebuilt = rebuild(record, order.mark)
    check_snapshots(project, record)
    with _surroundings(project, record, order.mark if environment else "") as place:
        order = replace(order, python=None if place is None else place.python)
        ran = run_again(project, recorded, record, rebuilt, order)
    if place is not None:
        ran = replace(ran, notes=(*place.lacking, *ran.notes))
    return seal(project, recorded, ran.made, judged(project, recorded, record, ran, tolerance))


def finished_record(project: Project, recorded: Run) -> RunRecord:
    """Return the record of a run that finished.

    Raises
    ------
    NotFound
        It has none.
    Invalid
        It did not finish, or its record cannot be read.
    """
    if recorded.status != "finished":
        raise Invalid(
            f"{recorded.ref} is {recorded.status}; only a finished run can be reproduced.",
            hint="List the runs with `%mlops runs`.",
        )
    return read_record(project, recorded)


@contextmanager
def _surroundings(project: Project, record: RunRecord, mark: str) -> Iterator[Fresh | None]:
    """Give a fresh environment where a mark is given to call it by, and nothing for the one at hand."""
    if not mark:
        yield None
        return
    place = project.folder / "reproduced" / f"{mark}-environment"
    with fresh(record.environment, place, project.root) as made:
        yield made
