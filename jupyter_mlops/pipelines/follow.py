"""Wait for an execution, and see how it goes on."""

from __future__ import annotations

import time
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import progress
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import ExecutionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.account import Execution, account
from jupyter_mlops.pipelines.scheduling import freshness

_LOOK_S = 0.5


@verb("follow", effect="read", long=True)
def follow(
    project: Project,
    ref: ExecutionRef = "latest",
    *,
    wait: Annotated[
        float,
        Field(ge=0, le=604_800, description="Longest time to wait for its end, in seconds; 0 looks once."),
    ] = 3_600,
) -> Execution:
    """Wait until an execution ends or waits for people, showing how far it has come."""
    with project.store.read() as connection:
        execution = state.resolve(connection, ref)
    until = time.monotonic() + wait
    while True:
        with project.store.read() as connection:
            found = account(connection, execution, project.clock.now())
        _report(found)
        over = found.is_ended or found.status in {"waiting", "paused"}
        if over or time.monotonic() >= until or progress.is_cancelled():
            return freshness.aged(project, found)
        time.sleep(_LOOK_S)


def _report(found: Execution) -> None:
    busy = [step for step in found.steps if step.status == "running"]
    done = sum(step.status in state.STEP_ENDED for step in found.steps)
    label = ", ".join(step.label for step in busy) or found.status
    if len(busy) == 1 and busy[0].cells:
        ended = sum(cell.status != "not_run" for cell in busy[0].cells)
        label = f"{label}: cell {ended} of {len(busy[0].cells)}"
    progress.report(done, len(found.steps), label)
