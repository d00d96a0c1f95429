"""Look into the kernel of a cell that failed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import ExecutionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.running import kept
from jupyter_mlops.pipelines.running.kept import KeptKernel


@verb("attach", effect="write")
def attach(
    project: Project,
    ref: ExecutionRef = "latest",
    *,
    end: Annotated[bool, Field(description="End the kernel instead, before its time.")] = False,
) -> KeptKernel:
    """Find the kernel that a failed step has kept, with its variables as they were at the failure.

    Raises
    ------
    NotFound
        None is kept: its step does not say `keep_kernel_s`, or that time is over.
    """
    try:
        with project.store.read() as connection:
            name = state.resolve(connection, ref)
    except MlopsError:
        name = ref  # the kernel's own id
    return kept.end(project, name) if end else kept.find(project, name)
