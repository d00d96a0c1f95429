"""A run that the tracker is yet to start, as it was away when the run began."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.experiments.tracking.mlflow_reading import KEY


def unsent(project: Project, name: str, *, key: str, experiment: str, tags: Mapping[str, str]) -> Run:
    """Return a run that the tracker is yet to start; what it is logged waits until then, under another id."""
    return Run(
        id=uuid4().hex,
        name=name,
        status="running",
        started_at=project.clock.now(),
        tags={**tags, KEY: key},
        experiment=experiment,
    )


def is_unsent(run: Run) -> bool:
    """Tell whether *run* is one that the tracker is yet to start."""
    return KEY in run.tags


def started(project: Project, run: Run) -> Run:
    """Return *run* as the tracker knows it, started now if it was not."""
    if not is_unsent(run):
        return run
    tags = {name: value for name, value in run.tags.items() if name != KEY}
    return project.tracker.start(
        run.name, key=run.tags[KEY], experiment=run.experiment, tags=tags, at=run.started_at
    )
