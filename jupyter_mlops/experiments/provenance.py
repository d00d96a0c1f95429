"""Where a run came from: its notebook, its commit, its snapshots, who ran it."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_mlops.core.git import checkout
from jupyter_mlops.core.project import Project

SNAPSHOTS = "jupyter_mlops.snapshots"
NOTEBOOK = "jupyter_mlops.notebook"
ACTOR = "jupyter_mlops.actor"
ENVIRONMENT = "jupyter_mlops.environment"
MODELS = "jupyter_mlops.models"
ESTIMATOR = "jupyter_mlops.class"
COMMIT = "jupyter_mlops.git.commit"
BRANCH = "jupyter_mlops.git.branch"
DIRTY = "jupyter_mlops.git.dirty"
PARENT = "jupyter_mlops.parent"
PART = "jupyter_mlops.part"
EXECUTION = "jupyter_mlops.execution"
STUDY = "jupyter_mlops.study"


def origin(project: Project, notebook: str | None) -> dict[str, str]:
    """Return the tags that say where a run starts."""
    found = {
        ACTOR: project.actor.name,
        NOTEBOOK: notebook or project.session.notebook or "",
        PARENT: os.environ.get("JUPYTER_MLOPS_PARENT_RUN", ""),
        EXECUTION: os.environ.get("JUPYTER_MLOPS_EXECUTION", ""),
    }
    return {key: value for key, value in (found | git(project.root)).items() if value}


def git(folder: Path) -> dict[str, str]:
    """Return commit, branch and whether files differ from it; nothing outside of git."""
    found = checkout(folder)
    if found is None:
        return {}
    return {COMMIT: found.commit, BRANCH: found.branch, DIRTY: str(found.is_dirty).lower()}
